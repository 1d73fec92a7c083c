import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/host/node/openApp.ts';
import { SETTINGS, type Setting, settingsOf, type Values } from '../../src/host/vscode/settings.ts';
import { manifest, readmeTable, said } from './manifest.ts';

const { properties } = manifest.contributes.configuration;
const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
const table = Object.entries(SETTINGS).map(([key, setting]): [string, Setting] => [`prewarm.${key}`, setting]);

describe('settings: package.json, the table in src/host/vscode/settings.ts and the README say the same', () => {
  it('all three have the same ones', () => {
    const keys = table.map(([key]) => key).sort();
    expect(Object.keys(properties).sort()).toEqual(keys);
    expect(
      readmeTable('setting')
        .map(([key]) => key)
        .sort(),
      'the README’s table',
    ).toEqual(keys.map((key) => `\`${key}\``));
  });

  it.each(table)('%s: type, default, limits, scope and trust', (key, { rule, scope, restricted, heard }) => {
    const property = properties[key];
    expect(property?.type).toBe({ choice: 'string', list: 'array', objects: 'array' }[rule.type as string] ?? rule.type);
    expect(property?.default).toEqual(rule.default);
    expect(property?.enum).toEqual(rule.type === 'choice' ? rule.choices : undefined);
    expect(property?.markdownEnumDescriptions?.length).toEqual(rule.type === 'choice' ? rule.choices.length : undefined);
    expect([property?.minimum, property?.maximum]).toEqual(rule.type === 'number' ? [rule.minimum, rule.maximum] : [undefined, undefined]);
    expect(property?.pattern).toBe(rule.type === 'string' ? rule.pattern : undefined);
    expect(property?.scope).toBe(scope);
    expect(restrictedConfigurations.includes(key)).toBe(restricted === true);
    const description = said(property?.markdownDescription ?? '');
    expect(description.length).toBeGreaterThan(20);
    expect(description.endsWith('Takes effect when the window is reloaded.'), 'package.nls.json says when it is heard').toBe(
      heard === 'after-reload',
    );
  });

  it.each(table)('%s: the README has its default', (key, { rule }) => {
    const row = readmeTable('setting').find(([k]) => k === `\`${key}\``);
    expect(row?.[1]).toBe(`\`${JSON.stringify(rule.default)}\``);
    expect(row?.[2]?.length).toBeGreaterThan(10);
  });

  it('nothing else is restricted', () => {
    for (const key of restrictedConfigurations) expect(table.map(([k]) => k)).toContain(key);
  });

  it('what reaches a command line or the network, no workspace may set', () => {
    for (const key of ['docker.host', 'devcontainer.path', 'embedded.enabled', 'localBinaries.enabled', 'otlp.enabled'] as const)
      expect(SETTINGS[key]).toMatchObject({ scope: 'machine', restricted: true });
  });

  it('the editor’s defaults are the command line’s', () => {
    const defaults = Object.fromEntries(Object.entries(SETTINGS).map(([key, { rule }]) => [key, rule.default])) as unknown as Values;
    const { mode, memoryBytes, idleMs, horizonMs, battery } = settingsOf(defaults);
    expect(DEFAULT_SETTINGS).toMatchObject({ mode, memoryBytes, idleMs, horizonMs, battery });
  });
});
