import { failed, ok, type Resource, type ResourceId, type Result, type Rung, type UnixMs } from '../../domain/index.ts';
import { dependenciesOf } from '../../plan/dependencies.ts';
import { effectOf, type Sample } from '../../plan/remedies/effect.ts';
import { resourceNamed } from '../named.ts';
import type { Memory } from '../ports.ts';
import { type CarryOutPorts, createCarryOut } from './carryOut.ts';
import { measuresOf, type Surroundings } from './measures.ts';
import { createOffers, NOT_AGAIN_MS, type Offered, type OfferPorts } from './offers.ts';
import { type PreviewSurroundings, previewOf, type RemedyPreview } from './preview.ts';
import type { Given, Recommendation, Remedy, RemedyLine } from './remedy.ts';
import { holding, replicaWishes, tuned, withReplicas } from './tuned.ts';

const MINUTE = 60_000;
/** Clients of so long before are what an effect is held against. */
const BEFORE_MS = 15 * MINUTE;
const MOST_LINES = 200;

export interface AppRemedies {
  /** Those of the last rehearsal in this window, best first. */
  readonly offered: () => readonly Recommendation[];
  /** After a rehearsal: what it recommends. By the setting `prewarm.remediation` the best is applied by itself; the answer says what came of it. */
  offer(advice: readonly Recommendation[]): Promise<Offered>;
  /** What applying it would do, without doing it. */
  preview(advice: Recommendation, given?: Given): RemedyPreview;
  /** Does what can be done of it; what can't is in the preview. Failed or cancelled, all is as before. */
  apply(advice: Recommendation, given?: Given): Promise<Result<Remedy>>;
  /** Exactly as it was before. */
  undo(id: string): Promise<Result<Remedy>>;
  /** What was applied, and what was taken back lately; newest first. */
  list(): readonly Remedy[];
  lines(): readonly RemedyLine[];
  /** What was measured of it, by a live rehearsal for instance; what falls short is taken back. */
  judge(id: string, before: Sample, after: Sample): Promise<Result<Remedy>>;
}

export interface RemediesPorts
  extends CarryOutPorts,
    Pick<Surroundings, 'engine' | 'pin'>,
    Omit<OfferPorts, 'all' | 'worked' | 'preview' | 'apply'> {
  readonly random: () => number;
  readonly resources: () => readonly Resource[];
  readonly byId: () => ReadonlyMap<ResourceId, Resource>;
  readonly memory: () => Memory;
  readonly remember: (change: Partial<Memory>) => void;
  /** What is desired has changed. */
  readonly refresh: () => void;
  readonly pass: () => Promise<void>;
  readonly acts: () => boolean;
  readonly connections: (id: ResourceId) => number;
  readonly memoryOf: (id: ResourceId) => number;
  readonly freeBytes: () => number;
  /** What clients of it waited in that time; undefined: nobody came. */
  readonly waited: (id: ResourceId, since: UnixMs, until: UnixMs) => Sample | undefined;
}

/** Recommendations applied for real: what they change is laid over what is declared, measured, and taken back where it does not hold. */
export function createRemedies(ports: RemediesPorts) {
  const { now, memory, remember } = ports;
  const carryOut = createCarryOut(ports);
  /** One after the other. */
  let queue: Promise<unknown> = Promise.resolve();
  const inHand = new Set<string>();

  const all = (): readonly Remedy[] => Object.values(memory().remedies ?? {});
  const surroundings = (): Surroundings => ({
    ...ports,
    resource: (named) => {
      const id = resourceNamed({ resources: ports.resources().map((resource) => ({ resource })) }, named);
      return id.ok ? ports.resource(id.value) : undefined;
    },
    standbys: ports.standbys(),
  });

  function put(remedy: Remedy): Remedy {
    remember({ remedies: { ...memory().remedies, [remedy.id]: remedy } });
    ports.refresh();
    return remedy;
  }

  function note({ id, text }: Pick<Remedy, 'id' | 'text'>, did: RemedyLine['did'], because: string): void {
    const line: RemedyLine = { at: now(), remedy: id, text, did, because };
    remember({ remedyLedger: [...(memory().remedyLedger ?? []), line].slice(-MOST_LINES) });
  }

  /** Short, since people type it, and another in another window of the same moment. */
  function freshId(): string {
    for (let n = Math.floor(1296 * ports.random()); ; n++) {
      const id = `${now().toString(36)}${n.toString(36)}`;
      if (!memory().remedies?.[id]) return id;
    }
  }

  /** Where clients feel it: at what it changes, or at what depends on it, whichever was used most. */
  function measuredAt(ids: readonly ResourceId[]): ResourceId | undefined {
    const above = ports.resources().filter((r) => ids.some((id) => id === r.id || dependenciesOf(r.id, ports.byId()).includes(id)));
    const seen = above.map((r) => ({ id: r.id, requests: ports.waited(r.id, now() - BEFORE_MS, now())?.requests ?? 0 }));
    return seen.sort((a, b) => b.requests - a.requests)[0]?.id ?? ids[0];
  }

  const previewing = (ids: readonly ResourceId[]): PreviewSurroundings => ({
    ...ports,
    freeBytes: ports.freeBytes(),
    measuredAt: measuredAt(ids),
  });

  function preview(advice: Recommendation, given?: Given): RemedyPreview {
    const worked = measuresOf(advice.changes, surroundings(), given);
    return previewOf(advice, worked, previewing(worked.measures.map((m) => m.resource)));
  }

  async function apply(advice: Recommendation, given: Given | undefined, by: Remedy['by']): Promise<Result<Remedy>> {
    if (!ports.trusted()) return failed('not-trusted', 'never', 'Nothing is changed in Restricted Mode. Trust this workspace first.');
    if (holding(all()).some((r) => r.text === advice.text)) return failed('in-use', 'never', `“${advice.text}” is applied already.`);
    const { measures, byHand, refused } = measuresOf(advice.changes, surroundings(), given);
    if (measures.length === 0)
      return failed('unsupported', 'never', [...refused, ...byHand].join(' ') || `${advice.text}: there is nothing to change here.`);
    const ids = measures.map((m) => m.resource);
    const at = measuredAt(ids) as ResourceId;
    const before = ports.waited(at, now() - BEFORE_MS, now());
    const begun = put({
      id: freshId(),
      at: now(),
      text: advice.text,
      measures,
      phase: 'applying',
      since: now(),
      by,
      predicted: { beforeMs: advice.before.p95Ms, afterMs: advice.after.p95Ms },
      measuredAt: at,
      ...(before ? { before } : {}),
    });
    note(begun, 'applied', by === 'person' ? 'You asked for it.' : 'It was the best of a rehearsal, and within the guardrails.');
    return finish(begun);
  }

  /** To its end, whoever began it. */
  async function finish(remedy: Remedy): Promise<Result<Remedy>> {
    inHand.add(remedy.id);
    try {
      const done = await carryOut.put(remedy);
      if (done.ok) return ok(put({ ...remedy, phase: 'applied', since: now() }));
      note(remedy, 'failed', done.fault.message);
      const back = await takeBack(remedy, `It could not be applied: ${done.fault.message}`);
      return back.ok ? done : back;
    } finally {
      inHand.delete(remedy.id);
      void ports.pass().catch(() => {});
    }
  }

  async function takeBack(remedy: Remedy, because: string): Promise<Result<Remedy>> {
    inHand.add(remedy.id);
    try {
      const undoing = put({ ...remedy, phase: 'undoing', since: now() });
      const done = await carryOut.takeBack(undoing);
      if (!done.ok) return done;
      note(remedy, 'undone', because);
      return ok(put({ ...undoing, phase: 'undone', since: now() }));
    } finally {
      inHand.delete(remedy.id);
      void ports.pass().catch(() => {});
    }
  }

  /** Judged once. What falls short is taken back by itself. */
  async function judged(remedy: Remedy, before: Sample | undefined, after: Sample | undefined): Promise<Result<Remedy>> {
    const effect = effectOf(remedy.predicted, before, after);
    if (effect.is === 'not comparable')
      return failed('unsupported', 'later', `${remedy.text}: ${effect.text}, so its effect cannot be told yet.`);
    const told = put({ ...remedy, outcome: effect });
    if (effect.is !== 'short' && effect.is !== 'worse') {
      note(remedy, 'kept', effect.text);
      return ok(told);
    }
    const back = await takeBack(told, `Its effect was not the predicted one: ${effect.text}.`);
    ports.tell(
      failed('unsupported', 'never', `“${remedy.text}” was taken back: ${effect.text}. It is not recommended again for a week.`).fault,
    );
    return back;
  }

  const queued = <T>(act: () => Promise<T>): Promise<T> => {
    const next = queue.then(act, act);
    queue = next.catch(() => {});
    return next;
  };

  const offers = createOffers({
    ...ports,
    all,
    worked: (advice) => measuresOf(advice.changes, surroundings()),
    preview,
    apply: (advice) => queued(() => apply(advice, undefined, 'automatic')),
  });

  const byId = (id: string): Result<Remedy> => {
    const remedy = memory().remedies?.[id];
    return remedy && remedy.phase !== 'undone'
      ? ok(remedy)
      : failed('not-found', 'never', `There is no remedy ${id} that holds. \`prewarm remedy --list\` lists them.`);
  };

  const app: AppRemedies = {
    offered: offers.offered,
    offer: offers.offer,
    preview,
    apply: (advice, given) => queued(() => apply(advice, given, 'person')),
    undo: (id) =>
      queued(async () => {
        if (!ports.trusted()) return failed('not-trusted', 'never', 'Nothing is changed in Restricted Mode. Trust this workspace first.');
        const remedy = byId(id);
        return remedy.ok ? takeBack(remedy.value, 'You took it back.') : remedy;
      }),
    list: () => [...all()].sort((a, b) => b.at - a.at),
    lines: () => memory().remedyLedger ?? [],
    judge: (id, before, after) =>
      queued(async () => {
        const remedy = byId(id);
        return remedy.ok ? judged(remedy.value, before, after) : remedy;
      }),
  };

  return {
    app,
    tuned: (declared: readonly Resource[]): readonly Resource[] => tuned(declared, all()),
    withReplicas: (resources: readonly Resource[]): readonly Resource[] => withReplicas(resources, all()),
    wishes: (resources: readonly Resource[]): ReadonlyMap<ResourceId, Rung> => replicaWishes(resources, (id) => ports.observation(id).rung),
    /** In each pass: what was begun is finished, what can be told of effects is, and what is long over is forgotten. */
    look(): void {
      if (!ports.trusted() || !ports.acts()) return;
      for (const remedy of all()) {
        if (inHand.has(remedy.id)) continue;
        if (remedy.phase === 'applying') void queued(() => finish(remedy));
        else if (remedy.phase === 'undoing') void queued(() => takeBack(remedy, 'It was being taken back.'));
        else if (remedy.phase === 'applied' && !remedy.outcome) weigh(remedy);
        else if (remedy.phase === 'undone' && now() - remedy.since > NOT_AGAIN_MS) forget(remedy.id);
      }
    },
    underWay: async (): Promise<void> => void (await queue),
  };

  /** By what its clients waited since. In `off` and `shadow` nothing is taken back by itself. */
  function weigh(remedy: Remedy): void {
    if (ports.mode() !== 'suggest' && ports.mode() !== 'auto') return;
    const after = ports.waited(remedy.measuredAt, remedy.since, now());
    if (effectOf(remedy.predicted, remedy.before, after).is === 'not comparable') return;
    void queued(async () => {
      const current = memory().remedies?.[remedy.id];
      if (current?.phase === 'applied' && !current.outcome) await judged(current, current.before, after);
    });
  }

  function forget(id: string): void {
    const { [id]: _gone, ...remedies } = memory().remedies ?? {};
    remember({ remedies });
  }
}

export type Remedies = ReturnType<typeof createRemedies>;
