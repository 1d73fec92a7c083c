import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createForecasters } from '../../../src/host/node/demand/forecasters.ts';
import { mstl } from '../../../src/host/node/demand/mstl.ts';
import { HOUR, hourly, made } from '../../predict/demand/made.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const WASM = join(ROOT, 'node_modules', '@bsull', 'augurs', 'mstl_bg.wasm');

describe('forecasting threads', () => {
  let bundles: string;
  beforeAll(async () => {
    bundles = mkdtempSync(join(tmpdir(), 'prewarm-forecasters-'));
    await build({
      entryPoints: [join(ROOT, 'src/host/node/demand/forecastThread.ts')],
      outfile: join(bundles, 'forecaster.js'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'silent',
    });
    writeFileSync(join(bundles, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(bundles, 'augurs-mstl.wasm.br'), brotliCompressSync(readFileSync(WASM)));
  });
  afterAll(() => rmSync(bundles, { recursive: true, force: true }));

  const series = (days: number, id = 'x') => ({ ...hourly(days * 24, (t) => 10 + 5 * Math.sin(t / 3.82) + (t % 7)), id });

  it('foresee many series, each its own, the library’s method among those asked', async () => {
    const forecasters = createForecasters({ bundles, threads: 2 });
    const answers = await Promise.all([14, 21, 28, 1].map((days) => forecasters.forecast({ series: series(days), horizon: 24 })));
    expect(answers.map((a) => a.foreseen?.forecast.startAt)).toEqual(
      [14, 21, 28].map((d) => series(d).startAt + d * 24 * HOUR).concat([undefined as never]),
    );
    expect(answers[2]?.foreseen?.alone.map((a) => a.name)).toContain('MSTL with ETS');
    await forecasters.dispose();
  });

  it('look through the past for anomalies where they are asked to', async () => {
    const forecasters = createForecasters({ bundles, threads: 1 });
    const spiked = series(28);
    spiked.values[600] = 500;
    const { anomalies } = await forecasters.forecast({ series: spiked, horizon: 24, anomalies: true });
    expect(anomalies.map((a) => a.at)).toContain(spiked.startAt + 600 * HOUR);
    expect((await forecasters.forecast({ series: spiked, horizon: 24 })).anomalies).toEqual([]);
    await forecasters.dispose();
  });

  it('one that dies takes only its own with it; ended, nothing is answered any more', async () => {
    const forecasters = createForecasters({ bundles, threads: 1 });
    await expect(forecasters.forecast({ series: series(14), horizon: 24, timeZone: 'Nowhere/At all' })).rejects.toThrow(/time zone/);
    expect((await forecasters.forecast({ series: series(14), horizon: 24 })).foreseen).toBeDefined();
    const late = forecasters.forecast({ series: series(28), horizon: 24 });
    const ended = expect(late).rejects.toThrow(/ended/);
    await forecasters.dispose();
    await ended;
    await expect(forecasters.forecast({ series: series(14), horizon: 24 })).rejects.toThrow(/ended/);
  });
});

describe('the library’s method', () => {
  const method = mstl(() => readFileSync(WASM));

  it('goes on with two seasons', () => {
    const two = (t: number): number => 50 + 10 * Math.sin((2 * Math.PI * t) / 24) + (Math.floor(t / 24) % 7 < 5 ? 20 : 0);
    method.forecast(made(28 * 24, two), 48, [24, 168])?.forEach((v, h) => void expect(Math.abs(v - two(28 * 24 + h))).toBeLessThan(3));
    expect(method.forecast(made(28 * 24, two), 48, [24, 168])).toHaveLength(48);
  });

  it.each([
    ['a constant', made(100, () => 5), [24]],
    ['what is too short', made(40, (t) => t), [24]],
    ['a gap', made(100, (t) => (t === 5 ? Number.NaN : t)), [24]],
    ['no season', made(100, (t) => t % 7), []],
    ['numbers beyond all measure', made(200, (t) => 1e300 * (t % 24)), [24]],
  ])('says nothing of %s, and goes on afterwards', (_, past, seasons) => {
    expect(method.forecast(past, 5, seasons)).toBeUndefined();
    expect(
      method.forecast(
        made(100, (t) => t % 24),
        5,
        [24],
      ),
    ).toHaveLength(5);
  });
});
