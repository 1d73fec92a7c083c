import type { UnixMs } from '../../../domain/index.ts';
import { createHybridHistogram } from '../../../learn/rhythm/hybridHistogram.ts';
import type { Happening } from '../../../learn/rhythm/useRhythm.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** An idle gap that ends a session of the baselines. */
const SESSION_MS = 30 * MINUTE;

export interface Interval {
  readonly from: UnixMs;
  readonly to: UnixMs;
}

/** A rule of one group that keeps resources warm; what it answers for a time uses nothing that came later. */
export interface Policy {
  /** When `resource`, last used at `from`, was warm until its next use at `to`. Asked at `to`, before `learn` hears of that use. */
  warm(resource: number, from: UnixMs, to: UnixMs): readonly Interval[];
  learn(happening: Happening): void;
}

/** What Prewarm is held against: a new one is one line. The oracle alone knows the future, and warms at the moment of use. */
export const POLICIES: Readonly<Record<string, () => Policy>> = {
  never: () => after(() => undefined),
  always: () => after(() => ({ fromMs: 0, toMs: Number.POSITIVE_INFINITY })),
  'fixed 5 min': () => fixed(5),
  'fixed 10 min': () => fixed(10),
  'fixed 20 min': () => fixed(20),
  'fixed 60 min': () => fixed(60),
  'fixed 120 min': () => fixed(120),
  hybrid: hybridHistogram,
  'last session': lastSession,
  'hour of week': hourOfWeek,
  oracle: () => ({ warm: (_, __, to) => [{ from: to, to }], learn: () => {} }),
};

const fixed = (minutes: number): Policy => after(() => ({ fromMs: 0, toMs: minutes * MINUTE }));

/** Warm in a window of time after each use. */
function after(window: (resource: number) => { readonly fromMs: number; readonly toMs: number } | undefined): Policy {
  return {
    warm(resource, from, to) {
      const own = window(resource);
      return own ? clipped([{ from: from + own.fromMs, to: from + own.toMs }], from, to) : [];
    },
    learn: () => {},
  };
}

function hybridHistogram(): Policy {
  const histograms = new Map<number, ReturnType<typeof createHybridHistogram>>();
  const lastAt = new Map<number, UnixMs>();
  const { warm } = after((resource) => histograms.get(resource)?.window());
  return {
    warm,
    learn({ use, at }) {
      if (use === undefined) return;
      const own = histograms.get(use) ?? createHybridHistogram();
      const before = lastAt.get(use);
      if (before !== undefined) own.observe(at - before);
      histograms.set(use, own);
      lastAt.set(use, at);
    },
  };
}

/** Warm throughout a session (from its first activity until it has been idle) if it was used in the session before, or in this one already. */
function lastSession(): Policy {
  const sessions: { from: UnixMs; activeAt: UnixMs; readonly used: Set<number> }[] = [];
  return {
    warm(resource, from, to) {
      const intervals: Interval[] = [];
      for (let i = sessions.length - 1; i >= 0; i--) {
        const session = sessions[i] as (typeof sessions)[number];
        const end = session.activeAt + SESSION_MS;
        if (end < from) break;
        if (session.used.has(resource) || sessions[i - 1]?.used.has(resource)) intervals.push({ from: session.from, to: end });
      }
      return clipped(intervals, from, to);
    },
    learn({ use, at }) {
      const current = sessions.at(-1);
      if (current && at - current.activeAt <= SESSION_MS) {
        current.activeAt = at;
        if (use !== undefined) current.used.add(use);
      } else sessions.push({ from: at, activeAt: at, used: new Set(use === undefined ? [] : [use]) });
    },
  };
}

/** Warm in the hours of the week (UTC) in which it was used before. */
function hourOfWeek(): Policy {
  const hours = new Map<number, Set<number>>();
  return {
    warm(resource, from, to) {
      const own = hours.get(resource);
      const intervals: Interval[] = [];
      for (let hour = Math.floor(from / HOUR); hour * HOUR <= to; hour++)
        if (own?.has(hour % 168)) intervals.push({ from: hour * HOUR, to: (hour + 1) * HOUR });
      return clipped(intervals, from, to);
    },
    learn({ use, at }) {
      if (use === undefined) return;
      const own = hours.get(use) ?? new Set();
      own.add(Math.floor(at / HOUR) % 168);
      hours.set(use, own);
    },
  };
}

function clipped(intervals: readonly Interval[], from: UnixMs, to: UnixMs): readonly Interval[] {
  return intervals.map((i) => ({ from: Math.max(i.from, from), to: Math.min(i.to, to) })).filter((i) => i.from <= i.to);
}
