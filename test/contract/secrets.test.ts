import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import type { ToWebview } from '../../src/show/protocol.ts';
import { workflow } from '../../src/show/workflow.ts';
import { createMemorySecrets } from '../app/memorySecrets.ts';
import { run } from '../harness/run.mjs';
import { docker, engineProblem } from './engine.ts';
import { type Evidence, engineEvents, engineEvidence, filesIn, leaksIn, watchArguments } from './leaks.ts';
import { BUNDLES, createShop } from './shop.ts';

/**
 * The life of generated passwords in a window and on the command line, on a real engine, with all that is written meanwhile: whatever
 * the developer types, whatever fails. One value of the same shape is planted everywhere, so that the search is known to find.
 */
describe.skipIf(engineProblem !== undefined)(`secrets${engineProblem ? ` (skipped: ${engineProblem})` : ''}`, () => {
  const shop = createShop('secrets');
  const stateOfCli = mkdtempSync(join(tmpdir(), 'prewarm-secrets-cli-'));
  const secrets = createMemorySecrets();
  const passwords = new Set<string>();
  const planted = randomBytes(32).toString('base64url');
  const encoded = Buffer.from(`postgres://someone:${planted}@host`).toString('base64');
  const written: Record<'log' | 'webview' | 'state' | 'command line', string[]> = { log: [], webview: [], state: [], 'command line': [] };
  let shownByEnv = '';
  let evidence: Evidence = new Map();

  const post = (message: ToWebview): void => void written.webview.push(JSON.stringify(message));
  const environmentOf = (app: App, service: string): Readonly<Record<string, string>> => {
    const environment = app.environment(shop.id(service));
    if (environment.PGPASSWORD) passwords.add(environment.PGPASSWORD);
    if (environment.REDIS_URL) passwords.add(new URL(environment.REDIS_URL).password);
    return environment;
  };

  async function inTheWindow(): Promise<void> {
    const app = await shop.open(secrets, {}, (line) => written.log.push(line));
    app.onChange((state) => {
      post({ type: 'state', workflow: workflow(state) });
      written.state.push(JSON.stringify(state));
    });
    expect(await app.warm([shop.id('api'), shop.id('cache')])).toEqual([]);
    environmentOf(app, 'cache');
    await work(app);
    await app.credentials?.rotate([]);
    await work(app);
    for (const { resource } of app.state().resources) post({ type: 'why', resource: resource.id, lines: app.why(resource.id) });
    await app.cool([shop.id('api'), shop.id('cache')]);
    await app.relearn();
    await app.dispose();
  }

  /** The developer's ways of giving it away. */
  async function work(app: App): Promise<void> {
    const { DATABASE_URL = '', PGPASSWORD = '' } = environmentOf(app, 'db');
    const client = new pg.Client({ connectionString: DATABASE_URL });
    await client.connect();
    await client.query('select count(*) from orders');
    await client.end();
    const at = Date.now();
    for (const line of [`psql ${DATABASE_URL}`, `PGPASSWORD=${PGPASSWORD} psql`, PGPASSWORD, `./${PGPASSWORD}/run ${PGPASSWORD}`])
      for (const did of ['started', 'ended'] as const) app.record({ type: 'command', at, did, line, confidence: 'high', exitCode: 0 });
    app.record({ type: 'task', at, did: 'started', name: PGPASSWORD });
    app.record({ type: 'file', at, did: 'opened', path: join(shop.folder, PGPASSWORD, 'x.ts'), language: 'ts' });
    app.record({ type: 'branch', at, to: PGPASSWORD });
    await app.settle();
  }

  /** Each command of the command line that a person may paste into an issue; `env` alone is meant to print passwords. */
  async function onTheCommandLine(): Promise<void> {
    const command = async (...args: string[]): Promise<string> => {
      const all = [join(BUNDLES, 'cli.js'), ...args, '--workspace', shop.folder, '--state', stateOfCli];
      const { output } = await run(process.execPath, all, {});
      if (args[0] !== 'env') written['command line'].push(output);
      return output;
    };
    await command('up', 'db');
    await command('credentials', 'rotate', 'db');
    const first = await command('env', 'db');
    await command('credentials', 'rotate', 'db', '--json');
    shownByEnv = await command('env', '--json');
    for (const text of [first, shownByEnv])
      for (const [, value] of text.matchAll(/PGPASSWORD(?:='|":")([\w-]{43})/g)) passwords.add(value as string);
    for (const name of ['status', 'plan', 'ledger', 'doctor', 'credentials']) {
      await command(name);
      await command(name, '--json');
    }
    await command('why', 'db', '--json');
    await command('down', 'db', '--json');
  }

  async function plant(): Promise<void> {
    const label = { 'com.docker.compose.project': shop.workspace.name };
    const container = await docker.createContainer({ Image: 'redis:7', Labels: { ...label, planted }, Cmd: ['echo', planted] });
    await container.start();
    await container.wait();
    written.log.push(`! failed for ${encoded}`);
    written.webview.push(JSON.stringify({ type: 'why', lines: [planted] }));
    written.state.push(JSON.stringify({ faults: [{ message: planted }] }));
    written['command line'].push((await run(process.execPath, ['-e', `console.error('${planted}')`], {})).output);
    writeFileSync(join(shop.stateFolder, 'planted.json'), JSON.stringify({ encoded }));
    writeFileSync(join(stateOfCli, 'planted'), Buffer.from(planted).toString('hex'));
    const process_ = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 2000)', planted]);
    await sleep(1200);
    process_.kill();
  }

  beforeAll(async () => {
    const begun = Math.floor(Date.now() / 1000);
    const stopWatching = await watchArguments();
    await inTheWindow();
    await onTheCommandLine();
    const plantedIn = await shop.container('db');
    await plantedIn.start().catch(() => {});
    for (let i = 0; i < 100 && !plantStatement(plantedIn.id); i++) await sleep(100);
    await plant();
    evidence = new Map([
      ...Object.entries(written).map(([place, lines]) => [place, lines.join('\n')] as const),
      ...filesIn(shop.stateFolder, 'secrets').map(([name, text]) => [`window’s ${name}`, text] as const),
      ...filesIn(stateOfCli, 'secrets').map(([name, text]) => [`command line’s ${name}`, text] as const),
      ...(await engineEvidence(shop)),
      ['events', engineEvents(shop, begun)],
      ...(await stopWatching()),
    ]);
  }, 240_000);
  afterAll(() => shop.remove());

  function plantStatement(container: string): boolean {
    try {
      execFileSync('docker', ['exec', '-i', container, 'psql', '-U', 'shop owner', '-d', 'shop'], {
        input: `select '${planted}';`,
        stdio: 'pipe',
      });
      return true;
    } catch {
      return false;
    }
  }

  it('were made: two in the window for the database, one and more for the cache, two on the command line', () => {
    expect(passwords.size).toBeGreaterThanOrEqual(5);
    for (const password of passwords) expect(password).toMatch(/^[\w-]{43}$/);
    expect([...secrets.values.values()].filter((kept) => [...passwords].some((p) => kept.includes(p))).length).toBeGreaterThan(0);
  });

  it('are found in nothing that was written: log, journal, memory, labels, arguments, webview, server’s log, command line', () => {
    expect(leaksIn(evidence, [...passwords])).toEqual([]);
  });

  it('the search finds: the planted value in every kind of place', () => {
    const found = leaksIn(evidence, [planted]);
    expect(found).toEqual(
      expect.arrayContaining([
        ...['log', 'webview', 'state', 'command line', 'events', 'window’s file planted.json', 'command line’s file planted'],
        ...['arguments by proc', 'arguments by ps'].slice(process.platform === 'linux' ? 0 : 1),
        ...[/^labels of/, /^command line of/, /^log of .*\(errors\)/, /^log of [^(]*$/].map((kind) => expect.stringMatching(kind)),
      ]),
    );
  });

  it('there was something to search: each place holds what it should', () => {
    const all = (kind: RegExp): string => [...evidence].flatMap(([place, text]) => (kind.test(place) ? [text] : [])).join('\n');
    expect(all(/^window’s file .*journal/)).toContain('command');
    expect(all(/^window’s file .*memory\.json/)).toContain('climbs');
    expect(all(/^window’s file .*compose/)).toContain('${PREWARM_DB_PASSWORD}');
    expect(all(/^arguments by proc/)).toMatch(/psql .*--username=shop owner/);
    expect(all(/^arguments by proc/)).toMatch(/docker compose|docker-compose/);
    expect(all(/^log of .*\(errors\)/)).toMatch(/statement: .*set log_statement/);
    expect(all(/^log of .*\(errors\)/)).not.toMatch(/SCRAM-SHA-256\$/);
    expect(all(/^events/)).toMatch(/exec_create: psql/);
    expect(all(/^webview/)).toContain(shop.id('db'));
    expect(all(/^command line$/)).toContain('has a new password');
    expect(all(/^command line$/)).toContain('${secret}');
  });

  it('`prewarm env` prints them, and the environment of the dependant’s container holds them: that is what they are for', async () => {
    expect([...passwords].some((p) => shownByEnv.includes(p))).toBe(true);
    const { Config } = await (await shop.container('api')).inspect();
    expect([...passwords].some((p) => Config.Env.includes(`DATABASE_PASSWORD=${p}`))).toBe(true);
    expect(readFileSync(join(shop.folder, 'compose.yaml'), 'utf8')).toContain('PREWARM_DB_PASSWORD');
  });
});
