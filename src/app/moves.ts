import { type Fault, type Feedback, failed, type Resource, type ResourceId, type Rung, rungIndex } from '../domain/index.ts';
import type { Plan } from '../plan/decide.ts';
import { dependenciesOf } from '../plan/dependencies.ts';
import type { Asker, Climbs } from './climbs.ts';
import type { Declared } from './declared.ts';
import type { Memory, Ports } from './ports.ts';
import type { Setbacks } from './setbacks.ts';
import type { Standings } from './standings.ts';

const ASKED_FOR_MS = 30 * 60_000;

export interface MovePorts extends Pick<Ports, 'workspace' | 'now' | 'log'> {
  readonly declared: Declared;
  readonly standings: Standings;
  readonly climbs: Climbs;
  readonly setbacks: Setbacks;
  readonly memory: () => Memory;
  readonly remember: (change: Partial<Memory>) => void;
  readonly trusted: () => boolean;
  readonly tell: (fault: Fault) => void;
  /** A movement ended: look again. */
  readonly moved: (how: 'well' | 'badly') => void;
  readonly changed: () => void;
}

/** What is done about the plan, and what a person asks for. */
export function createMoves(ports: MovePorts) {
  const { declared, standings, climbs, memory, remember, now } = ports;

  async function act(resource: Resource, to: Rung, asker: Asker): Promise<Fault | undefined> {
    const result = await climbs.reach(resource, to, asker);
    if (!climbs.busy(resource.id)) delete standings.of(resource.id).target;
    ports.moved(result.ok ? 'well' : 'badly');
    if (result.ok) return undefined;
    // What another window holds is left as it is, and asked for again later.
    if (result.fault.code === 'held-by-other') ports.log(result.fault.message);
    else if (result.fault.code !== 'cancelled') ports.tell(result.fault);
    ports.changed();
    return result.fault;
  }

  async function askedFor(id: ResourceId, to: Rung, verdict: 'asked' | 'cooled'): Promise<Fault | undefined> {
    const resource = declared.get(id);
    if (!resource)
      return failed('not-found', 'never', `There is no resource ${id} in ${ports.workspace.name}. \`prewarm scan\` lists them.`).fault;
    if (!ports.trusted())
      return failed('not-trusted', 'never', 'Nothing is started or stopped in Restricted Mode. Trust this workspace first.').fault;
    if (verdict === 'cooled' && standings.of(id).observation.owner === 'developer')
      return failed('unsupported', 'never', `${id} was started by you, not by Prewarm, so Prewarm does not stop it.`).fault;
    remember({ feedback: heeded(memory().feedback, id, verdict) });
    ports.setbacks.clear(id);
    const { rung } = standings.of(id).observation;
    // Cooling never makes what is not there.
    if (verdict === 'cooled' && rung !== 'unknown' && rungIndex(rung) <= rungIndex(to) && !climbs.busy(id)) return undefined;
    return act(resource, to, 'person');
  }

  /** The newer word holds: who asks for something wants what it runs on, too. What they never want is refused where it would be started. */
  function heeded(feedback: Memory['feedback'], id: ResourceId, verdict: 'asked' | 'cooled'): Memory['feedback'] {
    const until = verdict === 'asked' ? { until: now() + ASKED_FOR_MS } : {};
    const word: Feedback = { resource: id, verdict, at: now(), ...until };
    const needed = verdict === 'asked' ? dependenciesOf(id, declared.byId()) : [];
    const others = Object.entries(feedback).filter(
      ([other, { verdict: said }]) => said === 'never' || said === 'always' || !needed.includes(other),
    );
    return { ...Object.fromEntries(others), [id]: word };
  }

  /** What is called off is not wanted any more: else the next pass would go on with it. */
  function takeBack(ids: readonly ResourceId[], verdict: 'asked' | 'cooled', before: Memory['feedback']): void {
    const feedback = { ...memory().feedback };
    for (const id of ids) {
      const [said, earlier] = [feedback[id], before[id]];
      if (said === earlier || said?.verdict !== verdict) continue;
      if (earlier) feedback[id] = earlier;
      else delete feedback[id];
    }
    remember({ feedback });
  }

  return {
    adopt(plan: Plan): void {
      for (const decision of plan.decisions) {
        const it = standings.of(decision.resource);
        it.decision = decision;
        if (plan.proposed.includes(decision.resource) || decision.reason.code === 'mode-shadow') it.proposedSince ??= decision.at;
      }
      for (const action of plan.actions) {
        const resource = declared.get(action.resource);
        if (!resource || climbs.targets().get(action.resource) === action.to) continue;
        standings.of(resource.id).target = action.to;
        void act(resource, action.to, 'plan');
      }
    },
    async byPerson(ids: readonly ResourceId[], to: Rung, verdict: 'asked' | 'cooled', signal?: AbortSignal): Promise<readonly Fault[]> {
      if (signal?.aborted) return ids.map((id) => failed('cancelled', 'never', `${id} was cancelled.`).fault);
      const before = memory().feedback;
      const cancel = (): void => {
        takeBack(ids, verdict, before);
        for (const id of ids) climbs.cancel(id);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const under = ids.map((id) => askedFor(id, to, verdict));
      ports.changed();
      const results = await Promise.all(under);
      signal?.removeEventListener('abort', cancel);
      return results.flatMap((fault) => (fault ? [fault] : []));
    },
  };
}

/** Why it is not started for the sake of something else. */
export function refusalOf(id: ResourceId, feedback: Memory['feedback']): Fault | undefined {
  if (feedback[id]?.verdict !== 'never') return undefined;
  return failed('unsupported', 'never', `You said never for ${id}. Take that back, or warm it by itself first.`).fault;
}
