import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Learner } from '../../src/app/ports.ts';
import { createLearner } from '../../src/host/worker/learnerClient.ts';
import { plantedSessions } from '../learn/planted.ts';

/** A real thread running the real program. */
describe('the learner’s thread', () => {
  let folder = '';
  let program = '';
  const open: Learner[] = [];
  const learner = (): Learner => {
    const one = createLearner(program);
    open.push(one);
    return one;
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'prewarm-learner-'));
    program = join(folder, 'worker.cjs');
    await build({
      entryPoints: [join(import.meta.dirname, '../../src/host/worker/learner.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'silent',
    });
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.dispose();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const few = plantedSessions(40, 1).map((s) => s.activities);
  const many = plantedSessions(6000, 2).map((s) => s.activities);

  it('learns, and says how far it is', async () => {
    const told: number[] = [];
    const result = await learner().learn(few, undefined, { progress: (done) => told.push(done) });
    expect(result.ok && result.value.components.length).toBeGreaterThan(1);
    expect(told.at(-1)).toBe(1);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
  });

  it('is cancelled in the middle, leaves what else was asked alone, and learns again', async () => {
    const one = learner();
    const controller = new AbortController();
    const long = one.learn(many, undefined, { signal: controller.signal, progress: () => controller.abort() });
    const other = one.learn(few, undefined);
    const cancelled = await long;
    expect(cancelled.ok ? 'learnt' : cancelled.fault.code).toBe('cancelled');
    expect((await other).ok).toBe(true);
    expect((await one.learn(few, undefined)).ok).toBe(true);
  });

  it('does not begin what is cancelled already, or after it was disposed of', async () => {
    const one = learner();
    const early = await one.learn(few, undefined, { signal: AbortSignal.abort() });
    expect(early.ok ? 'learnt' : early.fault.code).toBe('cancelled');
    const [running] = [one.learn(many, undefined), await one.dispose()];
    expect((await running).ok).toBe(false);
    expect((await one.learn(few, undefined)).ok).toBe(false);
  });

  it('a program that cannot run is a fault, not a silence', async () => {
    const broken = createLearner(join(folder, 'gone.cjs'));
    const result = await broken.learn(few, undefined);
    expect(result.ok ? 'learnt' : result.fault.code).toBe('start-failed');
  });
});
