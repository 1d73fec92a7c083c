import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WarmBacktest } from '../../src/app/backtest/warm/warmBacktest.ts';
import type { History } from '../../src/app/history.ts';
import type { Learner } from '../../src/app/ports.ts';
import { replayPolicies } from '../../src/app/replayPolicies.ts';
import type { Activity } from '../../src/domain/index.ts';
import { createLearner } from '../../src/host/worker/learnerClient.ts';
import { mergePersonas } from '../../src/learn/personas/merge.ts';
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

  it('replays the uses that the journal holds of this workspace, as it is done without a thread', async () => {
    const journal = join(folder, 'used');
    mkdirSync(journal);
    const activities = Array.from(
      { length: 300 },
      (_, i): Activity => ({
        at: 1_700_000_000_000 + i * 10 * 60_000,
        actor: 'me',
        workspace: i % 10 === 9 ? 'another' : 'w',
        resource: i % 3 === 0 ? 'compose:shop/db' : 'command:ls',
        kind: i % 3 === 0 ? 'resource.used' : 'command.started',
      }),
    );
    writeFileSync(join(journal, '00000000000001-a.jsonl'), linesOf(activities));
    const thread = createLearner({ program, journal, now: Date.now });
    open.push(thread);
    const costs = { 'compose:shop/db': { coldMs: 9000, memoryBytes: 2 ** 28 } };
    const replayed = await thread.replay?.({ workspace: 'w', costs });
    const { elapsedMs: _took, ...here } = (await replayPolicies(activities, { workspace: 'w', costs }, () => 0)) as WarmBacktest;
    expect(replayed).toMatchObject({ ok: true, value: here });
    expect(here.policies.never?.uses).toBe(90);
    expect(await thread.replay?.({ workspace: 'w', costs: {} })).toEqual({ ok: true, value: undefined });
  });

  it('splits a persona that was merged, and says why where there is nothing to split', async () => {
    const one = learner();
    const first = await one.learn(few, undefined);
    if (!first.ok) throw new Error(first.fault.message);
    const [a, b, other] = first.value.model.components.map((c) => c.id) as [string, string, string];
    const merged = mergePersonas(first.value.model, a, b, Date.now());
    if (!merged.ok) throw new Error(merged.fault.message);
    const split = await one.learn(few, merged.value, { split: a });
    expect(split.ok && split.value.model.components.length).toBe(first.value.model.components.length);
    const refused = await one.learn(few, merged.value, { split: other });
    expect(refused.ok ? '' : refused.fault.message).toMatch(/show one workflow/);
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
