import { failed, ok, type Result } from '../domain/index.ts';
import { asOutcome, type Experiment, withEnd } from '../learn/experiment/experiment.ts';
import type { Component } from '../learn/personaModel.ts';
import { planFrom } from './experimentPlan.ts';
import type { ExperimentRegister } from './experimentRegister.ts';
import type { Priced } from './experimentRehearsal/foretold.ts';
import type { ExperimentWork } from './experimentRehearsal/rehearseExperiment.ts';
import { type ExperimentReport, reportOf } from './experimentReport.ts';
import { armsOf, type Side } from './experimentSides.ts';
import type { PersonaVersions } from './personaVersions.ts';
import type { Look } from './pipeline.ts';
import type { Memory, Ports } from './ports.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/** Tests of one persona in two versions, session by session. */
export interface AppExperiments {
  /** Newest first, those that have ended, too. */
  list(): readonly ExperimentReport[];
  /** A is how it is, B what is tried. From the next session on; refused where a test of this persona runs. */
  start(persona: string, a: Side, b: Side): Promise<Result<ExperimentReport>>;
  /** Ends it; the persona is as before. Of one that has ended, takes back the eagerness that it adopted. */
  stop(id: string): Result<{ undo(): Result<void> }>;
  /** One that was stopped by hand goes on. */
  resume(id: string): Result<void>;
  /** All that it takes to foretell such a test before it runs (`rehearseExperiment`); nothing is started. */
  workOf(persona: string, a: Side, b: Side, seed: number): Promise<Result<ExperimentWork>>;
}

export interface WishPorts extends Pick<Ports, 'now' | 'settings'> {
  readonly memory: () => Memory;
  readonly versions: PersonaVersions;
  /** What there is to be warmed, and what it costs. */
  readonly situation: () => Pick<Look, 'resources' | 'costs' | 'readyP95Ms' | 'horizonMs'>;
  /** So that what is shown and planned follows. */
  readonly pass: () => Promise<void>;
}

/** What a person does with tests. */
export function createExperimentWishes(register: ExperimentRegister, ports: WishPorts): AppExperiments {
  const { memory, now } = ports;
  const { all, get, runningOf, keep, setEagerness } = register;

  async function comparedOf(persona: string, a: Side, b: Side) {
    const living = memory().model?.components.find((c) => c.id === persona);
    if (!living) return failed('not-found', 'never', `There is no persona ${persona}.`);
    const arms = armsOf(a, b, { living, versions: await ports.versions.of(persona), now: now() });
    return arms.ok ? ok({ living, arms: arms.value }) : arms;
  }

  async function start(persona: string, a: Side, b: Side): Promise<Result<ExperimentReport>> {
    const compared = await comparedOf(persona, a, b);
    if (!compared.ok) return compared;
    const { living, arms } = compared.value;
    const other = runningOf(persona);
    if (other) return failed('wrong-usage', 'never', `Test ${other.id} of this persona is running. Stop it first: one at a time.`);
    // Nobody goes on with an earlier one any more.
    for (const old of all()) if (old.persona.id === persona) keep(asOutcome(old));
    const number = 1 + Math.max(0, ...all().flatMap((e) => (e.persona.id === persona ? [Number(e.id.split('-').at(-1))] : [])));
    const experiment: Experiment = {
      id: `${persona}-${number}`,
      persona: { id: persona, name: living.name },
      arms,
      plan: planFrom(memory().ledger, ports.settings.idleMs),
      startedAt: now(),
      units: [],
    };
    keep(experiment);
    await ports.pass();
    return ok(reportOf(experiment));
  }

  async function workOf(persona: string, a: Side, b: Side, seed: number): Promise<Result<ExperimentWork>> {
    const compared = await comparedOf(persona, a, b);
    if (!compared.ok) return compared;
    const { living, arms } = compared.value;
    const { model, bandit, ledger } = memory();
    if (!model) return failed('not-found', 'never', 'No persona is known yet.');
    const { resources, costs, horizonMs, readyP95Ms = new Map() } = ports.situation();
    const priced = pricedOf(resources, costs, [...model.components, ...snapshotsIn(arms)]);
    if (priced.length === 0)
      return failed(
        'not-found',
        'never',
        'No persona uses a resource that this workspace declares, so nothing would be waited for in either arm.',
      );
    const weeks = model.since === undefined ? 0 : (now() - model.since) / WEEK_MS;
    return ok({
      persona: { id: persona, name: living.name },
      arms,
      plan: planFrom(ledger, ports.settings.idleMs),
      model,
      bandit,
      resources: priced,
      readyP95Ms,
      horizonMs,
      idleMs: ports.settings.idleMs,
      settleMs: ports.settings.settleMs,
      ...(weeks > 0 ? { sessionsPerWeek: living.support / Math.max(1, weeks) } : {}),
      seed,
    });
  }

  function stop(id: string): Result<{ undo(): Result<void> }> {
    const experiment = get(id);
    if (!experiment) return unknown(id);
    if (experiment.ended) return takenBack(experiment);
    keep(withEnd(experiment, { at: now(), by: 'person' }));
    register.forgetOldest();
    void ports.pass();
    return ok({ undo: () => resume(id) });
  }

  function takenBack({ id, persona, arms, ended }: Experiment): Result<{ undo(): Result<void> }> {
    const adopted = ended?.adopted && arms[ended.adopted];
    const eagerness = memory().eagernessOf?.[persona.id];
    if (adopted?.kind !== 'eagerness' || adopted.eagerness !== eagerness)
      return failed('wrong-usage', 'never', `Test ${id} has ended already. To undo what it adopted, go back to a version of the persona.`);
    setEagerness(persona.id, 'learnt');
    void ports.pass();
    return ok({
      undo: () => {
        setEagerness(persona.id, eagerness);
        return ok(undefined);
      },
    });
  }

  function resume(id: string): Result<void> {
    const experiment = get(id);
    if (!experiment) return unknown(id);
    const { ended, ...goesOn } = experiment;
    if (!ended) return ok(undefined);
    const other = runningOf(experiment.persona.id);
    if (other) return failed('wrong-usage', 'never', `Test ${other.id} of this persona is running now.`);
    const isWhole = Object.values(experiment.arms).every((v) => v.kind === 'eagerness' || v.snapshot);
    const isCounted = experiment.units.length > 0 || ended.sessions.A + ended.sessions.B === 0;
    if (ended.by !== 'person' || !isWhole || !isCounted)
      return failed('wrong-usage', 'never', `Test ${id} is over and can’t go on. Start a new one.`);
    keep(goesOn);
    void ports.pass();
    return ok(undefined);
  }

  const unknown = (id: string): Result<never> => {
    const known = all().map((e) => e.id);
    return failed('not-found', 'never', `There is no test “${id}”. Known: ${known.join(', ') || 'none'}.`);
  };

  return {
    list: () => [...all()].sort((a, b) => b.startedAt - a.startedAt).map(reportOf),
    start,
    stop,
    resume,
    workOf,
  };
}

const snapshotsIn = ({ A, B }: Experiment['arms']): readonly Component[] =>
  [A, B].flatMap((variant) => (variant.kind === 'version' && variant.snapshot ? [variant.snapshot] : []));

/** Of all resources those that somebody uses. */
function pricedOf(resources: Look['resources'], costs: Look['costs'], users: readonly Component[]): readonly Priced[] {
  const used = new Set(users.flatMap((c) => c.uses.map((u) => u.resource)));
  return resources.flatMap(({ id, kind }) => {
    const cost = used.has(id) ? costs.get(id) : undefined;
    return cost ? [{ id, kind, coldMs: cost.coldMs, memoryBytes: cost.memoryBytes, idleCores: cost.idleCores ?? 0 }] : [];
  });
}
