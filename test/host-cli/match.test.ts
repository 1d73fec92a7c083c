import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Invocation } from '../../src/host/cli/command.ts';
import { matchCommand } from '../../src/host/cli/matchCommand.ts';

const DAY = 86_400_000;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prewarm-match-'));
});
afterAll(() => rm(folder, { recursive: true }));

const line = (day: number, second: number, resource: string): string =>
  JSON.stringify({ at: 1_700_000_000_000 + day * DAY + second * 1000, actor: 'me', resource });
const WORK = {
  reports: ['command:git pull', 'command:npm test', 'compose:shop/db', 'command:psql', 'compose:shop/db'],
  docs: ['command:git status', 'command:vim', 'command:ls', 'command:vim'],
};

async function run(lines: readonly string[], options: Invocation['options'] = {}) {
  const file = join(folder, 'trace.jsonl');
  await writeFile(file, lines.join('\n'));
  const terminal = { progress: () => {} } as unknown as Invocation['terminal'];
  return matchCommand({ positionals: [file], options, terminal, signal: new AbortController().signal });
}
const past = Array.from({ length: 20 }, (_, i) => WORK[i % 2 === 0 ? 'reports' : 'docs'].map((r, k) => line(i, 40 * k, r))).flat();

interface Json {
  matches: { persona: string; probability: number; because: string[] }[];
  none: number;
  need: { resource: string; probability: number; etaMs: number; etaQuantilesMs: { p10: number }; because: string }[];
  next: { activity: string; probability: number }[];
  because: string[];
}

describe('prewarm match', () => {
  it('tells who, what, when and why of the last session', async () => {
    const result = await run([...past, line(30, 0, 'command:git pull'), line(30, 30, 'command:npm test')]);
    if (!result.ok) throw new Error(result.fault.message);
    const json = result.value.json as unknown as Json;
    expect(json.matches[0]?.persona).toMatch(/npm test|psql|Database/);
    expect(json.matches[0]?.probability).toBeGreaterThan(0.9);
    expect(json.matches.reduce((sum, m) => sum + m.probability, json.none)).toBeCloseTo(1, 9);
    expect(json.because).toEqual(json.matches[0]?.because);
    expect(json.because[0]).toMatch(/^`git pull` made “.*” [\d.]+ times as likely$/);
    const db = json.need.find((n) => n.resource === 'compose:shop/db');
    expect(db?.probability).toBeGreaterThan(0.8);
    expect(db?.etaMs).toBeGreaterThan(40_000);
    expect(db?.etaMs).toBeLessThan(60_000);
    expect(Number.isInteger(db?.etaQuantilesMs.p10)).toBe(true);
    expect(db?.because).toMatch(/uses db in 100 % of its sessions/);
    expect(json.next[0]?.activity).toBe('compose:shop/db');
    expect(json.next[0]?.probability).toBeGreaterThan(0.5);
    expect(result.value.lines.join('\n')).toMatch(/need +\d+ % {2}compose:shop\/db in about 50 s \(.*\), for 80 s \(up to 80 s\)\n {7}“/);
  });

  it('abstains on the first session of all', async () => {
    const result = await run([line(0, 0, 'command:ls')]);
    if (!result.ok) throw new Error(result.fault.message);
    expect(result.value.json).toMatchObject({ matches: [], none: 1, need: [], next: [{ activity: 'command:ls' }], because: [] });
    expect(result.value.lines[0]).toBe('Too little is known to say who this is.');
  });

  it('takes personas from a document', async () => {
    const document = join(folder, 'personas.json');
    const entry = (name: string, to: string) => ({
      name,
      weight: 0.4,
      edges: [{ from: 'session', to, probability: 1, lag_ms: { p50: 1000, p90: 9000 } }],
      resources: [],
    });
    await writeFile(document, JSON.stringify({ version: 1, personas: [entry('A', 'command:a'), entry('B', 'command:b')] }));
    const result = await run([line(0, 0, 'command:b')], { personas: document });
    expect(result.ok && (result.value.json as unknown as Json).matches[0]?.persona).toBe('B');
  });

  it.each([
    ['nothing in the trace', [], {}, /trace\.jsonl holds no activity/],
    ['no such document', [line(0, 0, 'a')], { personas: '/none/p.json' }, /^\/none\/p\.json could not be read \(ENOENT\)\.$/],
  ])('%s is one clear fault', async (_, lines, options, message) => {
    const result = await run(lines, options);
    expect(result.ok ? '' : result.fault.message).toMatch(message);
  });
});
