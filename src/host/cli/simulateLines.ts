import { ms, number, percent } from '../../show/threeDigits.ts';
import type { Difference } from '../../simulate/result/compareResults.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';

/** Two rehearsals side by side; `*` where their intervals do not touch. */
export function comparisonLines(
  [a, b]: readonly [string, string],
  [ra, rb]: readonly [RehearsalResult, RehearsalResult],
  differences: readonly Difference[],
): readonly string[] {
  const name = (d: Difference): string => (d.of === undefined ? d.figure : `${d.of} ${d.figure}`);
  const width = Math.max(...differences.map((d) => name(d).length), 10);
  const line = (d: Difference): string =>
    `${name(d).padEnd(width)}  ${value(d, d.a).padStart(12)} ${value(d, d.b).padStart(12)}  ${d.change === null ? '' : signed(d.change).padStart(9)}${d.clear ? ' *' : ''}`;
  return [
    `a ${a}: ${ra.rehearsal.personas?.join(', ')}, scale ${ra.rehearsal.scale}, seed ${ra.rehearsal.seed}${injected(ra)}`,
    `b ${b}: ${rb.rehearsal.personas?.join(', ')}, scale ${rb.rehearsal.scale}, seed ${rb.rehearsal.seed}${injected(rb)}`,
    '',
    `${''.padEnd(width)}  ${'a'.padStart(12)} ${'b'.padStart(12)}  ${'change'.padStart(9)}   (* beyond chance: the 95 % intervals do not touch)`,
    ...differences.map(line),
  ];
}

const injected = (r: RehearsalResult): string => (r.rehearsal.injected?.length ? `, injected: ${r.rehearsal.injected.join(', ')}` : '');

function value(d: Difference, v: number | null): string {
  if (v === null) return '–';
  if (d.unit === 'ms') return ms(v);
  if (d.unit === 'share') return percent(v);
  if (d.unit === 'bytes') return `${number(v / 2 ** 30)} GB`;
  return d.unit === '1' ? number(v) : `${number(v)} ${d.unit}`;
}

const signed = (share: number): string => `${share > 0 ? '+' : ''}${number(100 * share)} %`;
