import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has } from '../harness/run.mjs';
import { until } from '../harness/until.mjs';
import { ROOT } from '../harness/workspace.mjs';
import { named, noDocker, openPackagedWindow, type PackagedWindow } from './packagedWindow.ts';

const unavailable = noDocker ?? ((await has('psql')) ? undefined : 'psql is not installed: install the PostgreSQL client');

/** What the engine says when a climb from nothing, from its snapshot, and a descent have come so far. */
const MOMENTS: readonly (readonly [string, 'from nothing' | 'from its snapshot' | 'down', (event: EngineEvent) => boolean])[] = [
  ['its seeding container was created', 'from nothing', ({ action, seeding }) => seeding && action === 'create'],
  ['it is being seeded', 'from nothing', ({ action, seeding }) => seeding && action === 'start'],
  ['its seed is being sealed', 'from nothing', ({ action, seeding }) => seeding && action === 'die'],
  ['it was created', 'from its snapshot', ({ action, seeding }) => !seeding && action === 'create'],
  ['it was started', 'from its snapshot', ({ action, seeding }) => !seeding && action === 'start'],
  ['it is probed', 'from its snapshot', ({ action, seeding }) => !seeding && action.startsWith('exec_start')],
  ['it is told to end', 'down', ({ action, seeding }) => !seeding && action === 'kill'],
];

interface EngineEvent {
  readonly action: string;
  readonly seeding: boolean;
}

describe.skipIf(unavailable !== undefined)(named('kill -9 of the extension host of a real window', unavailable), () => {
  let opened: PackagedWindow;
  beforeAll(async () => {
    // What is taken away between two tests is not to be warmed again on a prediction.
    opened = await openPackagedWindow({ mode: 'suggest' });
    await opened.loaded();
  });
  afterAll(() => opened?.close());

  it.each(MOMENTS)('when %s (%s): nothing doubled, nothing lost, nothing left behind', async (_what, way, isThen) => {
    const { bench, code, journal } = opened;
    await bench.openTerminal();
    const before = journal().length;
    const killed = nextEvent(opened.workspaceId, isThen, way === 'down' ? 'any' : 'new').then(() => code.killExtensionHost());
    if (way === 'from nothing') await opened.removeAll();
    if (way === 'from its snapshot') opened.removeContainers();
    if (way === 'down') {
      await asked('ready');
      await bench.command('Prewarm: Cool Down…');
      await bench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'db' }).first().click();
      await bench.page.keyboard.press('Enter');
    } else await bench.type('psql -Atc "select 1"');
    expect(await killed).toBeGreaterThan(0);
    await bench.page.waitForTimeout(500);
    await opened.reload();
    // Whether more is needed is the model's to say; the developer's own next try must find what was begun.
    await opened.bench.openTerminal();
    await asked('again');
    const databases = (): string =>
      opened
        .containers()
        .filter((name) => name.includes('db'))
        .join(', ');
    await until(
      () => databases() === 'sample-shop-db-1',
      40_000,
      () => `there are: ${databases()}`,
    );
    expect(journal().length).toBeGreaterThanOrEqual(before);
    await until(
      () => locks().length === 0,
      40_000,
      () => `locks are left: ${locks().join(', ')}`,
    );
  });

  /** The developer's query through the gateway; it is answered when the terminal shows its count. */
  async function asked(mark: string): Promise<void> {
    const { bench } = opened;
    await bench.type(`psql -Atc "select '${mark}-' || count(*) from orders"`);
    await until(
      async () => (await bench.terminalText()).includes(`${mark}-30000`),
      60_000,
      async () =>
        (await bench.screenshot(join(ROOT, 'test-results', 'killed.png'))) ??
        `the terminal shows:\n${await bench.terminalText()}\nits log:\n${opened.logs().join('\n')}`,
    );
  }

  function locks(): readonly string[] {
    const folder = join(opened.stateFolder, 'leases', '.locks');
    // The sweeper's own stays as long as it watches.
    return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('sweeper-')) : [];
  }
});

/** Resolves as the engine tells the first event that `isIt` of a container of this workspace; `new`: of one that is not there yet. */
async function nextEvent(workspaceId: string, isIt: (event: EngineEvent) => boolean, which: 'any' | 'new'): Promise<void> {
  const format = '{{.Action}}\t{{index .Actor.Attributes "name"}}\t{{.ID}}';
  const ours = ['--filter', `label=dev.prewarm.workspace=${workspaceId}`];
  const old = execFileSync('docker', ['ps', '-aq', '--no-trunc', ...ours], { encoding: 'utf8' }).split('\n');
  const filters = ['--filter', 'type=container', ...ours];
  const child = spawn('docker', ['events', ...filters, '--format', format], { stdio: ['ignore', 'pipe', 'ignore'] });
  const timer = setTimeout(() => child.kill(), 60_000);
  try {
    for await (const line of createInterface(child.stdout)) {
      const [action = '', name = '', id = ''] = line.split('\t');
      if ((which === 'any' || !old.includes(id)) && isIt({ action, seeding: name.startsWith('prewarm-') })) return;
    }
    throw new Error(`it was not seen in a minute; the containers are:\n${execFileSync('docker', ['ps', '-a'])}`);
  } finally {
    clearTimeout(timer);
    child.kill();
  }
}
