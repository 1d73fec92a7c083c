import { envFiles } from './composeService.ts';
import { folderOf, resolvePath } from './filePath.ts';
import { type Json, type JsonMap, list, record } from './json.ts';
import { parseYaml } from './yamlFile.ts';

/**
 * Files of the workspace that a compose file names and that may bear any name: what it includes, extends and takes variables
 * from. The host reads them too. A path that still holds a variable, or leaves the workspace, is none.
 */
export function referencesOf(path: string, source: string): readonly string[] {
  const { include, services } = declarations(path, source);
  const included = list(include).flatMap((entry) => list(record(entry)?.path ?? entry));
  const variables = services.flatMap((s) => envFiles(s.env_file, folderOf(path)));
  return plain([...included.flatMap((file) => resolved(path, file)), ...extended(path, services), ...variables]);
}

/** Only the other files that its services extend. */
export function extensionsOf(path: string, source: string): readonly string[] {
  return plain(extended(path, declarations(path, source).services)).filter((file) => file !== path);
}

function declarations(path: string, source: string): { readonly include: Json | undefined; readonly services: readonly JsonMap[] } {
  const read = parseYaml(path, source);
  if ('problem' in read) return { include: undefined, services: [] };
  const services = Object.values(record(read.file.json.services) ?? {}).map((s) => record(s) ?? {});
  return { include: read.file.json.include, services };
}

function extended(path: string, services: readonly JsonMap[]): readonly string[] {
  return services.flatMap((s) => resolved(path, record(s.extends)?.file));
}

function resolved(from: string, file: Json | undefined): readonly string[] {
  const path = typeof file === 'string' ? resolvePath(folderOf(from), file) : undefined;
  return path === undefined ? [] : [path];
}

const plain = (paths: readonly string[]): readonly string[] => [...new Set(paths)].filter((path) => path !== '' && !/[$:]/.test(path));
