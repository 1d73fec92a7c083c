import type { ResourceId } from '../../domain/index.ts';
import { folderOf, resolvePath } from './filePath.ts';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export const isCode = (path: string): boolean => /\.([mc]?[jt]sx?|py|go|rb|java|kt|cs|php|rs|exs?)$/.test(path);

export const isTest = (path: string): boolean => /(^|\/)(tests?|__tests__|spec)\/|[._-](test|spec)\.\w+$|(^|\/)test_\w+\.py$/.test(path);

/** What each source file uses: what it mentions itself, and what the files of the workspace that it imports use. */
export function sourceUse(
  files: readonly SourceFile[],
  mentioned: (text: string) => readonly ResourceId[],
): ReadonlyMap<string, readonly ResourceId[]> {
  const code = files.filter((f) => isCode(f.path));
  const known = new Set(code.map((f) => f.path));
  const importers = new Map<string, string[]>();
  for (const file of code)
    for (const target of importsOf(file, known)) importers.set(target, [...(importers.get(target) ?? []), file.path]);
  const use = new Map<string, Set<ResourceId>>(code.map((f) => [f.path, new Set(mentioned(f.text))]));
  const queue = code.filter((f) => (use.get(f.path)?.size ?? 0) > 0).map((f) => f.path);
  for (const path of queue) {
    for (const importer of importers.get(path) ?? []) if (grew(use.get(importer), use.get(path))) queue.push(importer);
  }
  return new Map([...use].map(([path, ids]) => [path, [...ids]]));
}

/** Uses only ever grow, so the spreading along imports ends, circles or not. */
function grew(into: Set<ResourceId> | undefined, from: ReadonlySet<ResourceId> | undefined): boolean {
  const before = into?.size ?? 0;
  for (const id of from ?? []) into?.add(id);
  return (into?.size ?? 0) > before;
}

const IMPORT =
  /(?:from|import|require\(|import\()\s*['"](\.{1,2}\/[^'"\n]{1,300})['"]|^\s*(?:from\s+([\w.]{1,200})\s+import|import\s+([\w.]{1,200}))/gm;
const ENDINGS = ['', '.ts', '.tsx', '.js', '.mjs', '.jsx', '/index.ts', '/index.js', '.py', '/__init__.py'];

function importsOf(file: SourceFile, known: ReadonlySet<string>): readonly string[] {
  const targets = [...file.text.matchAll(IMPORT)].flatMap(([, relative, fromModule, module]) =>
    relative === undefined ? pythonTargets(file.path, fromModule ?? module ?? '') : [resolvePath(folderOf(file.path), relative)],
  );
  return targets.flatMap((target) => {
    const ending = target === undefined ? undefined : ENDINGS.find((e) => known.has(`${target}${e}`));
    return ending === undefined ? [] : [`${target}${ending}`];
  });
}

/** `from .db import x` from the file's own package; `from app.db import x` from the top, or from the file's folder. */
function pythonTargets(path: string, module: string): readonly (string | undefined)[] {
  if (!path.endsWith('.py')) return [];
  const dots = module.match(/^\.*/)?.[0].length ?? 0;
  const parts = module.slice(dots).replaceAll('.', '/');
  if (dots > 0) return [resolvePath(folderOf(path), `${'../'.repeat(dots - 1)}${parts}`)];
  return [resolvePath('', parts), resolvePath(folderOf(path), parts)];
}
