import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, log, power } from '../../src/simulate/model/elementary.ts';
import { run } from '../../src/simulate/model/engine.ts';
import { Random } from '../../src/simulate/model/random.ts';
import type { ServiceTime } from '../../src/simulate/scenario/serviceTime.ts';
import { oneStation } from './stations.ts';

const ROOM = join(import.meta.dirname, '..', '..', 'src', 'simulate');
const digest = (values: Float64Array<ArrayBuffer>): string =>
  createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex').slice(0, 16);

describe('what chance is made of', () => {
  it('is the logarithm and the exponential, within a unit or two in the last place of the engine’s own', () => {
    const near = (ours: number, theirs: number): void =>
      expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(2 ** -51 * Math.max(Math.abs(theirs), Number.MIN_VALUE));
    fc.assert(
      fc.property(
        fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true }),
        fc.double({ min: -708, max: 709, noNaN: true }),
        (x, y) => {
          near(log(x), Math.log(x));
          near(exp(y), Math.exp(y));
        },
      ),
      { numRuns: 20_000 },
    );
    for (const x of [1, 2, 0.5, 1 + 2 ** -30, 1 - 2 ** -30, Math.SQRT2, Math.SQRT1_2]) near(log(x), Math.log(x));
    for (const y of [0, -0, 1, -1, 1e-300, 2 ** -29, Math.LN2, -Math.LN2]) near(exp(y), Math.exp(y));
    expect([exp(1e9), exp(-1e9)]).toEqual([exp(709), exp(-708)]);
    expect(power(0.3, 4.5)).toBeCloseTo(0.3 ** 4.5, 12);
  });

  it('is to the last bit the same on every machine', () => {
    const random = new Random(3);
    const of = (draw: () => number) => digest(Float64Array.from({ length: 20_000 }, draw));
    expect({
      log: of(() => log(1e6 * random.uniform())),
      exp: of(() => exp(40 * random.uniform() - 20)),
      normal: of(() => random.normal()),
      gamma: of(() => random.gamma(0.3)),
      'gamma above 1': of(() => random.gamma(2.5)),
    }).toEqual(GOLDEN);
  });

  it.each(
    Object.entries({
      exponential: { shape: 'exponential', meanMs: 1 },
      gamma: { shape: 'gamma', meanMs: 1, cv: 1.7 },
      lognormal: { shape: 'lognormal', meanMs: 1, cv: 1.3 },
      measured: { shape: 'measured', quantilesMs: [0.1, 0.5, 0.9, 3] },
    } satisfies Record<string, ServiceTime>),
  )('%s: a run of the engine is the same, unrounded', (shape, time) => {
    const { stations } = run(oneStation(700, time, { servers: 1 }), { seed: 5, durationMs: 20_000 });
    const [s] = stations;
    expect(digest(Float64Array.of(s?.utilization ?? 0, s?.waiting ?? 0, s?.waitMs.sum ?? 0, s?.ownMs ?? 0))).toBe(GOLDEN_RUNS[shape]);
  });

  // What ECMAScript leaves to the engine: a seed would give other bytes on another one.
  it('is of nothing that an engine may round as it likes', () => {
    const sources = readdirSync(ROOM, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const found = sources.flatMap((name) =>
      readFileSync(join(ROOM, name), 'utf8')
        .split('\n')
        .flatMap((line, i) => (FREE.test(line.replaceAll(/\b\d+ \*\* -?\d+\b/g, '')) ? [`${name}:${i + 1} ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

const FREE = /^(?!\s*(?:\/?\*|\/\/)).*(?:Math\.(?:a?(?:sin|cos|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log1p|log2|log10|pow)\b|\*\*)/;
const GOLDEN = {
  exp: '21ecb539c36bcb56',
  gamma: 'a4dfda55332dc917',
  'gamma above 1': 'ae8f4deaf419bda0',
  log: 'e8eb7e6add92a17d',
  normal: 'eee7ae7068511af6',
};
const GOLDEN_RUNS: Readonly<Record<string, string>> = {
  exponential: '62e236c19c1b3c5e',
  gamma: 'f91f776cfe19e39e',
  lognormal: 'b6917052739a7564',
  measured: 'e44a1042a2f9943e',
};
