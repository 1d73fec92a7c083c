import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** DESIGN §4: imports point up this list only; what is absent is not allowed. Type-only imports count. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  sense: ['domain'],
  learn: ['domain'],
  predict: ['domain', 'learn'],
  plan: ['domain'],
  simulate: ['domain'],
  provision: ['domain'],
  show: ['domain'],
  app: ['domain', 'sense', 'learn', 'predict', 'plan', 'simulate', 'provision', 'show'],
  'host/node': ['domain', 'sense', 'learn', 'predict', 'plan', 'simulate', 'provision', 'show', 'app', 'host/worker'],
  'host/worker': ['domain', 'sense', 'learn', 'predict', 'app'],
  'host/vscode': ['domain', 'sense', 'learn', 'predict', 'plan', 'simulate', 'provision', 'show', 'app', 'host/node'],
  'host/cli': ['domain', 'sense', 'learn', 'predict', 'plan', 'simulate', 'provision', 'show', 'app', 'host/node', 'host/worker'],
  media: ['show'],
};
const PURE = ['domain', 'sense', 'learn', 'predict', 'plan', 'simulate', 'show'];
/** What a pure room may stand on besides itself: parsers and mathematics without I/O. */
const PURE_PACKAGES = [
  '@bufbuild/protobuf/wire',
  '@streamparser/json',
  'csv-parse/sync',
  'dotenv',
  'jsonc-parser',
  'ml-distance',
  'ml-kmeans',
  'picomatch/posix',
  'yaml',
];
const TOP_LEVEL =
  /^(src|media|resources|test|dist|node_modules|test-results|prewarm\.vsix|l10n|package(-lock)?\.json|tsconfig\.json|esbuild\.config\.mjs|thirdPartyNotices\.mjs|vitest\.config\.ts|Dockerfile|biome\.json|package\.nls(\.[a-z-]+)?\.json|l10n|[A-Z]+(\.md)?|\..+)$/;

const root = resolve(import.meta.dirname, '..');

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
}

describe('the rooms', () => {
  const files = [...sources(join(root, 'src')), ...sources(join(root, 'media'))];
  const imports = files.flatMap(importsOf);

  it('has found the code', () => expect(files.length).toBeGreaterThan(20));

  it('import only what DESIGN §4 allows', () => {
    const wrong = imports
      .filter((i) => i.target.startsWith('.'))
      .map((i) => ({ ...i, to: roomOf(resolve(dirname(join(root, i.file)), i.target)) }));
    expect(
      wrong.filter((i) => i.to !== i.room && i.to !== '' && !MAY_IMPORT[i.room]?.includes(i.to)).map((i) => `${i.file} → ${i.target}`),
    ).toEqual([]);
  });

  it('are pure where they should be: no vscode, node:*, foreign packages', () => {
    const wrong = imports.filter((i) => PURE.includes(i.room) && !i.target.startsWith('.') && !PURE_PACKAGES.includes(i.target));
    expect(wrong.map((i) => `${i.file} → ${i.target}`)).toEqual([]);
  });

  it('take time and chance as arguments', () => {
    const pure = files.filter((f) => PURE.includes(roomOf(f)));
    const wrong = pure.filter((f) =>
      /\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)|\bconsole\.|\bsetTimeout\b|\bprocess\./.test(withoutComments(readFileSync(f, 'utf8'))),
    );
    expect(wrong.map((f) => relative(root, f))).toEqual([]);
  });

  it('keep vscode in its own host', () => {
    expect(imports.filter((i) => i.target === 'vscode' && i.room !== 'host/vscode').map((i) => i.file)).toEqual([]);
  });

  it('have no circle of files', () => expect(firstCircle(files, imports)).toEqual([]));

  it('stand alone at the top level', () => expect(readdirSync(root).filter((name) => !TOP_LEVEL.test(name))).toEqual([]));
});

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function roomOf(file: string): string {
  const parts = relative(root, file).split(sep);
  if (parts[0] === 'media') return 'media';
  return parts[1] === 'host' ? `host/${parts[2]}` : (parts[1] ?? '');
}

function importsOf(file: string): Import[] {
  const text = withoutComments(readFileSync(file, 'utf8'));
  const found = text.matchAll(
    /(?:^|[;\n])\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|[;\n])\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  );
  return [...found].map((m) => ({ file: relative(root, file), room: roomOf(file), target: (m[1] ?? m[2] ?? m[3]) as string }));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function firstCircle(files: readonly string[], imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const i of imports.filter((x) => x.target.startsWith('.'))) {
    next.set(i.file, [...(next.get(i.file) ?? []), relative(root, resolve(dirname(join(root, i.file)), i.target))]);
  }
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (file: string): string[] => {
    state.set(file, 'open');
    path.push(file);
    for (const to of next.get(file) ?? []) {
      if (state.get(to) === 'open') return [...path.slice(path.indexOf(to)), to];
      const circle = state.has(to) ? [] : visit(to);
      if (circle.length > 0) return circle;
    }
    path.pop();
    state.set(file, 'done');
    return [];
  };
  for (const file of files.map((f) => relative(root, f))) {
    const circle = state.has(file) ? [] : visit(file);
    if (circle.length > 0) return circle;
  }
  return [];
}
