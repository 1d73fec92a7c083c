import type { Activity, Arm, Fault, InTest, LedgerEntry, Persona } from '../domain/index.ts';
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
import { metricsOf, type Outcome } from '../learn/experiment/metrics.ts';
import type { PersonaModel } from '../learn/personaModel.ts';
import { armWords } from '../show/experiments.ts';
import { type InArm, isOfPersona, modelIn } from './experimentArms.ts';
import { createExperimentRegister } from './experimentRegister.ts';
import { createExperimentWishes, type WishPorts } from './experimentWishes.ts';
import { endReason } from './experimentWords.ts';
import type { createPersonaEdits } from './personaEdits.ts';
import type { Memory, Ports } from './ports.ts';
import type { Attention } from './sensing.ts';

export interface ExperimentPorts extends WishPorts, Pick<Ports, 'log'> {
  readonly remember: (change: Partial<Memory>) => void;
  readonly session: () => readonly Activity[];
  readonly attention: () => Attention;
  /** From the journal. */
  readonly remembered: (since: number) => Promise<readonly Activity[]>;
  readonly active: () => Persona | undefined;
  readonly personas: Pick<ReturnType<typeof createPersonaEdits>, 'adopt' | 'note'>;
  readonly tell: (fault: Fault) => void;
}

/** The life of tests: each session is assigned at its begin and told at its end; what a test finds is carried out. */
export function createExperiments(ports: ExperimentPorts) {
  const { memory, now } = ports;
  const register = createExperimentRegister(ports);
  const { get, running, keep } = register;
  /** Of the session under way, or of the last one: what was warmed in it is cooled after it. */
  let current: readonly InTest[] = [];
  let underWay: Promise<void> = Promise.resolve();
  let laid: { readonly model: PersonaModel; readonly key: string; readonly over: PersonaModel } | undefined;

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

  const outcomeOf = ({ id, plan }: Experiment, session: string): Outcome => {
    const lines = memory().ledger.filter((line) => line.tests?.some((t) => t.test === id && t.session === session));
    return metricsOf(lines, plan.stakes);
  };

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
    register.forgetOldest();
    if (by === 'gone') ports.log(`Test ${experiment.id} has ended: its persona “${experiment.persona.name}” is no more.`);
    else conclude(experiment, adopted, endReason(experiment.id, standingNow(ended)));
  }

  function conclude(experiment: Experiment, adopted: Arm | undefined, reason: string): void {
    ports.log(`“${experiment.persona.name}”: ${reason}.`);
    underWay = underWay.then(() => carryOut(experiment, adopted, reason)).catch((error: unknown) => ports.log(`! ${String(error)}`));
  }

  async function carryOut({ persona, arms }: Experiment, adopted: Arm | undefined, reason: string): Promise<void> {
    const variant = adopted && arms[adopted];
    if (variant?.kind === 'eagerness') register.setEagerness(persona.id, variant.eagerness);
    const snapshot = variant?.kind === 'version' && !variant.isLiving ? variant.snapshot : undefined;
    if (variant?.kind !== 'version' || !snapshot) return ports.personas.note(persona.id, reason);
    const done = await ports.personas.adopt(persona.id, { at: variant.at, snapshot }, `${reason}; ${armWords(variant)} it is`);
    if (!done.ok) ports.tell(done.fault);
  }

  return {
    app: createExperimentWishes(register, ports),
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
