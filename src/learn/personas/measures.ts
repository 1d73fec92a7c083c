import { type Activity, type Distribution, distributionOf } from '../../domain/index.ts';

/** What activities tell besides their order: how what was run ended, how long a use took, how much went over a connection. */
export interface Measures {
  /** Per session, activities that tell how they ended. */
  readonly ended: Float64Array;
  readonly failed: Float64Array;
  readonly uses: ReadonlyMap<string, readonly Measured[]>;
}

interface Measured {
  readonly session: number;
  readonly durationMs: number;
  readonly mbps?: number;
}

/** Most of a session must be the persona's own for its times to count. */
const MOSTLY = 0.5;

export function measuresOf(sessions: readonly (readonly Activity[])[]): Measures {
  const [ended, failed] = [new Float64Array(sessions.length), new Float64Array(sessions.length)];
  const uses = new Map<string, Measured[]>();
  for (const [session, activities] of sessions.entries()) {
    for (const { ok, durationMs, bytes, resource } of activities) {
      if (ok !== undefined) (ended[session] as number) += 1;
      if (ok === false) (failed[session] as number) += 1;
      if (durationMs === undefined) continue;
      const own = uses.get(resource) ?? [];
      if (own.length === 0) uses.set(resource, own);
      own.push({ session, durationMs, ...(bytes !== undefined && durationMs > 0 ? { mbps: (bytes * 8) / 1000 / durationMs } : {}) });
    }
  }
  return { ended, failed, uses };
}

/** Undefined where none of the persona's sessions measured any. */
export function measured(
  { uses }: Measures,
  resource: string,
  share: Float64Array,
): { readonly durationMs: Distribution; readonly measured: true; readonly bandwidthMbps?: Distribution } | undefined {
  const own = (uses.get(resource) ?? []).filter((m) => (share[m.session] as number) > MOSTLY);
  if (own.length === 0) return undefined;
  const mbps = own.flatMap((m) => m.mbps ?? []);
  const durationMs = distributionOf(own.map((m) => m.durationMs));
  return { durationMs, measured: true, ...(mbps.length > 0 ? { bandwidthMbps: distributionOf(mbps) } : {}) };
}
