import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_MEMORY, type PersonaVersion } from '../../src/app/ports.ts';
import type { Invocation, Report } from '../../src/host/cli/command.ts';
import { experimentsCommand, sideOf } from '../../src/host/cli/experimentsCommand.ts';
import { memoryIn, versionsIn } from '../../src/host/node/kept.ts';
import { workspacesIn } from '../../src/host/node/startSweeper.ts';
import { workspaceOf } from '../../src/host/node/workspaceIdentity.ts';
import type { PersonaModel } from '../../src/learn/personaModel.ts';
import { componentOf } from '../learn/personas/made.ts';

let root: string;
let shop: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'prewarm-cli-'));
  shop = join(root, 'shop');
  const storage = join(workspacesIn(join(root, 'state')), storageOf());
  mkdirSync(storage, { recursive: true });
  const [older, living] = [componentOf({ 'command:psql': 0.2 }, named), componentOf({ 'command:psql': 0.9 }, named)];
  const model: PersonaModel = { version: 1, components: [living], background: {}, backgroundTotal: 0, sessions: 40 };
  const version = (number: number, snapshot: typeof older): PersonaVersion => ({
    persona: 'p1',
    number,
    at: number,
    author: 'learnt',
    reason: 'learnt',
    snapshot,
  });
  writeFileSync(memoryIn(storage), JSON.stringify({ version: 1, state: { ...EMPTY_MEMORY, model } }));
  writeFileSync(versionsIn(storage), JSON.stringify({ version: 1, personas: [version(1, older), version(2, living)] }));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const named = { name: 'Reports' } as const;
function storageOf(): string {
  mkdirSync(shop, { recursive: true });
  return workspaceOf(shop).id;
}

async function run(...positionals: readonly string[]): Promise<Report> {
  const result = await asked(...positionals);
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}
const refusal = async (...positionals: readonly string[]): Promise<string> => {
  const result = await asked(...positionals);
  return result.ok ? '' : `${result.fault.code}: ${result.fault.message}`;
};
function asked(...positionals: readonly string[]) {
  const terminal = { progress: () => {} } as unknown as Invocation['terminal'];
  const options = { workspace: shop, state: join(root, 'state') };
  return experimentsCommand({ positionals, options, terminal, signal: new AbortController().signal });
}

describe('prewarm experiments', () => {
  it('starts a test by the persona’s name, reports it in words and as a table, stops it and goes on, over as many runs', async () => {
    expect((await run()).lines[0]).toMatch(/^No test was started yet/);
    const started = await run('start', 'reports', 'now', '1');
    expect(started.lines[0]).toBe('p1-1: “Reports”, as it was at the start (A) against version 1 (B)');
    expect(started.lines.slice(4, 8).map((l) => l.replace(/ {2,}/g, ' | '))).toEqual([
      'A session, on average | A | B | B − A | surely between | how sure',
      'Waiting | 0 s | 0 s | 0 s | not known yet | 97.50 %',
      'Warm for nothing | 0 s | 0 s | 0 s | not known yet | 98.75 %',
      'Starts for nothing | 0.00 | 0.00 | 0.00 | not known yet | 98.75 %',
    ]);
    expect(started.json).toMatchObject({
      id: 'p1-1',
      persona: { id: 'p1', name: 'Reports' },
      arms: { A: { kind: 'version', version: 'now' }, B: { kind: 'version', version: 1 } },
      standing: { verdict: { is: 'running' }, pairs: 0 },
    });
    expect(JSON.stringify(started.json)).not.toContain('snapshot');
    expect((await run('list')).json).toMatchObject({ experiments: [{ id: 'p1-1', startedAt: expect.stringMatching(/^\d{4}-/) }] });
    const stopped = await run('stop', 'p1-1');
    expect(stopped.lines.slice(-2)).toEqual(['Stopped by hand.', 'The persona is as before the test.']);
    expect((await run('resume', 'p1-1')).lines.at(-2)).toBe('Nothing is sure yet.');
    expect(await refusal('start', 'p1', '2', '1')).toMatch(/^wrong-usage: Test p1-1 of this persona is running/);
    expect((await run('report', 'p1-1')).lines.at(-1)).toMatch(/^Next: each session goes on being A or B by chance\./);
  }, 60_000);

  it.each([
    [['begin'], /does not know “begin”; it knows list, start, rehearse, report, stop, resume/],
    [['start', 'p1', '1'], /Usage: prewarm experiments start <persona> <version A> <version B>/],
    [['rehearse', 'p1', '1'], /Usage: prewarm experiments rehearse <persona> <version A> <version B>/],
    [['rehearse', 'p1', 'now', '1'], /^not-found: No persona uses a resource that this workspace declares/],
    [['rehearse', 'p1', '2', '2'], /nothing to find/],
    [['report'], /Usage: prewarm experiments report <id>/],
    [['report', 'x'], /There is no test “x”\. Known: none/],
    [['stop', 'x'], /There is no test “x”/],
    [['start', 'nobody', '1', '2'], /There is no persona “nobody”\. Known: p1 “Reports”/],
    [['start', 'p1', '1', 'newest'], /“newest” is no version/],
    [['start', 'p1', '1', '7'], /no version 7 of this persona/],
  ] as const)('%j is refused with what to do', async (words, message) => {
    expect(await refusal(...words)).toMatch(message);
  });
});

describe('what an arm is called', () => {
  it.each([
    ['3', { version: 3 }],
    ['now', { version: 'now' }],
    ['eagerness=1.5', { eagerness: 1.5 }],
    ['eagerness=learnt', { eagerness: 'learnt' }],
  ] as const)('%s', (text, side) => expect(sideOf(text)).toEqual({ ok: true, value: side }));

  it.each(['0', '-1', '1.5', '', 'eagerness', 'eagerness=', 'eagerness=1e9', 'eagerness=-1', ' 3'])('%o is none', (text) => {
    expect(sideOf(text)).toMatchObject({ ok: false, fault: { code: 'wrong-usage' } });
  });
});
