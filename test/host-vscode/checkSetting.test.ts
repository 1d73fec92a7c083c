import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BadSetting, createCheckedSettings } from '../../src/host/vscode/checkedSettings.ts';
import { checkSetting, type Rule } from '../../src/host/vscode/checkSetting.ts';
import { SETTINGS, type SettingKey, settingsOf, type Values } from '../../src/host/vscode/settings.ts';

const ruleOf = (key: SettingKey): Rule => SETTINGS[key].rule;
const keys = Object.keys(SETTINGS) as SettingKey[];

describe('a setting’s value', () => {
  it.each([
    ['mode', 'auto', 'auto', undefined],
    ['mode', 'Auto', 'suggest', 'not-a-choice'],
    ['mode', 3, 'suggest', 'wrong-type'],
    ['budget.memoryMB', 0, 0, undefined],
    ['budget.memoryMB', -1, 2048, 'out-of-range'],
    ['budget.memoryMB', 2 ** 21, 2048, 'out-of-range'],
    ['budget.memoryMB', '512', 2048, 'wrong-type'],
    ['budget.memoryMB', Number.NaN, 2048, 'out-of-range'],
    ['budget.memoryMB', Number.POSITIVE_INFINITY, 2048, 'out-of-range'],
    ['sessions.idleMinutes', 0.1, 0.1, undefined],
    ['embedded.enabled', 'false', true, 'wrong-type'],
    ['embedded.enabled', false, false, undefined],
    ['credentials.enabled', null, false, 'wrong-type'],
    ['battery', 'off', 'off', undefined],
    ['docker.host', '', '', undefined],
    ['docker.host', 'unix:///var/run/docker.sock', 'unix:///var/run/docker.sock', undefined],
    ['docker.host', 'npipe:////./pipe/docker_engine', 'npipe:////./pipe/docker_engine', undefined],
    ['docker.host', 'tcp://127.0.0.1:2375', 'tcp://127.0.0.1:2375', undefined],
    ['docker.host', 'ssh://me@server', 'ssh://me@server', undefined],
    ['docker.host', '/var/run/docker.sock', '', 'wrong-form'],
    ['docker.context', 'my-server.2', 'my-server.2', undefined],
    ['docker.context', '../elsewhere', '', 'wrong-form'],
    ['docker.host', 'tcp://a b', '', 'wrong-form'],
    ['docker.host', 'file:///etc/passwd', '', 'wrong-form'],
    ['devcontainer.path', '/opt/my tools/devcontainer', '/opt/my tools/devcontainer', undefined],
    ['devcontainer.path', 'devcontainer\nrm', '', 'wrong-form'],
    ['devcontainer.path', ['devcontainer'], '', 'wrong-type'],
  ] as const)('%s: %j is %j (%s)', (key, raw, value, problem) => {
    const checked = checkSetting(ruleOf(key), raw);
    expect(checked.value).toBe(value);
    expect(checked.problem?.code).toBe(problem);
  });

  it('is the default where it is absent, which is no problem', () => {
    for (const key of keys) expect(checkSetting(ruleOf(key), undefined)).toEqual({ value: ruleOf(key).default });
  });

  it('has a default that its own rule allows', () => {
    for (const key of keys) expect(checkSetting(ruleOf(key), ruleOf(key).default)).toEqual({ value: ruleOf(key).default });
  });

  it('whatever it is, comes out allowed: as it was, or as the default with a problem', () => {
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.anything(), (key, raw) => {
        const rule = ruleOf(key);
        const { value, problem } = checkSetting(rule, raw);
        expect(checkSetting(rule, value).problem).toBeUndefined();
        if (problem) expect(value).toBe(rule.default);
        else expect(value).toBe(raw === undefined ? rule.default : raw);
      }),
    );
  });

  it('a number is taken exactly where it is within its limits', () => {
    const numbers = keys.filter((key) => ruleOf(key).type === 'number');
    fc.assert(
      fc.property(fc.constantFrom(...numbers), fc.double(), (key, raw) => {
        const rule = ruleOf(key) as Extract<Rule, { type: 'number' }>;
        expect(checkSetting(rule, raw).problem === undefined).toBe(rule.minimum <= raw && raw <= rule.maximum);
      }),
    );
  });

  it('reaches the core in its own units', () => {
    const defaults = Object.fromEntries(keys.map((key) => [key, ruleOf(key).default])) as unknown as Values;
    expect(
      settingsOf({ ...defaults, 'budget.memoryMB': 3, 'sessions.idleMinutes': 2, 'snapshots.diskGB': 1, 'embedded.enabled': false }),
    ).toEqual({
      feeds: [],
      mode: 'suggest',
      memoryBytes: 3 * 1024 * 1024,
      idleMs: 120_000,
      horizonMs: 1_200_000,
      retentionDays: 90,
      snapshotBytes: 1_073_741_824,
      engine: {},
      kubernetes: { context: '', namespace: '' },
      devcontainerPath: '',
      battery: 'careful',
      remediation: 'off',
      credentials: 'off',
      embedded: 'off',
      localBinaries: 'on',
      branchCopies: 'off',
      excludedFolders: [],
    });
  });
});

describe('all settings', () => {
  function reader(values: Partial<Record<SettingKey, unknown>>) {
    const told: BadSetting[] = [];
    return {
      values,
      told,
      read: createCheckedSettings(
        (key) => values[key],
        (bad) => told.push(bad),
      ),
    };
  }

  it('each bad value falls back by itself and is told of once; another one is told of, too', () => {
    const { values, told, read } = reader({ mode: 'loud', 'budget.memoryMB': -1, horizonMinutes: 5 });
    expect(read()).toMatchObject({ mode: 'suggest', memoryBytes: 2 ** 31, horizonMs: 300_000 });
    read();
    expect(told.map((b) => [b.key, b.raw, b.used])).toEqual([
      ['mode', 'loud', 'suggest'],
      ['budget.memoryMB', -1, 2048],
    ]);
    values.mode = 7;
    values['budget.memoryMB'] = 512;
    expect(read()).toMatchObject({ mode: 'suggest', memoryBytes: 2 ** 29 });
    values.mode = 'loud';
    read();
    expect(told.slice(2).map((b) => [b.key, b.raw, b.problem.code])).toEqual([['mode', 7, 'wrong-type']]);
  });

  it('nothing is told where nothing is set', () => {
    const { told, read } = reader({});
    read();
    expect(told).toEqual([]);
  });
});
