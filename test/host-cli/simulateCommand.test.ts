import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Invocation } from '../../src/host/cli/command.ts';
import { simulateCommand } from '../../src/host/cli/simulateCommand.ts';
import { createTerminal } from '../../src/host/cli/terminal.ts';
import type { RehearsalResult } from '../../src/simulate/result/result.ts';
import { SHOP } from '../simulate/personas.ts';

const folder = mkdtempSync(join(tmpdir(), 'prewarm-simulate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const put = (name: string, value: unknown): string => {
  writeFileSync(at(name), typeof value === 'string' ? value : JSON.stringify(value));
  return at(name);
};
const shop = put('personas.json', SHOP);
const two = put('two.json', { version: 1, personas: [...SHOP.personas, { ...SHOP.personas[0], name: 'Night, owl' }] });

const run = (positionals: readonly string[], options: Invocation['options'] = {}, signal = new AbortController().signal) =>
  simulateCommand({ positionals, options: { duration: '2s', replications: '2', ...options }, terminal: createTerminal('quiet'), signal });

describe('prewarm simulate', () => {
  it('gives what is promised of it', async () => {
    const result = await run([shop], { persona: 'Shopper', scale: '2', seed: '3' });
    if (!result.ok) throw new Error(result.fault.message);
    const json = result.value.json as RehearsalResult;
    expect(Object.keys(json.utilization)).toHaveLength(4);
    for (const share of Object.values(json.utilization)) expect(share >= 0 && share <= 1).toBe(true);
    expect(json.latencyMs.p50).toBeLessThanOrEqual(json.latencyMs.p95 as number);
    expect(json.latencyMs.p95).toBeLessThanOrEqual(json.latencyMs.p99 as number);
    expect(json.errorRate).toBe(0);
    expect(json.throughput).toBeGreaterThan(280);
    expect(json.advice).toEqual([]);
    expect(result.value.lines.join('\n')).toMatch(/Shopper: 2 s .* scale 2, seed 3[\s\S]*compose:shop\/db[\s\S]*Assumed/);
  });

  it('saves, and holds two saved ones side by side; a table for spreadsheets, too', async () => {
    expect((await run([shop], { output: at('a.json') })).ok).toBe(true);
    expect((await run([shop], { output: at('b.json'), slow: 'compose:shop/db=100ms' })).ok).toBe(true);
    expect((await run([shop], { output: at('c.csv') })).ok).toBe(true);
    const compared = await run([at('a.json'), at('b.json')], { compare: true });
    if (!compared.ok) throw new Error(compared.fault.message);
    expect(compared.value.lines.join('\n')).toMatch(
      /injected: delay compose:shop\/db by 100 ms[\s\S]*compose:shop\/db own work +6[.\d]* ms +10[56]/,
    );
    expect(readFileSync(at('c.csv'), 'utf8').split('\r\n')).toHaveLength(7);
  });

  it('one persona of several, a name with a comma, several, and all', async () => {
    const names = async (persona: string) => {
      const result = await run([two], { persona });
      return result.ok ? (result.value.json as RehearsalResult).rehearsal.personas : result.fault.message;
    };
    expect(await names('Night, owl')).toEqual(['Night, owl']);
    expect(await names('Shopper')).toEqual(['Shopper']);
    expect(await names('all')).toEqual(['Shopper', 'Night, owl']);
  });

  it('holds against practices of the workspace and of a file', async () => {
    const practice = (id: string) => ({
      version: 1,
      practices: [
        {
          id,
          title: id,
          resources: { a: {} },
          holds: [{ figure: 'replicas', of: 'a', atLeast: 2 }],
          law: 'saturation',
          because: 'One is none.',
        },
      ],
    });
    put('practices.json', practice('ours'));
    const result = await run([shop], { practices: put('more.json', practice('theirs')) });
    rmSync(at('practices.json'));
    if (!result.ok) throw new Error(result.fault.message);
    const ids = (result.value.json as RehearsalResult).deviations.map((d) => d.practice);
    expect(new Set(ids)).toEqual(new Set(['ours', 'theirs']));
  });

  it('practices that were saved for a persona are held later', async () => {
    const saved = await run([shop], { 'save-practices': at('own.json') });
    expect(saved.ok).toBe(true);
    const later = await run([shop], { practices: at('own.json'), scale: '10' });
    if (!later.ok) throw new Error(later.fault.message);
    expect((later.value.json as RehearsalResult).deviations.map((d) => d.practice)).toContain('Shopper: compose:shop/api');
  });

  it.each([
    ['an unknown persona', ['two.json'], { persona: 'Nobody' }, 'not-found', /no persona “Nobody”.*“Shopper”, “Night, owl”/],
    ['none of several personas', ['two.json'], {}, 'wrong-usage', /--persona NAME.*“Shopper”/],
    ['a duration of nonsense', ['personas.json'], { duration: 'soon' }, 'wrong-usage', /--duration “soon” is no length of time/],
    ['a duration below nothing', ['personas.json'], { duration: '-5m' }, 'wrong-usage', /“-5m”/],
    ['a duration for ever', ['personas.json'], { duration: '1000000d' }, 'wrong-usage', /longer than a year/],
    ['a scale of 0', ['personas.json'], { scale: '0' }, 'wrong-usage', /--scale must be a number above 0/],
    ['a scale that is none', ['personas.json'], { scale: 'big' }, 'wrong-usage', /not “big”/],
    ['a seed that is none', ['personas.json'], { seed: '1.5' }, 'wrong-usage', /--seed must be a whole number/],
    ['a rung that is none', ['personas.json'], { rung: 'lukewarm' }, 'wrong-usage', /--rung must be one of absent/],
    ['a start that is none', ['personas.json'], { start: 'yesterday' }, 'wrong-usage', /--start “yesterday”/],
    [
      'a delay of nothing that is there',
      ['personas.json'],
      { slow: 'db=5ms' },
      'not-found',
      /--slow names “db”; there are compose:shop\/web/,
    ],
    ['an error rate above 1', ['personas.json'], { fail: 'compose:shop/db=7' }, 'wrong-usage', /share from 0 to 1/],
    ['no file', ['none.json'], {}, 'not-found', /none.json cannot be read as a persona document \(ENOENT\)/],
    ['no JSON', ['broken.json'], {}, 'bad-file', /broken.json is not JSON/],
    ['two files without --compare', ['personas.json', 'two.json'], {}, 'wrong-usage', /--compare/],
    ['one file with --compare', ['personas.json'], { compare: true }, 'wrong-usage', /takes two/],
    ['what is no result with --compare', ['personas.json', 'two.json'], { compare: true }, 'bad-file', /is no saved rehearsal/],
    [
      'practices that are not there',
      ['personas.json'],
      { practices: 'nowhere.json' },
      'not-found',
      /nowhere.json cannot be read as a set of practices/,
    ],
    ['an endless circle', ['circle.json'], {}, 'bad-file', /lead to each other for ever: a:x → a:y → a:x/],
    ['a time of service of nothing', ['zero.json'], {}, 'bad-file', /mean_ms is 0, and must be more than 0/],
    [
      'a place that cannot be written',
      ['personas.json'],
      { output: '/nowhere/at/all.json' },
      'storage-failed',
      /could not be written \(ENOENT\)/,
    ],
  ])('refuses %s', async (_, files, options, code, message) => {
    put('broken.json', '{"version": 1,');
    const edge = (from: string, to: string) => ({ from, to, probability: 1, lag_ms: { p50: 1, p90: 2 } });
    put('circle.json', { version: 1, personas: [{ name: 'P', weight: 1, edges: [edge('a:x', 'a:y'), edge('a:y', 'a:x')] }] });
    put('zero.json', { version: 1, personas: [{ name: 'P', weight: 1, edges: [], resources: [{ id: 'x', service: { mean_ms: 0 } }] }] });
    const result = await run(files.map(at), options as Invocation['options']);
    expect(result).toMatchObject({ ok: false, fault: { code, message: expect.stringMatching(message) } });
  });

  it('ends when it is interrupted, and writes nothing', async () => {
    const result = await run([shop], { duration: '1d', output: at('never.json') }, AbortSignal.abort());
    expect(result).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(() => readFileSync(at('never.json'))).toThrow();
  });
});
