import type { LedgerEntry, ResourceId, UnixMs } from '../domain/index.ts';
import { hitsWords, missesWords } from './gainWords.ts';
import { english, type Translate } from './translate.ts';

/** The days that can be looked back on. */
export const SPANS = [7, 30, 90] as const;
export type Span = (typeof SPANS)[number];

export interface LedgerOptions {
  readonly now: UnixMs;
  readonly span: Span;
  /** What the local clock is ahead of UTC at that time, ms. */
  readonly zoneOffsetMs: (at: UnixMs) => number;
  /** What a resource holds while it is warm; undefined where that is not known any more. */
  readonly memoryBytes: (id: ResourceId) => number | undefined;
  /** What the ledger holds at most: what is older than its first line then is not known to be nothing. */
  readonly mostEntries: number;
}

/** What was gained and wasted on one day, or over several. */
export interface Gains {
  readonly savedMs: number;
  readonly hits: number;
  readonly misses: number;
  /** Warmed on a prediction and never used. */
  readonly wasted: number;
  readonly wastedMs: number;
  /** The same times the memory that was held, GB × minutes; resources that are not declared any more are left out. */
  readonly wastedGbMinutes: number;
  /** What the mode forbade, had it been allowed. */
  readonly would: { readonly savedMs: number; readonly hits: number; readonly misses: number; readonly wasted: number };
}

export interface LedgerDay extends Gains {
  /** `2026-11-27`, by the local clock. */
  readonly day: string;
}

/** How often came true what was said to be about this likely. */
export interface Reliability {
  readonly from: number;
  readonly said: number;
  readonly happened: number;
  readonly times: number;
}

/** The ledger as plain rows: what the charts and their tables draw. */
export interface LedgerView {
  readonly span: Span;
  /** In words: what the charts below add up to. */
  readonly headline: string;
  readonly notes: readonly string[];
  /** Oldest first, every day of the span, those without a line, too. */
  readonly days: readonly LedgerDay[];
  readonly totals: Gains;
  readonly calibration: readonly Reliability[];
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** What the ledger holds of the last so many days. */
export function ledgerView(entries: readonly LedgerEntry[], options: LedgerOptions, t: Translate = english): LedgerView {
  const dayOf = (at: UnixMs): number => Math.floor((at + options.zoneOffsetMs(at)) / DAY_MS);
  const today = dayOf(options.now);
  const first = today - options.span + 1;
  const own = entries.filter(({ at }) => dayOf(at) >= first && dayOf(at) <= today);
  const byDay = grouped(own, ({ at }) => dayOf(at));
  const days = Array.from({ length: options.span }, (_, i) => ({
    day: new Date((first + i) * DAY_MS).toISOString().slice(0, 10),
    ...gainsOf(byDay.get(first + i) ?? [], options),
  }));
  const totals = gainsOf(own, options);
  return {
    span: options.span,
    headline: headlineOf(totals, options.span, t),
    notes: [
      ...notesOf(totals, t),
      ...(isCut(entries, own, options) ? [t('The ledger keeps {0} lines; what is older is not counted.', options.mostEntries)] : []),
    ],
    days,
    totals,
    calibration: reliability(own),
  };
}

const isCut = (all: readonly LedgerEntry[], own: readonly LedgerEntry[], { mostEntries }: LedgerOptions): boolean =>
  all.length >= mostEntries && own.length === all.length;

function gainsOf(entries: readonly LedgerEntry[], { memoryBytes }: Pick<LedgerOptions, 'memoryBytes'>): Gains {
  const of = (outcome: LedgerEntry['outcome']): readonly LedgerEntry[] => entries.filter((e) => e.outcome === outcome);
  const wasted = of('wasted');
  const wouldHits = of('would-hit');
  const gbMinutes = (e: LedgerEntry): number => ((memoryBytes(e.resource) ?? 0) / 2 ** 30) * (e.warmMs / MINUTE_MS);
  return {
    savedMs: sum(entries, (e) => e.savedMs),
    hits: of('hit').length,
    misses: of('miss').length,
    wasted: wasted.length,
    wastedMs: sum(wasted, (e) => e.warmMs),
    wastedGbMinutes: sum(wasted, gbMinutes),
    would: {
      savedMs: sum(wouldHits, (e) => e.coldMs),
      hits: wouldHits.length,
      misses: of('would-miss').length,
      wasted: of('would-waste').length,
    },
  };
}

/** Undefined where nothing was used. */
export const hitRate = ({ hits, misses }: Pick<Gains, 'hits' | 'misses'>): number | undefined =>
  hits + misses === 0 ? undefined : hits / (hits + misses);

/** “Saved 12 min in 7 days: 9 hits, 1 miss, 2 wasted.” */
function headlineOf({ savedMs, hits, misses, wasted, would }: Gains, span: Span, t: Translate): string {
  if (hits + wasted > 0)
    return t(
      'Saved {0} in {1} days: {2}, {3}, {4} wasted.',
      duration(savedMs, t),
      span,
      hitsWords(hits, t),
      missesWords(misses, t),
      wasted,
    );
  if (misses + would.hits + would.misses + would.wasted > 0)
    return misses > 0
      ? t('Nothing was warmed on a prediction in {0} days: {1}.', span, missesWords(misses, t))
      : t('Nothing was warmed on a prediction in {0} days.', span);
  return t('Nothing stands in the ledger for the last {0} days.', span);
}

function notesOf({ savedMs, would, wasted, wastedMs, wastedGbMinutes }: Gains, t: Translate): readonly string[] {
  const late = [hitsWords(would.hits, t), would.misses, would.wasted] as const;
  return [
    ...(wasted > 0 ? [t('{0} warm for nothing, which held {1} of memory.', duration(wastedMs, t), gbMinutesText(wastedGbMinutes))] : []),
    ...(would.hits + would.misses + would.wasted > 0
      ? [
          savedMs > 0
            ? t(
                'Had the mode allowed it, it would have saved {0} more: {1}, {2} too late, {3} wasted.',
                duration(would.savedMs, t),
                ...late,
              )
            : t('Had the mode allowed it, it would have saved {0}: {1}, {2} too late, {3} wasted.', duration(would.savedMs, t), ...late),
        ]
      : []),
  ];
}

/** How often came true what was acted on or proposed, by what was said; tenths without a line are left out. */
export function reliability(entries: readonly LedgerEntry[]): readonly Reliability[] {
  return Array.from({ length: 10 }, (_, i) => {
    const own = entries.filter(({ outcome, probability }) => outcome !== 'miss' && Math.min(9, Math.floor(probability * 10)) === i);
    const used = own.filter(({ outcome }) => outcome !== 'wasted' && outcome !== 'would-waste');
    return { from: i / 10, said: sum(own, (e) => e.probability) / own.length, happened: used.length / own.length, times: own.length };
  }).filter(({ times }) => times > 0);
}

/** What a policy did, or would have done, with the same uses. */
export interface PolicyRow {
  readonly name: string;
  readonly words: string;
  readonly shipped: boolean;
  readonly coldStarts: number;
  readonly uses: number;
  readonly idleMinutes: number;
  readonly savedS: number;
}

export interface EagernessRow {
  readonly eagerness: number;
  readonly meanS: number;
  readonly errorS: number;
  readonly tried: number;
}

/** Against what others would have done with the same uses; it is dear to make, and made when asked for. */
export interface Comparison {
  readonly uses: number;
  readonly policies: readonly PolicyRow[];
  readonly eagerness: readonly EagernessRow[];
}

export interface ComparisonSource {
  readonly policies:
    | {
        readonly shipped: string;
        readonly policies: Readonly<
          Record<
            string,
            { readonly coldStarts: number; readonly uses: number; readonly idleWarmMinutes: number; readonly secondsSaved: number }
          >
        >;
      }
    | undefined;
  readonly eagerness: readonly {
    readonly eagerness: number;
    readonly meanS: number | undefined;
    readonly errorS: number | undefined;
    readonly tried: number;
  }[];
}

/** Prewarm's own first, the others by what they would have saved. */
export function comparison({ policies, eagerness }: ComparisonSource, t: Translate = english): Comparison {
  const rows = Object.entries(policies?.policies ?? {}).map(([name, f]): PolicyRow => {
    const shipped = name === policies?.shipped;
    return {
      name,
      words: policyWords(name, shipped, t),
      shipped,
      coldStarts: f.coldStarts,
      uses: f.uses,
      idleMinutes: f.idleWarmMinutes,
      savedS: f.secondsSaved,
    };
  });
  return {
    uses: rows[0]?.uses ?? 0,
    policies: rows.sort((a, b) => Number(b.shipped) - Number(a.shipped) || b.savedS - a.savedS || a.idleMinutes - b.idleMinutes),
    eagerness: eagerness.flatMap(({ eagerness, meanS, errorS, tried }) =>
      tried > 0 && meanS !== undefined ? [{ eagerness, meanS, errorS: errorS ?? 0, tried }] : [],
    ),
  };
}

function policyWords(name: string, shipped: boolean, t: Translate): string {
  if (shipped) return 'Prewarm';
  const minutes = /^fixed (\d+) min$/.exec(name)?.[1];
  if (minutes !== undefined) return t('{0} min after each use', minutes);
  const words: Readonly<Record<string, string>> = {
    never: t('never warm'),
    always: t('always warm'),
    hybrid: t('histogram of pauses'),
    'last session': t('as last session'),
    'hour of week': t('hour of the week'),
    oracle: t('knowing the future'),
  };
  return words[name] ?? name;
}

/** `8 s`, `3.5 min`, `2.1 h`, `12 days`: two figures are enough. */
export function duration(ms: number, t: Translate = english): string {
  if (ms < 99_500) return `${ms < 9_950 ? trimmed(ms / 1000) : Math.round(ms / 1000)} s`;
  const minutes = ms / MINUTE_MS;
  if (minutes < 99.5) return `${minutes < 9.95 ? trimmed(minutes) : Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 99.5 ? `${hours < 9.95 ? trimmed(hours) : Math.round(hours)} h` : t('{0} days', Math.round(hours / 24));
}

/** `27 Nov` of `2026-11-27`, as it is written in that language. */
export const dayWords = (day: string, language: string): string =>
  new Date(day).toLocaleDateString(language === 'en' ? 'en-GB' : language, { day: 'numeric', month: 'short', timeZone: 'UTC' });

export const gbMinutesText = (gbMinutes: number): string => `${trimmed(gbMinutes)} GB × min`;
export const percent = (share: number): string => `${Math.round(100 * share)} %`;

const trimmed = (value: number): string => value.toFixed(1).replace(/\.0$/, '');
const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0);

function grouped<T, K>(all: readonly T[], keyOf: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}
