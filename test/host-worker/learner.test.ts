import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { History } from '../../src/app/history.ts';
import type { Learner } from '../../src/app/ports.ts';
import type { Activity } from '../../src/domain/index.ts';
import { createLearner } from '../../src/host/worker/learnerClient.ts';
import { plantedSessions } from '../learn/planted.ts';

/** A real thread running the real program. */
describe('the learner’s thread', () => {
  let folder = '';
  let program = '';
  const open: Learner[] = [];
  const learner = (): Learner => {
    const one = createLearner({ program, journal: join(folder, 'journal'), now: Date.now });
    open.push(one);
    return one;
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'prewarm-learner-'));
    program = join(folder, 'worker.cjs');
    await build({
      entryPoints: [join(import.meta.dirname, '../../src/host/node/learnerThread.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'silent',
    });
    mkdirSync(join(folder, 'journal'));
    few = write('few', 40, 1);
    many = write('many', 6000, 2);
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.dispose();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  let few: History;
  let many: History;
  /** As a trace of imported history: the thread reads it by itself. */
  const write = (name: string, sessions: number, seed: number): History => {
    const trace = join(folder, `${name}.jsonl`);
    const activities = plantedSessions(sessions, seed).flatMap((s) => s.activities);
    writeFileSync(trace, linesOf(activities));
    return { workspace: 'w', actor: 'me', idleMs: 30 * 60_000, uses: [], traces: [trace] };
  };

  it('learns, and says how far it is', async () => {
    const told: number[] = [];
    const result = await learner().learn(few, undefined, { progress: (done) => told.push(done) });
    expect(result.ok && result.value.model.components.length).toBeGreaterThan(1);
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
    const broken = createLearner({ program: join(folder, 'gone.cjs'), journal: folder, now: Date.now });
    const result = await broken.learn(few, undefined);
    expect(result.ok ? 'learnt' : result.fault.code).toBe('start-failed');
  });

  it('reads the journal by itself, and says what of it cannot be read', async () => {
    const activities = plantedSessions(30, 3).flatMap((s) => s.activities.map((a) => ({ ...a, workspace: 'w' })));
    const others = activities.map((a) => ({ ...a, workspace: 'another', actor: 'b' }));
    writeFileSync(join(folder, 'journal', '01700000000000-1.jsonl'), `${linesOf([...activities, ...others])}not JSON\n`);
    const history: History = { workspace: 'w', actor: 'a0', idleMs: 30 * 60_000, uses: [], traces: [join(folder, 'gone.jsonl')] };
    const result = await learner().learn(history, undefined);
    if (!result.ok) throw new Error(result.fault.message);
    expect(result.value.sessions).toBe(30);
    expect(result.value.model.components.length).toBeGreaterThan(0);
    expect(result.value.problems.join('\n')).toMatch(/journal.*not JSON[\s\S]*gone\.jsonl cannot be read \(ENOENT\)/);
  });
});

const linesOf = (activities: readonly Activity[]): string => activities.map((a) => `${JSON.stringify(a)}\n`).join('');
