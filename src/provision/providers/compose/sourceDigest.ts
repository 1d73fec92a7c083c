import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

/**
 * A digest of everything from which the tool resolves these compose files: they, the files that they include, extend and take variables
 * from, `.env`, and those variables of this process that they name. The same digest, the same resolved project, so that the tool (a
 * quarter of a second a call) need not be asked again.
 */
export async function sourceDigest(files: readonly string[], version: string, variables: NodeJS.ProcessEnv): Promise<string> {
  const texts = new Map<string, string>();
  for (const file of [...files, join(dirname(files[0] ?? '.'), '.env')]) await take(file, texts);
  const named = new Set([...texts.values()].flatMap((text) => [...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name]) => name ?? '')));
  const known = [...named, 'COMPOSE_PROFILES', 'COMPOSE_FILE', 'COMPOSE_ENV_FILES'].sort().map((name) => [name, variables[name] ?? null]);
  const hash = createHash('sha256').update(JSON.stringify([version, known]));
  for (const [path, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(JSON.stringify([path, text]));
  return hash.digest('hex');
}

/** One that is not there counts as empty: that it comes changes the digest. */
async function take(file: string, texts: Map<string, string>): Promise<void> {
  if (texts.has(file)) return;
  const text = await readFile(file, 'utf8').catch(() => '');
  texts.set(file, text);
  if (!/\.ya?ml$/i.test(file)) return;
  const named = parseAllDocuments(text, { logLevel: 'silent' }).flatMap((d) =>
    'toJS' in d ? namedFiles(safely(() => d.toJS({ maxAliasCount: 1000 }))) : [],
  );
  for (const name of named) await take(resolve(dirname(file), name), texts);
}

const FILES = new Set(['include', 'env_file', 'label_file', 'file', 'path']);

/** Every text below a key that names files; what is no file is read as an empty one and does no harm. */
function namedFiles(value: unknown, below: 'files' | 'others' = 'others'): readonly string[] {
  if (typeof value === 'string') return below === 'files' ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((v) => namedFiles(v, below));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, v]) => namedFiles(v, below === 'files' || FILES.has(key) ? 'files' : 'others'));
}

/** A file that is half written is not understood now; its text counts all the same. */
function safely(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
