import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { feedsCommand } from '../../src/host/cli/feedsCommand.ts';
import { createTerminal } from '../../src/host/cli/terminal.ts';
import { closeServers, json, serve } from '../host-node/feeds/server.ts';

let workspace: string;
let state: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'prewarm-feeds-cli-'));
  state = mkdtempSync(join(tmpdir(), 'prewarm-feeds-state-'));
  mkdirSync(join(workspace, '.vscode'));
});
afterEach(async () => {
  await closeServers();
  for (const folder of [workspace, state]) rmSync(folder, { recursive: true, force: true });
});

const settings = (feeds: unknown): void =>
  writeFileSync(join(workspace, '.vscode', 'settings.json'), `{\n  // Demand\n  "prewarm.feeds": ${JSON.stringify(feeds)},\n}\n`);
const run = (...positionals: readonly string[]) =>
  feedsCommand({ positionals, options: { workspace, state }, terminal: createTerminal('quiet'), signal: new AbortController().signal });

async function reported(...positionals: readonly string[]) {
  const result = await run(...positionals);
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

describe('prewarm feeds', () => {
  it('fetches one, and remembers what it told', async () => {
    writeFileSync(join(workspace, 'sales.csv'), 'when,n\n2026-03-02T00:00:00Z,1\n2026-03-02T01:00:00Z,2\n2026-03-02T03:00:00Z,4\n');
    settings([
      { name: 'sales', type: 'csv', file: 'sales.csv', time: 'when', value: 'n', quantity: 'volume' },
      { name: 'bad', type: 'csv' },
    ]);
    expect((await reported('list')).lines).toEqual([expect.stringMatching(/^sales +csv +not asked yet$/)]);
    const fetched = await reported('fetch', 'sales');
    expect(fetched.json).toMatchObject({
      feed: 'sales',
      series: [{ id: 'table:sales/n', quantity: 'volume', stepMs: 3_600_000, values: [1, 2, null, 4] }],
      events: [],
    });
    expect(fetched.lines).toEqual([
      expect.stringMatching(/^table:sales\/n {2}volume, 3 of 4 steps of 3600 s from 2026-03-02T00:00:00.000Z, last 4$/),
    ]);
    expect(fetched.faults?.map((f) => f.message)).toEqual([expect.stringContaining('feed “bad”: “time” should be a text')]);
    expect((await reported()).json).toMatchObject({ feeds: [{ name: 'sales', series: 1 }] });
  });

  it('takes secrets from the environment, and keeps them nowhere', async () => {
    const { url, heard } = await serve((_, response) =>
      json(response, 200, {
        status: 'success',
        data: { resultType: 'matrix', result: [{ metric: {}, values: [[Math.floor(Date.now() / 60_000) * 60, '1']] }] },
      }),
    );
    settings([{ name: 'my-shop', type: 'prometheus', url, query: 'up', quantity: 'rate', secret: 'bearer' }]);
    expect(await run('fetch', 'my-shop')).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining('Set PREWARM_FEED_MY_SHOP in the environment') },
    });
    process.env.PREWARM_FEED_MY_SHOP = 'hunter2hunter2';
    try {
      const report = await reported('fetch', 'my-shop');
      expect(heard[0]?.headers.authorization).toBe('Bearer hunter2hunter2');
      const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
      expect(files.length).toBe(1);
      const written = files.map((e) => readFileSync(join(e.parentPath, e.name), 'utf8'));
      expect([JSON.stringify(report), ...written].join('')).not.toContain('hunter2');
    } finally {
      delete process.env.PREWARM_FEED_MY_SHOP;
    }
  });

  it.each([
    [['bake'], 'wrong-usage', /knows list and fetch/],
    [['fetch'], 'wrong-usage', /Which feed/],
    [['fetch', 'nobody'], 'not-found', /no feed “nobody”.*has none/],
  ] as const)('%j is a fault', async (positionals, code, said) => {
    expect(await run(...positionals)).toMatchObject({ ok: false, fault: { code, message: expect.stringMatching(said) } });
  });

  it('settings that are broken are named', async () => {
    writeFileSync(join(workspace, '.vscode', 'settings.json'), '{ "prewarm.feeds": [');
    expect(await run()).toMatchObject({ ok: false, fault: { code: 'bad-file' } });
  });
});
