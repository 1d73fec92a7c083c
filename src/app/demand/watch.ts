import type { Anomaly, Quantity, ResourceId, Series, UnixMs } from '../../domain/index.ts';
import { createDetector } from '../../predict/demand/anomaly/detector.ts';
import { type Outlook, outlookOf } from '../../predict/demand/outlook.ts';

/** A series of a feed, as it is watched. */
export interface WatchedSeries {
  readonly series: Series;
  /** When the feed told it: a step that had not ended then is not told in full. */
  readonly toldAt: UnixMs;
  /** The feed’s, for the reason. */
  readonly name: string;
  /** What it is said to ask for. */
  readonly resource?: ResourceId;
}

/** Something out of the ordinary, which is no fault. */
export interface Notice {
  /** As people know the series, such as `shop/requests`. */
  readonly subject: string;
  readonly quantity: Quantity;
  readonly stepMs: number;
  readonly anomaly: Anomaly;
  /** Wanted warm because of it. */
  readonly resource?: ResourceId;
}

export interface WatchPorts {
  readonly now: () => UnixMs;
  /** Whether anything may come of it: not in Restricted Mode, and not in the mode `off`. */
  readonly allowed: () => boolean;
  readonly watched: () => readonly WatchedSeries[];
  readonly horizonMs: () => number;
  readonly relearn: () => void;
  readonly log: (line: string) => void;
}

interface Watched {
  readonly detector: ReturnType<typeof createDetector>;
  /** What was told up to then at the first look is the past, of which nothing comes. */
  readonly pastUntil: UnixMs;
  /** The first step that was not looked at. */
  next: UnixMs;
  /** The last few, by the time of their value. */
  alerts: readonly UnixMs[];
  wanted?: Wanted;
}

interface Wanted {
  readonly resource: ResourceId;
  readonly until: UnixMs;
  readonly anomaly: Anomaly;
  /** The feed’s. */
  readonly name: string;
  readonly quantity: Quantity;
  readonly stepMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MOST_SERIES = 64;
/** Of the past of each; the ranges of the detector need a few hundred, its calendar five days. */
const MOST_PAST_ROWS = 5000;
/** About a tenth of a second before the code is warm; the rest follows at the next look. */
const MOST_ROWS_A_LOOK = 10_000;
const TOLD_AGAIN_AFTER_MS = 6 * HOUR_MS;
const MOST_TOLD_A_DAY = 3;
/** So many alerts of one series within a day are a lasting shift, and so is one of these views: means over many rows. */
const ALERTS_OF_A_SHIFT = 3;
const LASTING: ReadonlySet<string | undefined> = new Set(['level', 'low']);

/**
 * Watches what feeds tell for anomalies, value by value as it comes. One is told in words, warms what it asks for as long as it is news, and
 * has all learnt anew where it lasts. What is not told can still be seen in the view of the demand, which looks through the past by itself.
 */
export function createWatch(ports: WatchPorts) {
  const { now, horizonMs } = ports;
  const listeners = new Set<(notice: Notice) => void>();
  let watching = new Map<string, Watched>();
  let told: readonly { readonly key: string; readonly at: UnixMs }[] = [];
  let relearntAt = Number.NEGATIVE_INFINITY;

  /** Puts values that are new through the detector, `most` of them; gives their number. */
  function takeIn(key: string, one: WatchedSeries, most: number): number {
    const { startAt, stepMs, values } = one.series;
    const kept = watching.get(key) as Watched;
    const first = Math.max(0, Math.ceil((kept.next - startAt) / stepMs));
    const ended = Math.min(values.length, Math.floor((one.toldAt - startAt) / stepMs));
    const until = Math.min(ended, first + most);
    for (let i = first; i < until; i++) {
      const { anomaly, view } = kept.detector.update(startAt + i * stepMs, values[i] as number);
      if (!anomaly) continue;
      if (anomaly.at + stepMs <= kept.pastUntil) mayTell(key, anomaly.at + stepMs);
      else act(key, one, kept, anomaly, view);
    }
    if (until > first) kept.next = startAt + until * stepMs;
    return Math.max(0, until - first);
  }

  function act(key: string, one: WatchedSeries, kept: Watched, anomaly: Anomaly, view: string | undefined): void {
    const wanted = wantedBy(one, anomaly);
    if (wanted) kept.wanted = wanted;
    kept.alerts = [...kept.alerts.filter((at) => anomaly.at - at < DAY_MS), anomaly.at].slice(-ALERTS_OF_A_SHIFT);
    if ((LASTING.has(view) || kept.alerts.length === ALERTS_OF_A_SHIFT) && now() - relearntAt >= DAY_MS) {
      relearntAt = now();
      ports.relearn();
    }
    if (!mayTell(key, now())) return;
    const { id, quantity, stepMs } = one.series;
    const notice = { subject: id.replace(/^\w+:/, ''), quantity, stepMs, anomaly, ...(wanted ? { resource: wanted.resource } : {}) };
    ports.log(`${notice.subject} is out of the ordinary: ${anomaly.value}. ${anomaly.because}`);
    for (const listener of listeners) listener(notice);
  }

  /** What asks for more than expected wants its resource warm from now on, unless it is old by now: analytics tell some things days later. */
  function wantedBy({ resource, name, series }: WatchedSeries, anomaly: Anomaly): Wanted | undefined {
    const { quantity, stepMs } = series;
    const isNews = now() - (anomaly.at + stepMs) <= Math.max(horizonMs(), stepMs);
    if (resource === undefined || !isNews || anomaly.value <= anomaly.expected) return undefined;
    const wanted = { resource, until: now() + horizonMs(), anomaly, name, quantity, stepMs };
    return outlookBy(wanted, now(), horizonMs()) && wanted;
  }

  /** Of the past, too: then it was told before the restart, and is not told again after it. */
  function mayTell(key: string, at: UnixMs): boolean {
    told = told.filter((one) => now() - one.at < DAY_MS);
    if (now() - at >= DAY_MS || told.length >= MOST_TOLD_A_DAY) return false;
    if (told.some((one) => one.key === key && at - one.at < TOLD_AGAIN_AFTER_MS)) return false;
    told = [...told, { key, at }];
    return true;
  }

  return {
    /** Takes in what is new; doing it again changes nothing. */
    look(): void {
      if (!ports.allowed()) return;
      // Those that can warm something are watched before others.
      const all = [...ports.watched()].sort((a, b) => Number(a.resource === undefined) - Number(b.resource === undefined));
      const named = new Map(all.slice(0, MOST_SERIES).map((one) => [JSON.stringify([one.name, one.series.id, one.series.stepMs]), one]));
      watching = new Map([...named].map(([key, one]) => [key, watching.get(key) ?? begun(one)]));
      let left = MOST_ROWS_A_LOOK;
      for (const [key, one] of named) left -= takeIn(key, one, left);
    },
    /** What is wanted because of an anomaly, taking demand to go on as it was seen; the surest. */
    within(resource: ResourceId, at: UnixMs, horizon: number): (Outlook & { readonly because: string }) | undefined {
      const said = [...watching.values()].flatMap(({ wanted }) => {
        const outlook = wanted?.resource === resource && at < wanted.until ? outlookBy(wanted, at, horizon) : undefined;
        return wanted && outlook ? [{ ...outlook, because: becauseOf(wanted) }] : [];
      });
      return said.sort((a, b) => b.probability - a.probability)[0];
    },
    listen(listener: (notice: Notice) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Everything that was learnt from is gone. */
    forget(): void {
      watching = new Map();
    },
  };
}

const begun = ({ series, toldAt }: WatchedSeries): Watched => ({
  detector: createDetector(series.id),
  pastUntil: toldAt,
  next: Math.min(toldAt, series.startAt + series.values.length * series.stepMs) - MOST_PAST_ROWS * series.stepMs,
  alerts: [],
});

/** Undefined: the quantity does not count uses. */
function outlookBy({ anomaly, quantity, stepMs }: Wanted, at: UnixMs, horizonMs: number): Outlook | undefined {
  const point = new Float64Array(Math.ceil(horizonMs / stepMs)).fill(anomaly.value);
  return outlookOf({ startAt: at, stepMs, point }, quantity, at, horizonMs);
}

const becauseOf = ({ name, anomaly: { value, expected, because } }: Wanted): string =>
  `The feed “${name}” has more demand than usual: ${figure(value)}, where ${figure(expected)} is usual. ${because}`;

const figure = (n: number): string => String(Number(n.toPrecision(3)));
