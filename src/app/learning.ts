import { type Activity, type Fault, failed, ok, type Result } from '../domain/index.ts';
import type { PersonaModel } from '../learn/personaModel.ts';
import { withPinsOf } from '../learn/personas/edit.ts';
import { updatePersonas } from '../learn/personas/update.ts';
import type { App, HistoryOutcome } from './app.ts';
import { changeHistory } from './changeHistory.ts';
import type { Declared } from './declared.ts';
import type { History } from './history.ts';
import type { Learning, LearningOptions, Memory, Ports, SplitOptions } from './ports.ts';
import { createRhythms, type Rhythms } from './rhythms.ts';

export interface LearningPorts extends Pick<Ports, 'learner' | 'histories' | 'actor' | 'workspace' | 'now' | 'settings'> {
  readonly declared: Declared;
  readonly memory: () => Memory;
  readonly remember: (change: Partial<Memory>) => void;
  /** The model as it is learnt on from: what was edited by hand is marked. */
  readonly marked?: (model: PersonaModel) => PersonaModel;
  readonly session: () => readonly Activity[];
  readonly trusted: () => boolean;
  readonly idle: (ms: number) => void;
  readonly tell: (fault: Fault) => void;
  /** Whether a fault of these words was told already. */
  readonly told: (message: string) => boolean;
  /** Learning began or ended. */
  readonly changed: () => void;
  /** History was learnt anew from so many sessions. */
  readonly learntAnew: (before: PersonaModel | undefined, after: PersonaModel, sessions: number) => void;
  readonly learnt: () => void;
  readonly pass: () => Promise<void>;
  readonly disposed: () => boolean;
}

/** What was learnt, and the learning of it: one at a time in the worker, since the next would read the same history. */
export function createLearning(ports: LearningPorts) {
  const { learner, histories, workspace, actor, now, remember, memory } = ports;
  let rhythms = createRhythms();
  let learning: Promise<void> | undefined;
  /** Ends what is under way. */
  let current = new AbortController();
  /** A session ended while learning was under way, which has not read it; or a rehearsal is still due. */
  let learnAgain = false;
  /** Counts a person's edits: what was learnt from personas that were edited since is not taken. */
  let edition = 0;
  const editions = new WeakMap<PersonaModel, number>();

  function historyOf(traces: readonly string[]): History {
    const begun = ports.session()[0]?.at;
    return {
      workspace: workspace.id,
      actor,
      idleMs: ports.settings.idleMs,
      uses: ports.declared.scanned().commands,
      traces,
      ...(begun === undefined ? {} : { before: begun }),
    };
  }

  async function learn(traces: readonly string[], options: LearningOptions = {}): Promise<Result<Learning>> {
    const history = historyOf(traces);
    const of = edition;
    const { model } = memory();
    const result = await learner.learn(history, model && (ports.marked?.(model) ?? model), options);
    if (result.ok) editions.set(result.value.model, of);
    return result;
  }

  function take({ model, rhythms: data, idleMs, problems, sessions }: Learning, keep = ports.learntAnew): void {
    ports.idle(idleMs);
    rhythms = createRhythms(data);
    for (const activity of ports.session()) rhythms.hear(activity);
    if (editions.get(model) === edition) {
      const before = memory().model;
      const after = withPinsOf(model, before);
      remember({ model: after });
      keep(before, after, sessions);
    } else learnAgain = true;
    for (const message of problems) if (!ports.told(message)) ports.tell({ code: 'storage-failed', retry: 'never', message });
  }

  function relearn(): Promise<void> {
    if (learning) learnAgain = true;
    return learning ?? learnAlone(relearnNow);
  }

  async function relearnNow(): Promise<void> {
    const { signal } = current;
    const result = await learn(
      (await histories.kept()).map(({ trace }) => trace),
      { signal },
    );
    if (signal.aborted) return;
    if (!result.ok && result.fault.code !== 'cancelled') ports.tell(result.fault);
    else if (result.ok && result.value.sessions > 0) take(result.value);
  }

  function learnAlone(work: () => Promise<void>): Promise<void> {
    learning = work().finally(() => {
      learning = undefined;
      if (learnAgain && !ports.disposed()) void relearn();
      learnAgain = false;
      ports.learnt();
    });
    ports.changed();
    return learning;
  }

  /** Splits a persona and learns all anew; undefined where a person edited something meanwhile. */
  async function split(id: string, { signal, progress }: SplitOptions): Promise<Result<PersonaModel | undefined>> {
    while (learning) await learning;
    let outcome: Result<PersonaModel | undefined> | undefined;
    await learnAlone(async () => {
      const traces = (await histories.kept()).map(({ trace }) => trace);
      const stopped = AbortSignal.any([current.signal, ...(signal ? [signal] : [])]);
      const result = await learn(traces, { split: id, signal: stopped, ...(progress ? { progress } : {}) });
      if (!result.ok) outcome = result;
      else if (stopped.aborted) outcome = failed('cancelled', 'never', 'The persona was not split.');
      else {
        outcome = ok(undefined);
        take(result.value, (_before, after) => {
          outcome = ok(after);
        });
      }
    });
    return outcome as Result<PersonaModel | undefined>;
  }

  return {
    rhythms: (): Rhythms => rhythms,
    /** All that is learnt from. */
    history: async (): Promise<History> => historyOf((await histories.kept()).map(({ trace }) => trace)),
    /** Resolves when no learning is under way any more; undefined where none is. */
    underWay: (): Promise<void> | undefined => learning,
    relearn,
    split,
    /** A person edited personas: what is being learnt is of before. */
    edited(): void {
      edition++;
      if (learning) learnAgain = true;
    },
    /** Resolves when no learning is under way, and what it would have found is not taken. */
    async stop(): Promise<void> {
      current.abort();
      while (learning) {
        learnAgain = false;
        await learning;
      }
      current = new AbortController();
    },
    /** Everything that was learnt from is gone. */
    forget(): void {
      rhythms = createRhythms();
    },
    /** At once, so that the next session is matched by what this one taught; learning anew follows in its own thread. */
    takeIn(ended: readonly Activity[]): void {
      const first = ended[0];
      const { model } = memory();
      if (!model || !first) return;
      const zoneOffsetMs = -new Date(first.at).getTimezoneOffset() * 60_000;
      remember({ model: updatePersonas(model, ended, now(), zoneOffsetMs) });
    },
    async changeHistory(...[change, options]: Parameters<App['changeHistory']>): Promise<Result<HistoryOutcome>> {
      while (learning) await learning;
      let outcome: Result<HistoryOutcome> | undefined;
      await learnAlone(async () => {
        const signal = AbortSignal.any([current.signal, ...(options?.signal ? [options.signal] : [])]);
        outcome = await changeHistory({ histories, trusted: ports.trusted, learn, take }, change, { ...options, signal });
        learnAgain ||= outcome.ok;
      });
      await ports.pass();
      return outcome as Result<HistoryOutcome>;
    },
  };
}
