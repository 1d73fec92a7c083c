import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { failed, ok } from '../../src/domain/index.ts';
import { createVisits } from '../../src/host/cli/mcp/visits.ts';
import { openApp } from '../../src/host/node/openApp.ts';

const temp = mkdtempSync(join(tmpdir(), 'prewarm-visit-'));
const [folder, stateFolder] = [mkdtempSync(join(temp, 'w-')), join(temp, 'state')];
writeFileSync(join(folder, 'compose.yaml'), 'name: shop\nservices: { queue: { image: "invalid.invalid/none:1" } }');
const opened: App[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.dispose();
});

async function open(visit?: 'look' | 'move'): Promise<App> {
  const settings = { mode: 'shadow', gateway: 'off' } as const;
  const result = await openApp({ folder, stateFolder, settings, bundles: join(temp, 'none'), log: () => {}, ...(visit ? { visit } : {}) });
  if (!result.ok) throw new Error(result.fault.message);
  opened.push(result.value);
  return result.value;
}
const written = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(stateFolder, { recursive: true, encoding: 'utf8' })
      .filter((f) => statSync(join(stateFolder, f)).isFile())
      .map((f) => [f, readFileSync(join(stateFolder, f), 'utf8')]),
  );

describe('a guest in a workspace', () => {
  it('reads what was kept, keeps nothing, decides as its host does, and moves nothing', async () => {
    const home = await open();
    home.setMode('auto');
    home.teach({ resource: 'compose:shop/queue', verdict: 'always' });
    home.record({ type: 'command', at: Date.now(), did: 'started', line: 'git pull', confidence: 'high' });
    await home.settle();
    await home.dispose();
    const before = written();
    expect(Object.keys(before).join(' ')).toMatch(/memory\.json.*|journal/);

    const guest = await open('look');
    expect(guest.state().mode).toBe('auto');
    await guest.settle();
    const [queue] = guest.state().resources;
    // What home wants is told, and nothing is tried.
    expect(queue?.decision?.reason.code).toMatch(queue?.rung === 'unknown' ? /unknown|unreachable/ : /^pinned$/);
    expect(queue?.target).toBeUndefined();
    guest.record({ type: 'command', at: Date.now(), did: 'started', line: 'git push', confidence: 'high' });
    guest.setMode('off');
    expect((await guest.warm(['compose:shop/queue']))[0]?.code).toMatch(/^(unsupported|engine-unreachable|pull-failed)$/);
    await guest.dispose();
    expect(written()).toEqual(before);
    rmSync(temp, { recursive: true, force: true });
  });
});

describe('visits', () => {
  const clock = { now: 0 };
  function world() {
    const counts = { opened: 0, disposed: 0 };
    const visits = createVisits({
      now: () => clock.now,
      open: async () => {
        counts.opened++;
        return ok({ dispose: async () => void counts.disposed++ } as unknown as App);
      },
    });
    return { counts, visits };
  }

  it('calls that come together share one look; what is old is read anew; at the end nothing is open', async () => {
    const { counts, visits } = world();
    const call = () => visits.use(async () => ok(1));
    await Promise.all([call(), call(), call()]);
    await call();
    expect(counts).toEqual({ opened: 1, disposed: 0 });
    clock.now += 11_000;
    await call();
    expect(counts).toEqual({ opened: 2, disposed: 1 });
    await visits.end();
    expect(counts).toEqual({ opened: 2, disposed: 2 });
  });

  it('one that is in use is not closed under its guest, however long it stays', async () => {
    const { counts, visits } = world();
    let leave = (): void => {};
    const long = visits.use(async () => {
      await new Promise<void>((resolve) => {
        leave = resolve;
      });
      return ok(1);
    });
    await Promise.resolve();
    clock.now += 60_000;
    await visits.use(async () => ok(2));
    expect(counts).toEqual({ opened: 1, disposed: 0 });
    leave();
    await long;
    await visits.end();
    expect(counts.disposed).toBe(1);
  });

  it('a workspace that cannot be opened is tried again', async () => {
    let tries = 0;
    const visits = createVisits({
      now: () => 0,
      open: async () =>
        ++tries === 1 ? failed('not-found', 'never', 'It is not a folder.') : ok({ dispose: async () => {} } as unknown as App),
    });
    expect(await visits.use(async () => ok(1))).toMatchObject({ ok: false, fault: { code: 'not-found' } });
    expect(await visits.use(async () => ok(1))).toEqual({ ok: true, value: 1 });
    await visits.end();
  });
});
