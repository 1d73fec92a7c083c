import {
  type Activity,
  type Arm,
  type Fault,
  failed,
  type InTest,
  type LedgerEntry,
  ok,
  type Persona,
  type Result,
} from '../domain/index.ts';
import {
  asOutcome,
  type Experiment,
  isOpen,
  standingNow,
  verdictNow,
  withEnd,
  withOutcome,
  withSession,
} from '../learn/experiment/experiment.ts';
import { metricsOf, type SessionMetrics } from '../learn/experiment/metrics.ts';
import type { PersonaModel } from '../learn/personaModel.ts';
import { armWords } from '../show/experiments.ts';
import { type InArm, isOfPersona, modelIn } from './experimentArms.ts';
import { planFrom } from './experimentPlan.ts';
import { type ExperimentReport, reportOf } from './experimentReport.ts';
import { armsOf, type Side } from './experimentSides.ts';
import { endReason } from './experimentWords.ts';
import type { createPersonaEdits } from './personaEdits.ts';
import type { PersonaVersions } from './personaVersions.ts';
import type { Memory, Ports } from './ports.ts';
import type { Attention } from './sensing.ts';

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
}

export interface ExperimentPorts extends Pick<Ports, 'now' | 'log' | 'settings'> {
  readonly memory: () => Memory;
  readonly remember: (change: Partial<Memory>) => void;
  readonly session: () => readonly Activity[];
  readonly attention: () => Attention;
  /** From the journal. */
  readonly remembered: (since: number) => Promise<readonly Activity[]>;
  readonly active: () => Persona | undefined;
  readonly versions: PersonaVersions;
  readonly personas: Pick<ReturnType<typeof createPersonaEdits>, 'adopt' | 'note'>;
  readonly tell: (fault: Fault) => void;
  /** So that what is shown and planned follows. */
  readonly pass: () => Promise<void>;
}

const MOST_ENDED = 20;

/** The life of tests: each session is assigned at its begin and told at its end; what a test finds is carried out. */
export function createExperiments(ports: ExperimentPorts) {
  const { memory, remember, now } = ports;
  /** Of the session under way, or of the last one: what was warmed in it is cooled after it. */
  let current: readonly InTest[] = [];
  let underWay: Promise<void> = Promise.resolve();
  let laid: { readonly model: PersonaModel; readonly key: string; readonly over: PersonaModel } | undefined;

  const all = (): readonly Experiment[] => Object.values(memory().experiments ?? {});
  const get = (id: string): Experiment | undefined => {
    const { experiments = {} } = memory();
    return Object.hasOwn(experiments, id) ? experiments[id] : undefined;
  };
  const running = (): readonly Experiment[] => all().filter((e) => !e.ended);
  const runningOf = (persona: string): Experiment | undefined => running().find((e) => e.persona.id === persona);
  const keep = (experiment: Experiment): void => remember({ experiments: { ...memory().experiments, [experiment.id]: experiment } });

  function armsNow(): readonly InArm[] {
    if (ports.session().length === 0) return [];
    return current.flatMap(({ test, arm }) => {
      const experiment = get(test);
      return experiment && !experiment.ended ? [{ experiment, arm }] : [];
    });
  }

  /** Before each decision: a session that has begun is in its arms from then on. */
  function look(): void {
    const { model } = memory();
    for (const experiment of running()) if (model && !model.components.some((c) => c.id === experiment.persona.id)) end(experiment, 'gone');
    const began = ports.session()[0]?.at;
    // What is incognito is nobody's business.
    if (began === undefined || ports.attention() === 'incognito') return;
    const joined = running().map((experiment) => ({ before: experiment, ...withSession(experiment, began) }));
    for (const { before, experiment } of joined) if (experiment !== before) keep(experiment);
    current = joined.flatMap(({ inTest }) => inTest ?? []);
  }

  const outcomeOf = ({ id }: Experiment, session: string): SessionMetrics =>
    metricsOf(memory().ledger.filter((line) => line.tests?.some((t) => t.test === id && t.session === session)));

  function endSession(ended: readonly Activity[]): void {
    for (const { test, session } of current) {
      const experiment = get(test);
      if (experiment && !experiment.ended) close(experiment, session, ended);
    }
  }

  function close(experiment: Experiment, session: string, ended: readonly Activity[]): void {
    const { model } = memory();
    const isHeard = ended.length > 0 && ports.attention() !== 'incognito';
    const counts = model !== undefined && isHeard && isOfPersona(model, experiment, ended);
    told(withOutcome(experiment, session, counts ? outcomeOf(experiment, session) : undefined));
  }

  /** What was kept warm in a session and cooled after it is of that session, until the next begins. */
  function settled(): void {
    if (ports.session().length > 0) return;
    for (const { test, session } of current) {
      const experiment = get(test);
      const unit = experiment?.units.find((u) => u.session === session);
      if (experiment && !experiment.ended && unit?.outcome) told(withOutcome(experiment, session, outcomeOf(experiment, session)));
    }
  }

  function told(experiment: Experiment): void {
    keep(experiment);
    if (verdictNow(experiment).is !== 'running') end(experiment, 'verdict');
  }

  function end(experiment: Experiment, by: 'verdict' | 'gone'): void {
    const adopted = by === 'verdict' ? adoptedOf(experiment) : undefined;
    const ended = withEnd(experiment, { at: now(), by, ...(adopted ? { adopted } : {}) });
    keep(asOutcome(ended));
    forgetOldest();
    if (by === 'gone') ports.log(`Test ${experiment.id} has ended: its persona “${experiment.persona.name}” is no more.`);
    else conclude(experiment, adopted, endReason(experiment.id, standingNow(ended)));
  }

  function conclude(experiment: Experiment, adopted: Arm | undefined, reason: string): void {
    ports.log(`“${experiment.persona.name}”: ${reason}.`);
    underWay = underWay.then(() => carryOut(experiment, adopted, reason)).catch((error: unknown) => ports.log(`! ${String(error)}`));
  }

  async function carryOut({ persona, arms }: Experiment, adopted: Arm | undefined, reason: string): Promise<void> {
    const variant = adopted && arms[adopted];
    if (variant?.kind === 'eagerness') setEagerness(persona.id, variant.eagerness);
    const snapshot = variant?.kind === 'version' && !variant.isLiving ? variant.snapshot : undefined;
    if (variant?.kind !== 'version' || !snapshot) return ports.personas.note(persona.id, reason);
    const done = await ports.personas.adopt(persona.id, { at: variant.at, snapshot }, `${reason}; ${armWords(variant)} it is`);
    if (!done.ok) ports.tell(done.fault);
  }

  function setEagerness(persona: string, eagerness: number | 'learnt'): void {
    const { [persona]: _before, ...others } = memory().eagernessOf ?? {};
    remember({ eagernessOf: eagerness === 'learnt' ? others : { ...others, [persona]: eagerness } });
  }

  function forgetOldest(): void {
    const old = all()
      .filter((e) => e.ended)
      .sort((a, b) => (b.ended?.at ?? 0) - (a.ended?.at ?? 0))
      .slice(MOST_ENDED);
    if (old.length === 0) return;
    const kept = all().filter((e) => !old.includes(e));
    remember({ experiments: Object.fromEntries(kept.map((e) => [e.id, e])) });
  }

  // ------------------------------------------------------------------------------------------------ by a person

  async function start(persona: string, a: Side, b: Side): Promise<Result<ExperimentReport>> {
    const living = memory().model?.components.find((c) => c.id === persona);
    if (!living) return failed('not-found', 'never', `There is no persona ${persona}.`);
    const arms = armsOf(a, b, { living, versions: await ports.versions.of(persona), now: now() });
    if (!arms.ok) return arms;
    const other = runningOf(persona);
    if (other) return failed('wrong-usage', 'never', `Test ${other.id} of this persona is running. Stop it first: one at a time.`);
    // Nobody goes on with an earlier one any more.
    for (const old of all()) if (old.persona.id === persona) keep(asOutcome(old));
    const number = 1 + Math.max(0, ...all().flatMap((e) => (e.persona.id === persona ? [Number(e.id.split('-').at(-1))] : [])));
    const experiment: Experiment = {
      id: `${persona}-${number}`,
      persona: { id: persona, name: living.name },
      arms: arms.value,
      plan: planFrom(memory().ledger, ports.settings.idleMs),
      startedAt: now(),
      units: [],
    };
    keep(experiment);
    await ports.pass();
    return ok(reportOf(experiment));
  }

  function stop(id: string): Result<{ undo(): Result<void> }> {
    const experiment = get(id);
    if (!experiment) return unknown(id);
    if (experiment.ended) return takenBack(experiment);
    keep(withEnd(experiment, { at: now(), by: 'person' }));
    forgetOldest();
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

  const app: AppExperiments = {
    list: () => [...all()].sort((a, b) => b.startedAt - a.startedAt).map(reportOf),
    start,
    stop,
    resume,
  };

  return {
    app,
    look,
    /** After standings: what they enter at the end is of this session. */
    endSession,
    settled,
    /** As a line of the ledger bears its arms. */
    marked: (entry: LedgerEntry): LedgerEntry => {
      const tests = current.filter(({ test }) => get(test)?.ended === undefined);
      return tests.length > 0 ? { ...entry, tests } : entry;
    },
    /** What was remembered, with the personas as the session's arms have them; the same object as long as nothing changed. */
    over(given: Memory): Memory {
      const { model } = given;
      const arms = armsNow();
      if (!model || arms.length === 0) return given;
      const key = arms.map(({ experiment, arm }) => `${experiment.id} ${arm}`).join(' ');
      if (laid?.model !== model || laid.key !== key) laid = { model, key, over: modelIn(model, arms) };
      return { ...given, model: laid.over };
    },
    /** How eager to be for the workflow under way; undefined: as learnt. */
    eagerness(): number | undefined {
      const persona = ports.active()?.id;
      if (persona === undefined) return undefined;
      const own = armsNow().find(({ experiment }) => experiment.persona.id === persona && experiment.arms.A.kind === 'eagerness');
      const variant = own?.experiment.arms[own.arm];
      if (variant?.kind === 'eagerness') return variant.eagerness === 'learnt' ? undefined : variant.eagerness;
      return memory().eagernessOf?.[persona];
    },
    /** When the app opens and no session goes on: those that were cut off have ended. */
    async begin(): Promise<void> {
      if (ports.session().length > 0) return;
      for (const { id, units } of running())
        for (const unit of units.filter(isOpen)) {
          const activities = await ports.remembered(unit.at as number);
          const experiment = get(id);
          if (experiment && !experiment.ended) close(experiment, unit.session, activities);
        }
    },
    forget(): void {
      current = [];
    },
    /** Resolves when what was found is carried out. */
    underWay: (): Promise<void> => underWay,
  };
}

export type Experiments = ReturnType<typeof createExperiments>;

function adoptedOf(experiment: Experiment): Arm | undefined {
  switch (verdictNow(experiment).is) {
    case 'better':
      return 'B';
    case 'worse':
    case 'guardrail':
      return 'A';
    default:
      return undefined;
  }
}
