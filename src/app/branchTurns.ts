import { isWarm, type Observation, type Resource, type ResourceId } from '../domain/index.ts';
import { holdsMemory } from '../plan/ladder.ts';
import type { Context, Provider } from '../provision/provider.ts';
import type { Climbs } from './climbs.ts';
import type { Copies } from './copies.ts';
import type { Declared } from './declared.ts';

/** From this chance of a change of branch on, the copy of the branch that one would turn to is made ahead: it costs a little disk. */
const PREPARE_FROM = 0.2;

export interface BranchTurnPorts {
  readonly copies: Copies;
  readonly declared: Declared;
  readonly climbs: Pick<Climbs, 'reach'>;
  readonly observation: (id: ResourceId) => Observation;
  /** Nothing is known of it any more: it is another copy. */
  readonly forget: (id: ResourceId) => void;
  readonly providerOf: (resource: Resource) => Provider | undefined;
  readonly context: () => Context;
  /** P(another branch is checked out within the horizon). */
  readonly chance: () => number;
  /** Whether anything may be done unasked now. */
  readonly mayPrepare: () => boolean;
  readonly log: (line: string) => void;
}

/** What follows when another branch is checked out: its own copies take the place of those of the branch before. */
export function createBranchTurns(ports: BranchTurnPorts) {
  const { copies, declared } = ports;
  let prepared: string | undefined;
  let preparing: Promise<void> | undefined;

  /** The copy of the branch before is stopped and kept; what was warm is warm on this branch, too. */
  async function change(was: Resource, is: Resource): Promise<void> {
    const seen = ports.observation(was.id);
    const ours = seen.owner === 'prewarm' && seen.rung !== 'unknown' && holdsMemory(seen.rung);
    ports.log(`${is.id}: ${is.variant ?? 'the first copy'} from now on.`);
    if (ours) await ports.climbs.reach(was, 'created', 'plan');
    ports.forget(is.id);
    if (ours && isWarm(seen.rung)) void ports.climbs.reach(is, 'ready', 'plan');
  }

  async function prepareNow(next: readonly Resource[]): Promise<void> {
    for (const resource of next) {
      const result = await ports.providerOf(resource)?.reach(resource, 'created', ports.context());
      if (result?.ok) ports.log(`${resource.id}: a copy for ${resource.variant ?? 'the first branch'} is ready to start.`);
    }
  }

  return {
    /** Looks at what is checked out; once it is another branch, all copies are turned before anything else is done. */
    async look(): Promise<'turned' | 'same'> {
      const before = declared.byId();
      await copies.look();
      declared.refresh();
      const turned = declared.resources().flatMap((is) => {
        const was = before.get(is.id);
        return was && was.variant !== is.variant ? [[was, is] as const] : [];
      });
      await Promise.all(turned.map(([was, is]) => change(was, is)));
      return turned.length > 0 ? 'turned' : 'same';
    },
    /** Makes the copy of the branch that one will likely turn to; what is warm has a snapshot, so this is cheap. */
    prepare(): void {
      const next = copies.next(declared.scanned().resources).filter((r) => isWarm(ports.observation(r.id).rung));
      const which = next.map((r) => `${r.id} ${r.variant ?? ''}`).join('\n');
      if (preparing || which === '' || which === prepared || !ports.mayPrepare() || ports.chance() < PREPARE_FROM) return;
      prepared = which;
      preparing = prepareNow(next).finally(() => {
        preparing = undefined;
      });
    },
    async stop(): Promise<void> {
      await preparing;
    },
  };
}
