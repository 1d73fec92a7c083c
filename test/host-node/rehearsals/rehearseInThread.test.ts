import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RehearsalWork, rehearsed } from '../../../src/app/rehearsals/rehearsed.ts';
import { rehearseInThread } from '../../../src/host/node/rehearsals/rehearseInThread.ts';
import { SHOP } from '../../simulate/personas.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const WORK: RehearsalWork = {
  document: { name: 'ours', text: JSON.stringify(SHOP) },
  practices: [],
  durationMs: 2000,
  scale: 2,
  seed: 3,
  replications: 2,
};

describe('a rehearsal in a thread', () => {
  let bundles: string;
  beforeAll(async () => {
    bundles = mkdtempSync(join(tmpdir(), 'prewarm-rehearser-'));
    await build({
      entryPoints: [join(ROOT, 'src/host/node/rehearsals/rehearsalThread.ts')],
      outfile: join(bundles, 'rehearser.js'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'silent',
    });
    writeFileSync(join(bundles, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => rmSync(bundles, { recursive: true, force: true }));

  const signal = new AbortController().signal;

  it('comes to the same as here, and tells how far it is', async () => {
    const told: number[] = [];
    const longer = { ...WORK, durationMs: 60_000, scale: 8 };
    const there = await rehearseInThread(longer, { bundles, signal, progress: (done) => told.push(done) });
    expect(there).toEqual(await rehearsed(longer, { pause: async () => {}, cancelled: () => false }));
    expect(there).toMatchObject({ ok: true, value: { rehearsal: { personas: ['Shopper'], seed: 3, scale: 8, replications: 2 } } });
    expect(told.length).toBeGreaterThan(2);
    expect(told.length).toBeLessThanOrEqual(100);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it('cancelled in the middle, ends at once; cancelled before, never begins', async () => {
    const controller = new AbortController();
    const long = { ...WORK, durationMs: 7 * 86_400_000, replications: 10 };
    let begun = 0;
    const running = rehearseInThread(long, {
      bundles,
      signal: controller.signal,
      progress: () => {
        begun ||= performance.now();
        controller.abort();
      },
    });
    expect(await running).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(begun).toBeGreaterThan(0);
    expect(performance.now() - begun).toBeLessThan(2000);
    const late = rehearseInThread(long, { bundles: '/nowhere', signal: controller.signal });
    expect(await late).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
  });

  it.each([
    ['a broken document', { document: { name: 'ours', text: '{"version": 1,' } }, /^ours is not JSON, and should be a persona document/],
    ['a document of another version', { document: { name: 'ours', text: '{"version": 9}' } }, /ours.*version/],
    ['practices that are none', { practices: [{ name: 'theirs', text: '[' }] }, /^theirs is not JSON, and should be a set of practices/],
  ])('says what is wrong with %s', async (_, change, message) => {
    const result = await rehearseInThread({ ...WORK, ...change }, { bundles, signal });
    expect(result).toMatchObject({ ok: false, fault: { code: 'bad-file', message: expect.stringMatching(message) } });
  });

  it('whose program is lost says so', async () => {
    const result = await rehearseInThread(WORK, { bundles: join(bundles, 'nowhere'), signal });
    expect(result).toMatchObject({ ok: false, fault: { code: 'start-failed', message: expect.stringContaining('rehearser.js') } });
  });
});
