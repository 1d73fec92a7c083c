import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sqlite from 'node-sqlite3-wasm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { importCommand } from '../../src/host/cli/importCommand.ts';
import { createTerminal } from '../../src/host/cli/terminal.ts';
import { createTraceProblems, readTrace } from '../../src/host/node/traceFile.ts';

let folder: string;
const made: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-cli-'));
  made.push(folder);
});
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
async function run(format: string, file: string, options: Record<string, string> = {}, signal = new AbortController().signal) {
  return importCommand({ positionals: [format, file], options: { actor: 'me', ...options }, terminal: createTerminal('quiet'), signal });
}

describe('prewarm import', () => {
  const HISTORY =
    ': 1700000000:5;npm test\n: 1700000060:0;curl -H "Authorization: Bearer hunter2hunter2" http://x\n: 1700000060:0;TOKEN=hunter2\n: 1700000060:0;# hunter2\n';

  it('says what it read, wrote, took and rejected, and writes a trace that can be read', async () => {
    writeFileSync(at('.zsh_history'), HISTORY);
    const result = await run('zsh', at('.zsh_history'), { output: at('new/trace.jsonl.gz') });
    if (!result.ok) throw new Error(result.fault.message);
    expect(result.value.json).toMatchObject({
      read: 4,
      kept: 2,
      emptied: 1,
      written: 2,
      redacted: 2,
      rejected: [{ file: at('.zsh_history'), line: 4, problem: 'no command in it' }],
      rejectedCount: 1,
    });
    expect(JSON.stringify(result.value)).not.toContain('hunter2');
    expect(result.value.lines.join('\n')).toMatch(
      /4 entries read, 2 activities[\s\S]*Dropped: .*1 × environment-value[\s\S]*:4: no command in it/,
    );
    const problems = createTraceProblems();
    const resources: string[] = [];
    for await (const batch of readTrace(at('new/trace.jsonl.gz'), problems)) resources.push(...batch.map((a) => a.resource));
    expect(resources).toEqual(['command:npm test', 'command:curl']);
    expect(problems.count).toBe(0);
  });

  it.each([
    ['of no such format', 'nonsense', 'x', 'wrong-usage', /known are\n {2}bash .*history[\s\S]*\n {2}kubernetes-audit {2}Audit/],
    ['that is not there', 'bash', 'none', 'not-found', /none cannot be read \(ENOENT\)/],
    ['that is a folder', 'bash', '.', 'bad-file', /EISDIR/],
    ['that is no database', 'atuin', 'cut.gz', 'bad-file', /./],
    ['of another database', 'atuin', 'other.db', 'bad-file', /no such table: history/],
    ['that is cut off', 'bash', 'cut.gz', 'bad-file', /Z_BUF_ERROR/],
  ])('refuses a file %s, and leaves the trace as it was', async (_, format, name, code, message) => {
    writeFileSync(at('cut.gz'), gzipSync(HISTORY.repeat(1000)).subarray(0, 60));
    new sqlite.Database(at('other.db')).exec('CREATE TABLE a (b)');
    writeFileSync(at('trace.jsonl'), 'before');
    const before = readdirSync(folder);
    const result = await run(format, at(name), { output: at('trace.jsonl') });
    expect(result).toMatchObject({ ok: false, fault: { code, message: expect.stringMatching(message) } });
    expect(readFileSync(at('trace.jsonl'), 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(before);
  });

  it('stops when it is interrupted, and leaves nothing', async () => {
    writeFileSync(at('history'), HISTORY);
    expect(await run('zsh', at('history'), { output: at('t') }, AbortSignal.abort())).toMatchObject({
      ok: false,
      fault: { code: 'cancelled' },
    });
    expect(readdirSync(folder)).toEqual(['history']);
  });

  it('says that a trace cannot be written', async () => {
    writeFileSync(at('history'), HISTORY);
    expect(await run('zsh', at('history'), { output: at('history/t') })).toMatchObject({ ok: false, fault: { code: 'storage-failed' } });
  });
});
