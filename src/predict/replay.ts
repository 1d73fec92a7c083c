import type { Activity, Probability, ResourceId, UnixMs } from '../domain/index.ts';
import { type PersonaModel, tokensOf } from '../learn/personaModel.ts';
import { type LearnOptions, learnPersonas } from '../learn/personas.ts';
import { type CalibratedModel, type Calibration, calibrated, learnt, NOT_CALIBRATED, type Occasion, outcomesBehind } from './calibrate.ts';
import { type Compiled, compiled } from './compile.ts';
import { begin, type Live, observe } from './live.ts';
import { chanceOfUse, chances, evidenceFor, MIN_EVIDENCE } from './need.ts';

/** What was said of one resource after one activity, and what became of it. */
export interface Prediction {
  readonly at: UnixMs;
  readonly resource: ResourceId;
  readonly occasion: Occasion;
  /** P(used within the horizon) as the personas have it, and put right by what had become known by then. */
  readonly raw: Probability;
  readonly said: Probability;
  /** Outcomes behind `said`, and sessions behind the personas. */
  readonly outcomes: number;
  readonly evidence: number;
  readonly used: boolean;
}

export interface ReplayOptions {
  readonly horizonMs: number;
  readonly calibration?: Calibration;
  /** Sees every prediction with its outcome. */
  readonly heard?: (predictions: readonly Prediction[]) => void;
}

type Sessions = readonly (readonly Activity[])[];

/**
 * Test, then train: walks all sessions in the order of time. After every activity each resource that the personas or this session
 * know is predicted; a prediction's outcome is learnt by the calibration once its horizon has gone by, and yielded then.
 * Returns the calibration at the end. Nothing that was later plays a part in what was said.
 */
export function* replay(model: PersonaModel, sessions: Sessions, options: ReplayOptions): Generator<readonly Prediction[], Calibration> {
  const ready = compiled(model);
  let calibration = options.calibration ?? NOT_CALIBRATED;
  const states = sessions.map((session) => ({ session, live: begin(ready) }));
  const open: Open[] = [];
  for (const { s, i, at } of inTime(sessions)) {
    while (open[0] && open[0].at + options.horizonMs < at) calibration = yield* settled(open.shift() as Open, calibration, options);
    const state = states[s] as { session: readonly Activity[]; live: Live };
    const before = state.live;
    state.live = observe(ready, before, state.session[i] as Activity);
    if (state.live.activities > before.activities)
      open.push({ at, later: state.session.slice(i + 1), ...said(ready, state.live, at, calibration, options) });
  }
  for (const last of open) calibration = yield* settled(last, calibration, options);
  return calibration;
}

/** Activities of all sessions by time; those of one time in the order of the sessions. */
function inTime(sessions: Sessions): readonly { s: number; i: number; at: UnixMs }[] {
  return sessions.flatMap((session, s) => session.map(({ at }, i) => ({ s, i, at }))).sort((a, b) => a.at - b.at);
}

interface Open {
  readonly at: UnixMs;
  readonly later: readonly Activity[];
  readonly predictions: readonly Omit<Prediction, 'used'>[];
}

function said(model: Compiled, live: Live, at: UnixMs, calibration: Calibration, { horizonMs }: ReplayOptions): Pick<Open, 'predictions'> {
  const evidence = evidenceFor(model, live);
  const { probability } = chances(model, live, at, horizonMs);
  const known = model.uses.resources.map((resource, r) => [resource, probability[r] as number] as const);
  const others = [...live.seen.keys()]
    .filter((r) => !model.uses.numberOf.has(r))
    .map((r) => [r, chanceOfUse(model, live, r, at, horizonMs)] as const);
  const predictions = [...known, ...others].map(([resource, raw]) => {
    const occasion = live.seen.has(resource) ? 'again' : 'first';
    const outcomes = outcomesBehind(calibration, occasion, raw);
    return { at, resource, occasion, raw, said: calibrated(calibration, occasion, raw), outcomes, evidence } as const;
  });
  return { predictions };
}

function* settled(
  { at, later, predictions }: Open,
  calibration: Calibration,
  { horizonMs }: ReplayOptions,
): Generator<readonly Prediction[], Calibration> {
  const used = new Set<ResourceId>();
  for (const activity of later) {
    if (activity.at > at + horizonMs) break;
    for (const resource of tokensOf([activity])) used.add(resource);
  }
  const outcomes = predictions.map((p) => ({ ...p, used: used.has(p.resource) }));
  yield outcomes;
  return learnt(
    calibration,
    outcomes.filter((o) => o.evidence >= MIN_EVIDENCE).map(({ occasion, raw, used: came }) => ({ occasion, said: raw, used: came })),
  );
}

/** Of sessions in the order of time, so many teach the personas on whose predictions of the others the calibration is learnt. */
const TAUGHT = 0.75;
/** With fewer sessions to predict than this there is nothing to learn from; more activities than this tell nothing new. */
const LEAST_SESSIONS = 4;
const MOST_ACTIVITIES = 5000;

/**
 * A calibration for personas that are learnt from these sessions: from what personas of the first three quarters say of the
 * last quarter, which they never saw. Undefined where that is too little.
 */
export function rehearse(sessions: Sessions, learn: (sessions: Sessions) => PersonaModel, options: ReplayOptions): Calibration | undefined {
  const ordered = sessions.filter((s) => s.length > 0).sort((a, b) => (a[0] as Activity).at - (b[0] as Activity).at);
  const cut = Math.max(Math.floor(TAUGHT * ordered.length), lastOf(ordered, MOST_ACTIVITIES));
  if (ordered.length - cut < LEAST_SESSIONS) return undefined;
  const steps = replay(learn(ordered.slice(0, cut)), ordered.slice(cut), options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    options.heard?.(value);
  }
}

/** Where the last sessions begin that have at most so many activities together. */
function lastOf(sessions: Sessions, activities: number): number {
  let left = activities;
  let from = sessions.length;
  while (from > 0 && (left -= (sessions[from - 1] as readonly Activity[]).length) >= 0) from--;
  return from;
}

/** What the calibration of a learnt model is about, ms: the usual horizon. */
export const REHEARSED_MS = 20 * 60_000;

/** The rehearsal takes about so much of the time. */
const REHEARSAL = 0.45;

/** Personas, and how true what they say has been. */
export function learnCalibrated(sessions: Sessions, { heard, ...options }: LearnOptions & Pick<ReplayOptions, 'heard'>): CalibratedModel {
  const tell = options.progress ?? (() => {});
  const taught = (some: Sessions): PersonaModel => learnPersonas(some, { ...options, progress: (done) => tell(REHEARSAL * done) });
  const calibration = rehearse(sessions, taught, { horizonMs: REHEARSED_MS, ...(heard ? { heard } : {}) });
  const model = learnPersonas(sessions, { ...options, progress: (done) => tell(REHEARSAL + (1 - REHEARSAL) * done) });
  return { ...model, ...(calibration ? { calibration } : {}) };
}
