import type { Resource, UnixMs } from '../domain/index.ts';

const YIELD_FOR_MS = 60_000;

export interface ServingPorts {
  readonly now: () => UnixMs;
  readonly log: (line: string) => void;
  /** Whether gateways may listen at all now: mode, trust and settings. */
  readonly allowed: () => boolean;
  /** What a gateway may stand for: not what the developer runs. */
  readonly resources: () => readonly Resource[];
  readonly serve: (resources: readonly Resource[]) => Promise<void>;
  readonly changed: () => void;
}

/** Which gateways listen: what the developer runs keeps its own port; so does everything for a while after they start containers by hand. */
export function createServing({ now, log, allowed, resources, serve, changed }: ServingPorts) {
  let yieldedUntil: UnixMs | undefined;

  async function open(): Promise<void> {
    await serve(allowed() && (yieldedUntil ?? 0) <= now() ? resources() : []);
    changed();
  }

  return {
    open,
    yieldPorts(): void {
      yieldedUntil = now() + YIELD_FOR_MS;
      log('Containers are being started by hand: the gateway gives its ports up for a minute.');
      void open();
    },
    /** Opens again where the minute is over. */
    async resume(): Promise<void> {
      if (yieldedUntil === undefined || yieldedUntil > now()) return;
      yieldedUntil = undefined;
      await open();
    },
  };
}
