import { folderOf } from './filePath.ts';
import { record } from './json.ts';
import type { SourceFile } from './sourceUse.ts';

/** A script of package.json or a target of a Makefile: by which commands it runs, where, and the text of all that it runs. */
export interface Script {
  /** The same for the same name in several packages. */
  readonly key: string;
  /** Relative to the workspace; empty for its top. */
  readonly folder: string;
  readonly matches: readonly { readonly program: string; readonly sub: string }[];
  readonly text: string;
}

type Texts = ReadonlyMap<string, string>;

export const isPackage = (path: string): boolean => /(^|\/)package\.json$/.test(path);
export const isMakefile = (path: string): boolean => /(^|\/)(GNUm|m|M)akefile$/.test(path);

export function namedScripts(files: readonly SourceFile[]): readonly Script[] {
  const packages = new Map(files.filter((f) => isPackage(f.path)).map((f) => [folderOf(f.path), scriptsOf(f.text)]));
  const makefiles = files.filter((f) => isMakefile(f.path));
  return [
    ...[...packages].flatMap(([folder, scripts]) => packageScripts(folder, scripts)),
    ...makefiles.flatMap((f) => makeTargets(folderOf(f.path), f.text, packages.get(folderOf(f.path)) ?? new Map())),
  ];
}

const RUNNERS = ['npm', 'pnpm', 'yarn', 'bun'];

function packageScripts(folder: string, scripts: Texts): readonly Script[] {
  return [...scripts].map(([name, text]) => ({
    key: `script ${name}`,
    folder,
    matches: RUNNERS.flatMap((program) => [name, `run ${name}`].map((sub) => ({ program, sub }))),
    text: expanded(text, scripts, [name]),
  }));
}

function scriptsOf(source: string): Texts {
  try {
    const scripts = record(record(JSON.parse(source))?.scripts) ?? {};
    return new Map(Object.entries(scripts).filter((e): e is [string, string] => typeof e[1] === 'string'));
  } catch {
    // npm itself will say so, with the line; nothing is declared here meanwhile.
    return new Map();
  }
}

/** `npm run lint && npm test` inside a script: what those run. `open` holds the scripts that are being expanded. */
function expanded(text: string, scripts: Texts, open: readonly string[]): string {
  return text.replace(/\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?([\w:-]+)/g, (whole, name: string) => {
    const inner = scripts.get(name);
    return inner === undefined || open.includes(name) || open.length > 5
      ? whole
      : `${whole} ; ${expanded(inner, scripts, [...open, name])}`;
  });
}

function makeTargets(folder: string, source: string, scripts: Texts): readonly Script[] {
  const rules = new Map(
    [...source.matchAll(/^([A-Za-z][\w.-]*)[ \t]*:(?!=)([^\n]*)\n?((?:\t[^\n]*(?:\n|$))*)/gm)].map(
      ([, target = '', needs = '', recipe = '']) => [target, { needs: needs.trim().split(/\s+/), recipe }],
    ),
  );
  const recipeOf = (target: string, open: readonly string[]): string => {
    const rule = rules.get(target);
    if (!rule || open.includes(target) || open.length > 5) return '';
    return [...rule.needs.map((need) => recipeOf(need, [...open, target])), rule.recipe].join('\n');
  };
  return [...rules.keys()].map((target) => ({
    key: `target ${target}`,
    folder,
    matches: [{ program: 'make', sub: target }],
    text: expanded(recipeOf(target, []), scripts, []),
  }));
}
