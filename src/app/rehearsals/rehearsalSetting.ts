import { failed, ok, type Result, RUNGS, type Rung } from '../../domain/index.ts';
import { lengthOfTime } from '../../simulate/scenario/lengthOfTime.ts';
import type { ReadPersona } from '../../simulate/scenario/readPersonas.ts';
import type { Fault } from './faults.ts';
import { isScale, scaleOf } from './scale.ts';

/** How a rehearsal goes, beside who is rehearsed. */
export interface RehearsalSetting {
  readonly durationMs: number;
  /** Times as many arrivals. */
  readonly scale: number;
  readonly seed: number;
  /** Undefined: as many as `rehearse` takes by itself. */
  readonly replications?: number;
  /** Wall clock, ms as if in UTC; undefined: no time in particular. */
  readonly startAt?: number;
  /** How warm all is at the beginning; undefined: ready. */
  readonly rung?: Rung;
  /** How warm single resources are instead, by id. */
  readonly rungs?: Readonly<Record<string, Rung>>;
  /** What is injected. */
  readonly faults?: readonly Fault[];
}

/** The same as a person writes it; what is empty or absent is left to the defaults. */
export interface SettingTexts {
  readonly duration?: string | undefined;
  readonly scale?: string | undefined;
  readonly seed?: string | undefined;
  readonly replications?: string | undefined;
  readonly start?: string | undefined;
  readonly rung?: string | undefined;
}

const MINUTE = 60_000;
const SHORT = 10 * MINUTE;
const WEEK = 7 * 24 * 60 * MINUTE;

/** A week where all that is known is how often sessions come, which is a few a day; else ten minutes. */
export const usualDurationMs = (personas: readonly ReadPersona[]): number =>
  personas.length > 0 && personas.every((p) => p.patterns.length === 0 && p.traffic.requestsPerSecond === undefined) ? WEEK : SHORT;

/** `names`: how a field is called where it was written, for messages. */
export function readSetting(
  texts: SettingTexts,
  names: Readonly<Record<keyof SettingTexts, string>>,
  usualMs: number = SHORT,
): Result<RehearsalSetting> {
  const given = (field: keyof SettingTexts): string | undefined => texts[field]?.trim() || undefined;
  const duration = given('duration');
  const length = duration === undefined ? ok(usualMs) : lengthOfTime(duration, names.duration);
  if (!length.ok) return length;
  const scale = numberIn(given('scale') ?? '1', scaleOf, isScale);
  if (scale === undefined) return wrong(names.scale, 'a number above 0, up to 1000000', texts.scale);
  const seed = numberIn(given('seed') ?? '1', Number, (v) => Number.isInteger(v) && v >= 0 && v < 2 ** 31);
  if (seed === undefined) return wrong(names.seed, 'a whole number from 0 to 2147483647', texts.seed);
  const often = given('replications');
  const replications = often === undefined ? undefined : numberIn(often, Number, (v) => Number.isInteger(v) && v >= 1 && v <= 1000);
  if (often !== undefined && replications === undefined)
    return wrong(names.replications, 'a whole number from 1 to 1000', texts.replications);
  const rung = given('rung') ?? 'ready';
  if (!isRung(rung)) return wrong(names.rung, `one of ${RUNGS.join(', ')}`, rung);
  const start = given('start');
  const startAt = start === undefined ? undefined : startOf(start);
  if (start !== undefined && startAt === undefined)
    return failed('wrong-usage', 'never', `${names.start} “${start}” is no time of this or a coming year. Write it like 2026-11-30T09:00.`);
  return ok({
    durationMs: length.value,
    scale,
    seed,
    rung,
    ...(startAt === undefined ? {} : { startAt }),
    ...(replications === undefined ? {} : { replications }),
  });
}

export const isRung = (text: unknown): text is Rung => RUNGS.includes(text as Rung);

/** Wall clock, as if in UTC, whatever zone it names; undefined where it is no time. */
function startOf(text: string): number | undefined {
  const at = Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
  return at >= 0 && at < 4e12 ? at : undefined;
}

function numberIn(text: string, read: (text: string) => number | undefined, allowed: (value: number) => boolean): number | undefined {
  const value = read(text);
  return value !== undefined && allowed(value) ? value : undefined;
}

const wrong = (name: string, wanted: string, text: string | undefined): Result<never> =>
  failed('wrong-usage', 'never', `${name} must be ${wanted}, not “${text}”.`);
