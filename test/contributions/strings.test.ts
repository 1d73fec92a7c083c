import { describe, expect, it } from 'vitest';
import { readBundle, translations, uiSources, uiStrings, untranslatedIn } from '../harness/uiStrings.mjs';
import { manifest, nls, nlsTranslations, textOf } from './manifest.ts';

const { messages, placeOf, unknown } = uiStrings();
const bundle = readBundle() as Readonly<Record<string, string>>;
/** `{0}`, commands behind links, code and settings: what a translation must keep. */
const fixed = (text: string): readonly string[] =>
  [...text.matchAll(/\{\w+\}|\(command:[\w.]+\)|`(?!Prewarm:)[^`]+`|\$\([\w~-]+\)/g)].map((m) => m[0]).sort();

describe('strings of package.json', () => {
  const used = [...textOf('package.json').matchAll(/"%([\w.]+)%"/g)].map((m) => m[1] as string);

  it('every one is in package.nls.json, and none there is unused', () => {
    expect([...new Set(used)].sort()).toEqual(Object.keys(nls).sort());
  });

  it.each(nlsTranslations)(
    'package.nls.%s.json has the same keys, with what must not be translated left as it is',
    (_language, translated) => {
      expect(Object.keys(translated).sort()).toEqual(Object.keys(nls).sort());
      for (const [key, text] of Object.entries(nls)) expect(fixed(translated[key] ?? ''), key).toEqual(fixed(text));
    },
  );

  it('nothing that people read stands in package.json itself', () => {
    expect(plainTexts(manifest)).toEqual([]);
  });
});

const READ = /^(title|description|markdownDescription|contents|altText|label|userDescription|patternErrorMessage)$/;
/** What only a language model reads, in English. */
const FOR_MODELS = ['inputSchema', 'modelDescription'];

function plainTexts(value: unknown, path = 'package.json'): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): readonly string[] => {
    if (FOR_MODELS.includes(key)) return [];
    if (typeof inner === 'string') return READ.test(key) && !/^%[\w.]+%$|^Prewarm$/.test(inner) ? [`${path}.${key}: ${inner}`] : [];
    return plainTexts(inner, `${path}.${key}`);
  });
}

describe('strings of the code', () => {
  it('have their message as a literal, so that it can be found', () => {
    expect(unknown, 'calls of `t` with something else than a literal').toEqual([]);
    expect(messages.length).toBeGreaterThan(50);
  });

  it('go through `t`, in the host and in the web views', () => {
    const shown = uiSources().filter(({ file }) => /^(src\/host\/vscode|media)\//.test(file));
    expect(shown.flatMap(untranslatedIn), 'wrap these in `vscode.l10n.t(…)`, in a web view in `t(…)` of media/translate.ts').toEqual([]);
  });

  it.each([
    ["vscode.window.showWarningMessage('Not here')", 'Not here'],
    ["const o = { title: on ? 'Warm it' : t('Cool it') }", 'Warm it'],
    ['const o = { label: `${n} things` }', 'things'],
    ['const e = <p>Loading…</p>', 'Loading…'],
    ["const e = <p>{on ? 'Warm' : t('Cool')}</p>", 'Warm'],
    ["const e = <a aria-label={n + ' things'}>{t('x')}</a>", 'things'],
  ])('a text that does not is seen: %s', (code, words) => {
    expect(untranslatedIn({ file: 'made.tsx', text: code })).toEqual([`made.tsx:1: ${words}`]);
  });

  it.each([
    "vscode.window.showWarningMessage(t('Not here'), fault.message)",
    "const o = { title: t('A'), label: r.name, description: `${a} · ${b}`, id: 'plain', when: 'now' }",
    "const e = <div class=\"scroll\" role=\"list\" aria-label={t('Workflow')}>{a === 'graph' ? t('G') : t('T')} · </div>",
  ])('what needs none is left alone: %s', (code) => expect(untranslatedIn({ file: 'made.tsx', text: code })).toEqual([]));

  it('are all in l10n/bundle.l10n.json, and none there is stale (run `npm run l10n`)', () => {
    expect(
      messages.filter((m) => !(m in bundle)).map((m) => `${placeOf(m)}: ${m}`),
      'missing: run `npm run l10n`, then translate what it lists',
    ).toEqual([]);
    expect(
      Object.keys(bundle).filter((m) => !messages.includes(m)),
      'no longer said: run `npm run l10n`',
    ).toEqual([]);
    for (const [message, text] of Object.entries(bundle)) expect(text).toBe(message);
  });

  it('number their placeholders from 0 on', () => {
    for (const message of messages) {
      const numbers = [...new Set([...message.matchAll(/\{(\d+)\}/g)].map((m) => Number(m[1])))].sort();
      expect(numbers, message).toEqual(numbers.map((_n, i) => i));
    }
  });

  it('have one full translation at least', () => {
    expect(Object.keys(translations())).toContain('de');
    expect(nlsTranslations.map(([language]) => language)).toContain('de');
  });

  it.each(Object.entries(translations()))('%s: every one is translated, with the same placeholders (l10n/%s)', (_language, name) => {
    const translated = readBundle(name) as Readonly<Record<string, string>>;
    expect(
      messages.filter((m) => !translated[m]).map((m) => `${placeOf(m)}: ${m}`),
      `to be added to l10n/${name}`,
    ).toEqual([]);
    expect(
      Object.keys(translated).filter((m) => !messages.includes(m)),
      'no longer said: run `npm run l10n`',
    ).toEqual([]);
    for (const [message, text] of Object.entries(translated)) expect(fixed(text), text).toEqual(fixed(message));
  });
});
