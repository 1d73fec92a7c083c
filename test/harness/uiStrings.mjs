/**
 * `npm run l10n`: writes every string that goes through `t('…')` into `l10n/bundle.l10n.json`, takes out of the translations what is no
 * longer said, and lists what is yet to be translated. `test/contributions/strings.test.ts` holds that this was done.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { ROOT } from './workspace.mjs';

const L10N = join(ROOT, 'l10n');
const BUNDLE = 'bundle.l10n.json';

/** @returns {{ file: string, text: string }[]} what is in the editor's bundles, and so may speak to the developer */
export function uiSources() {
  const folders = ['src/host/vscode', 'src/show', 'src/app', 'media'].map((f) => join(ROOT, f));
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(folder, name))
      .map((path) => ({ file: relative(ROOT, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') })),
  );
}

/** Calls of a function, by its plain or last name, with their first argument's text; `undefined` where that is no literal. */
export function callsOf(names, { file, text }) {
  const found = [];
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  new Visitor({
    CallExpression({ callee, arguments: [first], start }) {
      const name = callee.type === 'Identifier' ? callee.name : callee.type === 'MemberExpression' ? callee.property.name : undefined;
      if (names.includes(name)) found.push({ name, argument: literalOf(first), at: `${file}:${text.slice(0, start).split('\n').length}` });
    },
  }).visit(program);
  return found;
}

/** Every string literal of a file. */
export function literalsOf({ file, text }) {
  const found = [];
  new Visitor({
    Literal: ({ value }) => void (typeof value === 'string' && found.push(value)),
    TemplateElement: ({ value }) => void found.push(value.cooked ?? ''),
  }).visit(parseSync(file, text).program);
  return found;
}

/** Calls, properties and attributes whose texts people read. */
const MESSAGES = ['showInformationMessage', 'showWarningMessage', 'showErrorMessage', 'setStatusBarMessage'];
const PROPERTIES = ['title', 'placeHolder', 'prompt', 'label', 'detail', 'description', 'tooltip', 'invocationMessage'];
const ATTRIBUTES = ['aria-label', 'aria-description', 'title', 'placeholder', 'alt', 'label'];

/** Places where a text of our own is shown as it is, in English, for lack of a `t`. */
export function untranslatedIn({ file, text }) {
  const found = [];
  const check = (node) => {
    for (const [words, start] of wordsOf(node)) found.push(`${file}:${text.slice(0, start).split('\n').length}: ${words}`);
  };
  new Visitor({
    CallExpression({ callee, arguments: all }) {
      if (callee.type === 'MemberExpression' && MESSAGES.includes(callee.property.name)) all.forEach(check);
    },
    Property: ({ key, value }) => PROPERTIES.includes(key.name) && check(value),
    JSXText: check,
    JSXAttribute: ({ name, value }) => ATTRIBUTES.includes(name.name) && value && check(value),
    JSXElement: ({ children }) => children.filter((c) => c.type === 'JSXExpressionContainer').forEach(check),
  }).visit(parseSync(file, text).program);
  return found;
}

/** Words that stand in a text itself, whichever way it is chosen; what is called or named is somebody else's to translate. */
function wordsOf(node) {
  switch (node.type) {
    case 'Literal':
    case 'JSXText':
      return /\p{L}{2}/u.test(String(node.value).replace('Prewarm', '')) && typeof node.value === 'string'
        ? [[node.value.trim(), node.start]]
        : [];
    case 'TemplateLiteral':
      return node.quasis.flatMap((q) => wordsOf({ type: 'Literal', value: q.value.cooked, start: q.start }));
    case 'ConditionalExpression':
      return [node.consequent, node.alternate].flatMap(wordsOf);
    case 'LogicalExpression':
    case 'BinaryExpression':
      return node.operator === '===' || node.operator === '!==' ? [] : [node.left, node.right].flatMap(wordsOf);
    case 'JSXExpressionContainer':
      return wordsOf(node.expression);
    default:
      return [];
  }
}

function literalOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return undefined;
}

/** Messages in the order of their places, and the places of calls whose message can't be known beforehand. */
export function uiStrings(sources = uiSources()) {
  const calls = sources.flatMap((source) => callsOf(['t'], source));
  const said = calls.filter((c) => c.argument !== undefined);
  return {
    messages: [...new Set(said.map((c) => c.argument))].sort(),
    placeOf: (message) => said.find((c) => c.argument === message)?.at,
    unknown: calls.filter((c) => c.argument === undefined).map((c) => c.at),
  };
}

export const readBundle = (name = BUNDLE) => JSON.parse(readFileSync(join(L10N, name), 'utf8'));
/** `de` → `bundle.l10n.de.json`, for every translation that there is. */
export const translations = () =>
  Object.fromEntries(readdirSync(L10N).flatMap((name) => (/^bundle\.l10n\.(.+)\.json$/.exec(name) ?? []).slice(1).map((l) => [l, name])));

function write(name, entries) {
  writeFileSync(join(L10N, name), `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}

function main() {
  const { messages } = uiStrings();
  write(
    BUNDLE,
    messages.map((m) => [m, m]),
  );
  for (const [language, name] of Object.entries(translations())) {
    const before = readBundle(name);
    write(
      name,
      messages.filter((m) => m in before).map((m) => [m, before[m]]),
    );
    for (const message of messages.filter((m) => !(m in before)))
      console.log(`${language}: to be translated in l10n/${name}: ${JSON.stringify(message)}`);
  }
  console.log(`${messages.length} strings`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
