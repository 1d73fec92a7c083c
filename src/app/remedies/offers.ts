import type { Fault, Mode, ProviderName, Resource, ResourceId, Result, UnixMs } from '../../domain/index.ts';
import { guardrail, type Remediation } from '../../plan/remedies/guard.ts';
import type { Worked } from './measures.ts';
import type { RemedyPreview } from './preview.ts';
import type { Recommendation, Remedy } from './remedy.ts';

const DAY = 86_400_000;
/** What did not hold what it promised is not recommended again for so long. */
export const NOT_AGAIN_MS = 7 * DAY;

export interface Offered {
  readonly did: 'nothing' | 'suggested' | 'applied';
  /** Why nothing was applied, of the best. */
  readonly because?: string;
  readonly remedy?: Remedy;
}

export interface OfferPorts {
  readonly now: () => UnixMs;
  readonly trusted: () => boolean;
  readonly mode: () => Mode;
  readonly remediation: () => Remediation;
  readonly resource: (id: ResourceId) => Resource | undefined;
  readonly engine: (resource: Resource) => ProviderName | undefined;
  readonly machineCores: () => number;
  readonly pressed: () => boolean;
  readonly all: () => readonly Remedy[];
  readonly worked: (advice: Recommendation) => Worked;
  readonly preview: (advice: Recommendation) => RemedyPreview;
  readonly apply: (advice: Recommendation) => Promise<Result<Remedy>>;
  readonly tell: (fault: Fault) => void;
}

/** What the last rehearsal recommends, and what is done about it without being asked. */
export function createOffers(ports: OfferPorts) {
  const { all, now } = ports;
  let offered: readonly Recommendation[] = [];

  const triedLately = ({ text }: Recommendation): boolean =>
    all().some((r) => r.text === text && r.phase === 'undone' && r.outcome !== undefined && now() - r.since < NOT_AGAIN_MS);

  function isLocal(id: ResourceId): boolean {
    const resource = ports.resource(id);
    const engine = resource && ports.engine(resource);
    return engine !== undefined && !engine.startsWith('extension:');
  }

  function refusal(advice: Recommendation): string | undefined {
    const { measures, byHand, refused } = ports.worked(advice);
    const { restarts, moreBytes, freeBytes } = ports.preview(advice);
    const cores = measures.map((m) => (m.how === 'limits' ? (m.limits.cpuCores ?? 0) : 0));
    return guardrail({
      remediation: ports.remediation(),
      mode: ports.mode(),
      trusted: ports.trusted(),
      underTest: all().filter((r) => r.phase === 'applying' || (r.phase === 'applied' && !r.outcome)).length,
      appliedToday: all().filter((r) => r.by === 'automatic' && now() - r.at < DAY).length,
      triedLately: triedLately(advice),
      assumes: advice.assumes,
      openConnections: restarts.reduce((sum, r) => sum + r.connections, 0),
      local: measures.every((m) => isLocal(m.resource)),
      whole: byHand.length === 0 && refused.length === 0 && measures.length > 0,
      moreBytes,
      freeBytes,
      cores: Math.max(0, ...cores),
      machineCores: ports.machineCores(),
      pressed: ports.pressed(),
    });
  }

  return {
    offered: (): readonly Recommendation[] => offered,
    async offer(advice: readonly Recommendation[]): Promise<Offered> {
      offered = advice.filter((a) => !triedLately(a));
      const [best] = offered;
      if (!best || ports.remediation() === 'off') return { did: 'nothing' };
      const because = refusal(best);
      if (because !== undefined) return { did: 'suggested', because };
      const applied = await ports.apply(best);
      if (applied.ok) return { did: 'applied', remedy: applied.value };
      ports.tell(applied.fault);
      return { did: 'suggested', because: applied.fault.message };
    },
  };
}
