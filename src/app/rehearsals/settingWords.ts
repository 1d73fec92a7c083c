import type { Fact, RehearsalForm } from '../../show/rehearsal/rehearsalView.ts';
import { rungWord } from '../../show/rungWord.ts';
import { lengthText } from '../../show/threeDigits.ts';
import type { Translate } from '../../show/translate.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';
import type { Fault } from './faults.ts';
import type { RehearsalSetting } from './rehearsalSetting.ts';

/** What was simulated, a line each. */
export function settingFacts(
  { durationMs, startAt, scale, seed, rung = 'ready', rungs = {}, faults = [] }: RehearsalSetting,
  { rehearsal }: RehearsalResult,
  t: Translate,
): readonly Fact[] {
  const single = Object.entries(rungs).map(([id, at]) => `${id}: ${rungWord(at, t)}`);
  const begin = startAt === undefined ? rehearsal.startAt : new Date(startAt).toISOString().slice(0, 16).replace('T', ' ');
  const injected = faults.length > 0 ? faults.map((fault) => faultWords(fault, t)) : (rehearsal.injected ?? []);
  // Another engine than the model says so.
  const { engine } = rehearsal as { readonly engine?: unknown };
  return [
    { name: t('Personas'), value: rehearsal.personas.join(', ') },
    ...(engine === 'live' ? [{ name: t('Engine'), value: t('real requests to warm resources') }] : []),
    { name: t('Duration'), value: lengthText(durationMs) },
    { name: t('Scale'), value: t('× {0}', scale) },
    { name: t('Start'), value: begin === 'any time' ? t('no time in particular') : begin },
    { name: t('Seed'), value: String(seed) },
    { name: t('Warm at the start'), value: [t('all: {0}', rungWord(rung, t)), ...single].join(', ') },
    { name: t('Injected'), value: injected.length === 0 ? t('nothing') : injected.join(', ') },
    { name: t('Simulated'), value: t('{0} replications, {1} requests', rehearsal.replications, rehearsal.requests) },
  ];
}

export const faultWords = ({ do: how, of, value }: Fault, t: Translate): string =>
  how === 'slow' ? t('{0} slower by {1}', of, value) : t('{0} fails in {1}', of, value);

/** The setting as it would be typed. */
export const formOf = ({ durationMs, scale, startAt, seed, replications, rung, rungs, faults }: RehearsalSetting): RehearsalForm => ({
  duration: typedLength(durationMs),
  scale: String(scale),
  start: startAt === undefined ? '' : new Date(startAt).toISOString().slice(0, 16),
  seed: String(seed),
  replications: replications === undefined ? '' : String(replications),
  rung: rung ?? 'ready',
  rungs: rungs ?? {},
  faults: faults ?? [],
});

/** In as few units as it takes, such as `1h30m`. */
function typedLength(durationMs: number): string {
  let left = durationMs;
  let text = '';
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text;
}
