import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { changeWords } from '../../../src/app/rehearsals/changeWords.ts';
import { comparisonView } from '../../../src/app/rehearsals/comparisonView.ts';
import type { KeptRehearsal } from '../../../src/app/rehearsals/keptRehearsal.ts';
import { explainedWords } from '../../../src/app/rehearsals/lawWords.ts';
import { rehearsalMarkdown } from '../../../src/app/rehearsals/rehearsalMarkdown.ts';
import { readSetting } from '../../../src/app/rehearsals/rehearsalSetting.ts';
import { rehearsalView } from '../../../src/app/rehearsals/rehearsalView.ts';
import { formOf } from '../../../src/app/rehearsals/settingWords.ts';
import { RUNGS } from '../../../src/domain/index.ts';
import { english, type Translate } from '../../../src/show/translate.ts';
import { type Change, changeText } from '../../../src/simulate/advice/change.ts';
import { LAWS } from '../../../src/simulate/practice/practice.ts';
import { readBundle } from '../../harness/uiStrings.mjs';
import { keptRehearsal } from './kept.ts';

const NAMES = { duration: 'D', scale: 'S', seed: 'E', replications: 'R', start: 'T', rung: 'W' };
const words = readBundle('bundle.l10n.de.json') as Readonly<Record<string, string>>;
const german: Translate = (message, ...args) => english(words[message] ?? `UNTRANSLATED ${message}`, ...args);

describe('the rows of a rehearsal', () => {
  let calm: KeptRehearsal;
  let overloaded: KeptRehearsal;
  let advised: KeptRehearsal;
  let idle: KeptRehearsal;
  beforeAll(async () => {
    calm = await keptRehearsal('Calm');
    overloaded = await keptRehearsal('Overloaded', { scale: 20, faults: [{ do: 'fail', of: 'compose:shop/mail', value: '5%' }] });
    advised = await keptRehearsal('Advised', { scale: 20, rung: 'created', rungs: { 'compose:shop/db': 'ready' } });
    idle = await keptRehearsal('Idle', { scale: 1e-6, replications: 1 });
  }, 60_000);

  it('have words for everything, whatever could not be measured', () => {
    for (const one of [calm, overloaded, idle])
      expect(JSON.stringify(rehearsalView(one, undefined, english).charts.map((c) => [c.says, c.rows]))).not.toMatch(/NaN|undefined|null/);
    expect(rehearsalView(idle, undefined, english).headline).toBe('Nobody came in the simulated time.');
    expect(rehearsalView(calm, undefined, english).headline).toMatch(/^Half of the interactions take at most [\d.]+ ms, 95 of 100 at most/);
    expect(rehearsalView(overloaded, undefined, english).headline).toMatch(/What costs most is .+ of compose:shop\//);
  });

  it('are in the developer’s language, but for what the core says', () => {
    const view = rehearsalView(advised, undefined, german);
    const { assumed: _, notes: __, form: ___, ...rest } = view;
    expect(JSON.stringify(rest)).not.toContain('UNTRANSLATED');
    expect(view.title).toBe('Probe von Shopper');
    expect(view.advice.length).toBeGreaterThan(0);
    for (const row of view.advice) expect(row.title).not.toMatch(/^(let|run|give|keep|answer|make) /);
    expect(JSON.stringify(comparisonView(calm, overloaded, german))).not.toContain('UNTRANSLATED');
  });

  it('name changes in English as the core does', () => {
    const of = fc.constantFrom('compose:shop/db', 'a → b');
    const count = fc.integer({ min: 0, max: 5000 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const ms = fc.double({ min: 0.1, max: 1e5, noNaN: true });
    const change: fc.Arbitrary<Change> = fc.oneof(
      fc.record({ do: fc.constantFrom('concurrency', 'replicas', 'queue-limit', 'pool'), of, to: count }) as fc.Arbitrary<Change>,
      fc.record({ do: fc.constant('time' as const), of, factor: fc.double({ min: 0.01, max: 100, noNaN: true }) }),
      fc.record({ do: fc.constantFrom('delay' as const, 'timeout' as const), of, ms }),
      fc.record({ do: fc.constant('errors' as const), of, rate: share }),
      fc.record({ do: fc.constant('stall' as const), of, share, ms }),
      fc.record({ do: fc.constant('rung' as const), of, rung: fc.constantFrom(...RUNGS), startMs: ms }),
      fc.record({ do: fc.constant('retries' as const), of, times: fc.integer({ min: 0, max: 3 }), backoffMs: ms }),
      fc.record({ do: fc.constant('cache' as const), of, hitRate: share, ms }),
    );
    fc.assert(
      fc.property(change, (c) => {
        expect(changeWords(c, english)).toBe(changeText(c));
      }),
    );
    for (const law of LAWS) expect(explainedWords(`${law} of a of b`, english)).toBe(`${law} of a of b`);
  });

  it('give the setting as it would be typed: read again, it is the same', () => {
    const setting = fc.record(
      {
        durationMs: fc.integer({ min: 1, max: 366 * 86_400_000 }),
        scale: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        rung: fc.constantFrom(...RUNGS),
        startAt: fc.integer({ min: 0, max: 60_000_000 }).map((minutes) => minutes * 60_000),
        replications: fc.integer({ min: 1, max: 1000 }),
      },
      { requiredKeys: ['durationMs', 'scale', 'seed', 'rung'] },
    );
    fc.assert(
      fc.property(setting, (s) => {
        expect(readSetting(formOf(s), NAMES)).toEqual({ ok: true, value: s });
      }),
    );
  });

  it('are a document, in which no name is mark-up', () => {
    const named = { ...calm, result: { ...calm.result, rehearsal: { ...calm.result.rehearsal, personas: ['<b>|x|_*'] } } };
    const text = rehearsalMarkdown(rehearsalView(named, undefined, english), english);
    expect(text).toContain('# Rehearsal of \\<b\\>\\|x\\|\\_\\*');
    for (const { title } of rehearsalView(calm, undefined, english).charts) expect(text).toContain(`## ${title}\n`);
  });

  it('beside each other: what differs beyond chance, and in what they were set differently', () => {
    const { differences, setting, headline } = comparisonView(calm, overloaded, english);
    expect(headline).toMatch(/^\d+ of \d+ figures differ/);
    expect(differences.rows.find(([name]) => name === 'latency p95')?.at(-1)).toBe('yes');
    expect(setting.rows.map(([name]) => name)).toEqual(['Scale', 'Injected', 'Simulated']);
    const same = comparisonView(calm, calm, english);
    expect(same.headline).toMatch(/^0 of/);
    expect(same.setting.rows).toEqual([]);
    expect(same.differences.heads.slice(1, 3)).toEqual(['Calm (the first)', 'Calm (the second)']);
  });
});
