import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Invocation } from '../../src/host/cli/command.ts';
import { COMMANDS } from '../../src/host/cli/commands.ts';
import { createTerminal } from '../../src/host/cli/terminal.ts';
import { AT, binaryRequest, jsonRequest, type Written } from '../sense/importers/spans.ts';

const folder = mkdtempSync(join(tmpdir(), 'prewarm-otlp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GET: Written = { kind: 'server', attributes: { 'http.request.method': 'GET', 'http.route': '/orders/:id' } };
const INSIDE: Written = { kind: 'internal' };

function run(file: string, options: Invocation['options'] = {}) {
  const signal = new AbortController().signal;
  return COMMANDS.import?.run?.({ positionals: ['otlp', file], options, terminal: createTerminal('quiet'), signal });
}

it.each([
  ['traces.jsonl', Buffer.from(`${JSON.stringify(jsonRequest(GET))}\n${JSON.stringify(jsonRequest(INSIDE))}\n`)],
  ['traces.pb', binaryRequest(GET, INSIDE)],
])('prewarm import otlp %s writes a trace', async (name, bytes) => {
  const file = join(folder, name);
  const output = join(folder, `${name}.trace.jsonl`);
  writeFileSync(file, bytes);
  const result = await run(file, { output, actor: 'me' });
  expect(result).toMatchObject({ ok: true, value: { json: { read: 2, kept: 1, ignored: 1, written: 1, redacted: 0, rejected: [] } } });
  expect(JSON.parse(readFileSync(output, 'utf8'))).toEqual({
    at: AT + 20,
    actor: 'me',
    resource: 'api:GET /orders/{id}',
    source: 'api',
    kind: 'request.ended',
    durationMs: 20,
    ok: true,
  });
});

it('names a file that is not there', async () => {
  const file = join(folder, 'nothing.json');
  expect(await run(file)).toMatchObject({ ok: false, fault: { code: 'not-found', message: `${file} cannot be read (ENOENT).` } });
});
