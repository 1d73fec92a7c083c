import type { Series, UnixMs } from '../../domain/index.ts';
import { endOf, joined } from '../../sense/feeds/evenSteps.ts';
import { redact } from '../../sense/redact.ts';
import type { FeedData, FeedWindow } from './feed.ts';
import type { FeedSettings, FeedType } from './feedSettings.ts';

/** What one feed may keep: 4 MB of values. */
const MOST_VALUES = 500_000;
const MOST_SERIES = 300;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What was known of a feed with its new answer: series grow, planned events are those of the answer. Names pass the gate. */
export function withAnswer(before: FeedData | undefined, answer: FeedData): FeedData {
  const all = new Map((before?.series ?? []).map((series) => [series.id, series]));
  for (const raw of answer.series) {
    const series = { ...raw, id: redact(raw.id).text };
    const known = all.get(series.id);
    // Last in the order, what was just told stays longest.
    all.delete(series.id);
    all.set(series.id, known ? joined(known, series) : series);
  }
  return { series: bounded([...all.values()].slice(-MOST_SERIES)), events: answer.events };
}

function bounded(all: readonly Series[]): readonly Series[] {
  if (all.reduce((sum, { values }) => sum + values.length, 0) <= MOST_VALUES) return all;
  const most = Math.floor(MOST_VALUES / all.length);
  return all.map((series) => {
    const gone = Math.max(0, series.values.length - most);
    return { ...series, startAt: series.startAt + gone * series.stepMs, values: series.values.slice(gone) };
  });
}

/** How much of the past is asked for at first, and how far back later answers may still put right what was said (analytics take days). */
const PAST: Partial<Readonly<Record<FeedType, { readonly history: number; readonly again: number }>>> = {
  prometheus: { history: 14 * DAY_MS, again: 5 * 60_000 },
  'google-analytics': { history: 60 * DAY_MS, again: 2 * DAY_MS },
  'adobe-analytics': { history: 30 * DAY_MS, again: DAY_MS },
  'access-log': { history: 14 * DAY_MS, again: 14 * DAY_MS },
};

/** A calendar is read so far ahead. */
const AHEAD_MS = 90 * DAY_MS;

/** What is to be asked: from where the last answer ends, or from the beginning of what is wanted. */
export function windowOf(feed: FeedSettings, known: FeedData | undefined, now: UnixMs): FeedWindow {
  if (feed.type === 'calendar') return { since: now - 400 * DAY_MS, until: now + AHEAD_MS };
  const { history, again } = PAST[feed.type] ?? { history: 400 * DAY_MS, again: 400 * DAY_MS };
  const wanted = 'historyDays' in feed && feed.historyDays !== undefined ? feed.historyDays * DAY_MS : history;
  const ends = (known?.series ?? []).map(endOf).filter((end) => end <= now + HOUR_MS);
  const last = ends.length === 0 ? Number.NEGATIVE_INFINITY : Math.max(...ends);
  return { since: Math.max(now - wanted, last - again), until: now };
}
