import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { failed, ok, type Resource, type ResourceSpec, type Result } from '../../domain/index.ts';

export type DevcontainerSpec = Extract<ResourceSpec, { type: 'devcontainer' }>;

/** What of a devcontainer.json matters here; everything else is passed on to the official tool as it is. */
export interface DevcontainerConfig {
  readonly json: Readonly<Record<string, unknown>>;
  readonly form: 'image' | 'dockerfile' | 'compose';
  /** In the image form: what is run, or built upon. */
  readonly image: string | undefined;
  /** Absolute paths, in the compose form. */
  readonly composeFiles: readonly string[];
  /** Whether an image has to be built before it can be created. */
  readonly builds: boolean;
  /** SHA-256 over the files that it is made from: a changed digest, a container to be made anew. */
  readonly digest: string;
}

/** Reads the declaration and everything that it names: Dockerfile, compose files, local features, lock file. */
export async function readConfig(resource: Resource): Promise<Result<DevcontainerConfig>> {
  const spec = resource.spec as DevcontainerSpec;
  const source = await readFile(spec.configFile, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (source instanceof Error)
    return failed(
      'bad-file',
      'never',
      `${resource.id}: ${spec.configFile} cannot be read (${source.code}). Restore it, or rescan the workspace.`,
    );
  const errors: ParseError[] = [];
  const json = parse(source, errors, { allowTrailingComma: true }) as unknown;
  const [error] = errors;
  if (error) {
    const line = source.slice(0, error.offset).split('\n').length;
    const what = printParseErrorCode(error.error);
    return failed('bad-file', 'never', `${resource.id}: ${spec.configFile}:${line} is not valid JSON with comments (${what}). Correct it.`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return failed('bad-file', 'never', `${resource.id}: ${spec.configFile}:1 is not a JSON object. See containers.dev for its form.`);
  return interpret(resource, json as Record<string, unknown>);
}

async function interpret(resource: Resource, json: Record<string, unknown>): Promise<Result<DevcontainerConfig>> {
  const spec = resource.spec as DevcontainerSpec;
  const form = formOf(json);
  if (!form)
    return failed('bad-file', 'never', `${resource.id}: ${spec.configFile} has none of “image”, “build” and “dockerComposeFile”. Add one.`);
  const composeFiles = listed(json.dockerComposeFile).map((file) => resolve(dirname(spec.configFile), substituted(file, spec.folder)));
  const features = Object.keys(asRecord(json.features));
  const files = [
    ...composeFiles,
    ...dockerfileOf(json).map((file) => resolve(dirname(spec.configFile), substituted(file, spec.folder))),
    join(dirname(spec.configFile), lockNameOf(spec)),
    ...(await filesBelow(features.filter((f) => /^\.\.?\//.test(f)).map((f) => resolve(dirname(spec.configFile), f)))),
  ];
  return ok({
    json,
    form,
    image: form === 'image' ? String(json.image) : undefined,
    composeFiles,
    builds: form !== 'image' || features.length > 0,
    digest: await digestOf(JSON.stringify(json), files),
  });
}

function formOf(json: Readonly<Record<string, unknown>>): DevcontainerConfig['form'] | undefined {
  if (listed(json.dockerComposeFile).length > 0) return 'compose';
  if (dockerfileOf(json).length > 0) return 'dockerfile';
  return typeof json.image === 'string' ? 'image' : undefined;
}

/** `build.dockerfile`, or the older `dockerFile`. */
function dockerfileOf(json: Readonly<Record<string, unknown>>): readonly string[] {
  const file = asRecord(json.build).dockerfile ?? json.dockerFile;
  return typeof file === 'string' ? [file] : [];
}

/** The tool's own name for the lock file beside the declaration. */
export const lockNameOf = ({ configFile }: DevcontainerSpec): string =>
  basename(configFile).startsWith('.') ? '.devcontainer-lock.json' : 'devcontainer-lock.json';

/** The variables that a path in a devcontainer.json may hold (containers.dev, “Variables in devcontainer.json”). */
export function substituted(text: string, folder: string): string {
  return text.replace(/\$\{([^}]*)\}/g, (whole, inner: string) => {
    const [name, argument = '', fallback = ''] = inner.split(':');
    if (name === 'localWorkspaceFolder') return folder;
    if (name === 'localWorkspaceFolderBasename') return basename(folder);
    return name === 'localEnv' || name === 'env' ? (process.env[argument] ?? fallback) : whole;
  });
}

async function filesBelow(folders: readonly string[]): Promise<readonly string[]> {
  const found = folders.map(async (folder) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  });
  return (await Promise.all(found)).flat().sort();
}

/** A file that is not there is part of the digest as such: the tool itself says what is wrong. */
async function digestOf(config: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(config);
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(file).catch(() => 'absent'));
  return hash.digest('hex').slice(0, 32);
}

export const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

function listed(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((v): v is string => typeof v === 'string');
}
