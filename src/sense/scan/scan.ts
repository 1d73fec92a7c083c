import { parse as parseDotenv } from 'dotenv';
import type { Resource, ResourceId } from '../../domain/index.ts';
import { memoryGuess } from './classify.ts';
import { type CommandUse, commandUses } from './commands.ts';
import { isComposeFile, isOverrideFile, scanCompose } from './compose.ts';
import { isDevcontainerFile, scanDevcontainer } from './devcontainer.ts';
import { connectionOf } from './environment.ts';
import type { Problem } from './problem.ts';

export interface WorkspaceFile {
  /** Relative to the workspace, forward slashes. */
  readonly path: string;
  /** Empty for SQL files: only their place is of interest. */
  readonly text: string;
}

export interface WorkspaceFiles {
  readonly files: readonly WorkspaceFile[];
  readonly problems: readonly Problem[];
}

export interface ScanResult {
  readonly resources: readonly Resource[];
  readonly commands: readonly CommandUse[];
  /** What a client needs to find each resource; `${host}` and `${port}` stand for the endpoint. */
  readonly environment: Readonly<Record<ResourceId, Readonly<Record<string, string>>>>;
  /** Names only, from the `.env` files. */
  readonly environmentNames: readonly string[];
  readonly problems: readonly Problem[];
}

export const EMPTY_SCAN: ScanResult = { resources: [], commands: [], environment: {}, environmentNames: [], problems: [] };

interface Workspace {
  readonly name: string;
  readonly folder: string;
}

/** What a workspace declares. Pure: the files were read by the host. A broken file costs its own resources only. */
export function scan(workspace: Workspace, files: readonly WorkspaceFile[]): ScanResult {
  const at = { name: workspace.name, folder: workspace.folder.replaceAll('\\', '/').replace(/\/$/, '') };
  const parts = files.flatMap((file) => scanFile(file, at, files) ?? []);
  const resources = distinct(
    withSeedFiles(
      parts.flatMap((p) => p.resources),
      files,
      at.folder,
    ),
  );
  const datasets = files.filter((f) => /\.(sql|dump)(\.gz)?$/.test(f.path)).map((f) => dataset(f.path, at));
  const all = [...resources, ...datasets];
  return {
    resources: all,
    commands: commandUses(files, resources),
    environment: Object.fromEntries(
      resources.flatMap((r) => {
        const variables = connectionOf(r);
        return variables ? [[r.id, variables]] : [];
      }),
    ),
    environmentNames: [...new Set(files.filter((f) => isDotenv(f.path)).flatMap((f) => Object.keys(parseDotenv(f.text))))],
    problems: parts.flatMap((p) => p.problems),
  };
}

function scanFile(file: WorkspaceFile, at: Workspace, files: readonly WorkspaceFile[]) {
  if (isDevcontainerFile(file.path)) return scanDevcontainer({ ...file, workspace: at });
  if (!isComposeFile(file.path)) return undefined;
  if (isOverrideFile(file.path) && files.some((f) => f.path !== file.path && isBaseOf(f.path, file.path))) return undefined;
  const override = files.find((f) => isBaseOf(file.path, f.path));
  return scanCompose({ ...file, folder: at.folder, variables: variablesBeside(file.path, files), ...(override ? { override } : {}) });
}

/** `compose.yaml` is the base of the `compose.override.yml` beside it. */
function isBaseOf(base: string, override: string): boolean {
  return (
    isOverrideFile(override) &&
    /(^|\/)(docker-)?compose\.ya?ml$/.test(base) &&
    base.replace(/\.ya?ml$/, '') === override.replace(/\.override\.ya?ml$/, '')
  );
}

const isDotenv = (path: string): boolean => /(^|\/)\.env(\.[\w.-]+)?$/.test(path);

function variablesBeside(path: string, files: readonly WorkspaceFile[]): Readonly<Record<string, string>> {
  const folder = path.split('/').slice(0, -1).join('/');
  const file = files.find((f) => f.path === (folder ? `${folder}/.env` : '.env'));
  return file ? parseDotenv(file.text) : {};
}

/** A folder of init scripts stands for the files in it, in the order in which the image runs them. */
function withSeedFiles(resources: readonly Resource[], files: readonly WorkspaceFile[], folder: string): readonly Resource[] {
  const sql = files
    .filter((f) => /\.sql(\.gz)?$/.test(f.path))
    .map((f) => `${folder}/${f.path}`)
    .sort();
  return resources.map((r) => {
    if (r.spec.type !== 'compose') return r;
    const seedFiles = r.spec.seedFiles.flatMap((seed) =>
      seed.endsWith('/') ? sql.filter((f) => f.startsWith(seed) && !f.slice(seed.length).includes('/')) : [seed],
    );
    return { ...r, spec: { ...r.spec, seedFiles } };
  });
}

function dataset(path: string, { name, folder }: Workspace): Resource {
  const stem = path.replace(/\.(sql|dump)(\.gz)?$/, '');
  return {
    id: `dataset:${name}/${stem}`,
    name: stem,
    kind: 'dataset',
    provider: 'process',
    declaredIn: path,
    ports: [],
    dependsOn: [],
    probe: { type: 'command', command: [], timeoutMs: 0 },
    memoryBytes: memoryGuess('dataset'),
    spec: { type: 'dataset', file: `${folder}/${path}` },
  };
}

/**
 * The same service in several files of one folder and project (base and variants) is one resource; the plainest file wins. A
 * project of the same name in another folder is another one: it goes by its folder.
 */
function distinct(resources: readonly Resource[]): readonly Resource[] {
  const byId = new Map<ResourceId, Resource>();
  const plainFirst = [...resources].sort((a, b) => variantRank(a.declaredIn) - variantRank(b.declaredIn));
  const folders = new Map<string, string>();
  for (const resource of plainFirst) {
    const project = resource.id.slice(0, resource.id.lastIndexOf('/'));
    const folder = folderOf(resource);
    if (!folders.has(project)) folders.set(project, folder);
    const own = folders.get(project) === folder ? resource : movedTo(folder, project, resource);
    if (!byId.has(own.id)) byId.set(own.id, own);
  }
  return [...byId.values()];
}

const folderOf = ({ declaredIn }: Resource): string => declaredIn.split('/').slice(0, -1).join('/');

function movedTo(folder: string, project: string, resource: Resource): Resource {
  if (resource.spec.type !== 'compose') return resource;
  const rename = (id: ResourceId): ResourceId => id.replace(project, `compose:${folder || '.'}`);
  return { ...resource, id: rename(resource.id), dependsOn: resource.dependsOn.map(rename) };
}

const variantRank = (path: string): number => (/(^|\/)(docker-)?compose\.ya?ml$/.test(path) || !isComposeFile(path) ? 0 : 1);
