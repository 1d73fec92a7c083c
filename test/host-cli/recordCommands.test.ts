import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_MEMORY } from '../../src/app/ports.ts';
import type { Invocation, Report } from '../../src/host/cli/command.ts';
import { profileCommand } from '../../src/host/cli/profileCommand.ts';
import { eraseCommand, exportCommand, journalCommand } from '../../src/host/cli/recordCommands.ts';
import { importsIn, journalIn, memoryIn } from '../../src/host/node/kept.ts';
import { workspacesIn } from '../../src/host/node/startSweeper.ts';
import { workspaceOf } from '../../src/host/node/workspaceIdentity.ts';
import { filesWith } from '../app/keptWorld.ts';

let root: string;
let shop: string;
let storage: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'prewarm-cli-'));
  shop = join(root, 'shop');
  mkdirSync(shop);
  const { id } = workspaceOf(shop);
  storage = join(workspacesIn(join(root, 'state')), id);
  const line = (at: number, resource: string, kind: string, more = {}): string =>
    `${JSON.stringify({ at, actor: 'local', workspace: id, source: 'terminal', resource, kind, ...more })}\n`;
  const noon = new Date(2026, 10, 20, 12, 0).getTime();
  put(join(journalIn(storage), '00000000000001-a.jsonl'), [
    line(noon, 'command:npm test', 'command.started'),
    line(noon + 5000, 'command:npm test', 'command.ended', { ok: false }),
    line(noon + 60_000, 'command:npm test', 'command.started'),
    line(noon + 90_000, 'editor:api/sql', 'file.saved'),
  ]);
  put(join(journalIn(storage), '00000000000002-b.jsonl'), [line(noon + 86_400_000, 'command:psql', 'command.started'), '{"torn\n']);
  put(join(importsIn(storage), 'zsh-0a1b2c3d.jsonl'), ['{"at":1,"actor":"history","resource":"command:terraform"}\n']);
  const memory = { ...EMPTY_MEMORY, mode: 'auto', dropped: { argument: 7, token: 1 }, droppedSince: noon };
  put(memoryIn(storage), [JSON.stringify({ version: 1, state: memory })]);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(file: string, lines: readonly string[]): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, lines.join(''));
}

type Run = (invocation: Invocation) => Promise<{ ok: boolean; value?: Report; fault?: { code: string; message: string } }>;

function run(command: Run, options: Invocation['options'] = {}, positionals: readonly string[] = []) {
  const terminal = { progress: () => {} } as unknown as Invocation['terminal'];
  const all = { workspace: shop, state: join(root, 'state'), ...options };
  return command({ positionals, options: all, terminal, signal: new AbortController().signal });
}

describe('prewarm profile of the journal', () => {
  it('tells of the connections that the gateway saw in this workspace', async () => {
    expect((await run(profileCommand)).fault?.message).toMatch(/no request in the journal of this workspace: the 5 activities in it tell/);
    const { id } = workspaceOf(shop);
    const closed = (i: number, workspace: string): string =>
      `${JSON.stringify({ at: 1_700_000_000_000 + i * 60_000, actor: 'local', workspace, source: 'database', resource: 'compose:shop/db', kind: 'connection.closed', bytes: 500, durationMs: 900, firstByteMs: 2 })}\n`;
    put(join(journalIn(storage), '00000000000003-c.jsonl'), [...Array.from({ length: 20 }, (_, i) => closed(i, id)), closed(3, 'other')]);
    const { value } = await run(profileCommand);
    expect(value?.json).toMatchObject({
      formats: ['journal'],
      others: 5,
      traffic: { requests: 20, interaction_type: 'query', latency_ms: [{ value: 2, probability: 1 }] },
    });
  });
  it('says so where nothing is recorded, or a format is named for it', async () => {
    expect((await run(profileCommand, { workspace: root })).fault?.message).toMatch(/nothing is recorded there/);
    expect((await run(profileCommand, { format: 'har' })).fault?.code).toBe('wrong-usage');
  });
});

describe('prewarm journal', () => {
  it('shows what is recorded, newest first, how often, and what was left out', async () => {
    const { value } = await run(journalCommand);
    const lines = value?.lines ?? [];
    expect(lines).toContain('5 activities, in '.concat(storage, '. Nothing of it leaves this machine.'));
    expect(lines).toContain('Left out before it was written since 2026-11-20: 7 arguments, 1 token.');
    expect(lines).toContain('Imported histories, besides: zsh-0a1b2c3d.');
    const days = lines.slice(lines.indexOf('2026-11-21')).filter((l) => !l.startsWith('!') && l !== '');
    expect(days.map((l) => l.replace(/ +/g, ' ').trim())).toEqual([
      '2026-11-21',
      '12:00 ran psql',
      '2026-11-20',
      '12:01 saved files of api/sql',
      '12:01 ran npm test 2 times, 1 failed',
    ]);
    expect(lines.at(-1)).toMatch(/^! .*b\.jsonl:2: not JSON/);
  });

  it('as one object, and no more lines than are asked for', async () => {
    const { value } = await run(journalCommand, { limit: '1', json: true });
    expect(value?.json).toMatchObject({
      folder: storage,
      activities: 5,
      imported: ['zsh-0a1b2c3d'],
      redacted: { argument: 7, token: 1 },
      rows: [{ day: '2026-11-21', time: '12:00', what: 'ran psql', times: 1, failed: 0 }],
      left: 2,
    });
    expect(value?.lines.join('\n')).toContain('… and 2 older lines. `--limit 0` shows all of them.');
  });

  it('where nothing was recorded says so; a limit that is none is wrong usage', async () => {
    const { value } = await run(journalCommand, { state: join(root, 'elsewhere') });
    expect(value?.lines).toContain('Nothing is recorded yet.');
    expect(value?.lines.some((l) => l.startsWith('!'))).toBe(false);
    expect(await run(journalCommand, { limit: 'many' })).toMatchObject({ ok: false, fault: { code: 'wrong-usage' } });
  });
});

describe('prewarm export', () => {
  it('copies all of it into a new folder', async () => {
    const into = join(root, 'out', 'deep');
    const { value } = await run(exportCommand, {}, [into]);
    const { folder, files } = (value as Report).json as { folder: string; files: { name: string }[] };
    expect(readdirSync(into).map((name) => join(into, name))).toEqual([folder]);
    expect(files.map((f) => f.name)).toContain('imports/zsh-0a1b2c3d.jsonl');
    expect((await filesWith(folder, ['command:psql'])).length).toBe(1);
  });
});

describe('prewarm erase', () => {
  it('erases nothing unless it is told to, and says what would go', async () => {
    const { fault } = await run(eraseCommand);
    expect(fault?.code).toBe('cancelled');
    expect(fault?.message).toMatch(/Nothing was erased\. This would go:\nThe journal \(1 kB\)\nWhat was imported from 1 history\n/);
    expect((await filesWith(root, ['psql', 'terraform'])).length).toBe(2);
  });

  it('--yes erases journal, imports and memory; the mode stays', async () => {
    const { value } = await run(eraseCommand, { yes: true, json: true });
    expect(value?.json).toMatchObject({ workspaces: 1, faults: [] });
    expect(await filesWith(root, ['psql', 'npm test', 'terraform', '"argument"'])).toEqual([]);
    expect(await filesWith(root, ['"mode":"auto"'])).toEqual([memoryIn(storage)]);
    expect((await run(journalCommand)).value?.lines).toContain('Nothing is recorded yet.');
    // Once more: there is nothing, and that is no fault.
    expect((await run(eraseCommand, { yes: true })).ok).toBe(true);
  });

  it('--everywhere takes the other workspaces, too', async () => {
    const other = join(workspacesIn(join(root, 'state')), 'other-1');
    put(join(journalIn(other), '00000000000001-a.jsonl'), ['helm']);
    await run(eraseCommand, { yes: true });
    expect(await filesWith(root, ['helm'])).toHaveLength(1);
    const { value } = await run(eraseCommand, { yes: true, everywhere: true });
    expect(value?.json).toMatchObject({ workspaces: 2 });
    expect(value?.lines[0]).toMatch(/^The journal .*, here and in 1 other workspace$/);
    expect(await filesWith(root, ['helm'])).toEqual([]);
  });
});
