import { parse as parseDotenv } from 'dotenv';
import type { Resource, ResourceId } from '../../domain/index.ts';
import { type CommandUse, commandUses } from './commands.ts';
import { isComposeFile, isOverrideFile, scanCompose } from './compose.ts';
import { includedFiles } from './composeModel.ts';
import { looseData } from './dataFiles.ts';
import { isDatasetsFile, scanDatasets } from './datasets.ts';
import { isDevcontainerFile, scanDevcontainer } from './devcontainer.ts';
import { connectionOf } from './environment.ts';
import { folderOf } from './filePath.ts';
import { scanManifests } from './kubernetes.ts';
import { type Problem, problemAt } from './problem.ts';
import { extensionsOf } from './references.ts';

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
export function scan(workspace: Workspace, read: readonly WorkspaceFile[]): ScanResult {
  const at = { name: workspace.name, folder: workspace.folder.replaceAll('\\', '/').replace(/\/$/, '') };
  const files = read.map((f) => ({ path: f.path, text: f.text.replace(/^\uFEFF/, '') }));
  const parts = [
    ...scanComposeFiles(at, files),
    ...files.filter((f) => isDevcontainerFile(f.path)).map((f) => scanDevcontainer({ ...f, workspace: at })),
  ];
  const found = parts.flatMap((p) => p.resources);
  const declared = distinct(found, at.folder, extendedFiles(files));
  const { resources, problems } = withoutLooseEnds(withSeedFiles(declared, files, at.folder));
  const declaredData = files.filter((f) => isDatasetsFile(f.path)).map((f) => scanDatasets(f, at, resources));
  const datasets = declaredData.flatMap((d) => d.resources);
  const manifests = scanManifests(files);
  return {
    resources: distinctIds([
      ...afterTheirData(resources, datasets),
      ...datasets,
      ...manifests.resources,
      ...looseData(files, resources, at),
    ]),
    commands: commandUses(files, resources),
    environment: Object.fromEntries(resources.map((r) => [r.id, connectionOf(r)] as const).filter(isKnown)),
    environmentNames: [...new Set(files.filter((f) => isDotenv(f.path)).flatMap((f) => Object.keys(parseDotenv(f.text))))],
    // A file that several others include is told of once.
    problems: [
      ...new Map([...[...parts, ...declaredData, manifests].flatMap((p) => p.problems), ...problems].map((p) => [p.message, p])).values(),
    ],
  };
}

/** Overrides belong to their base, and included files to the file that includes them. */
function scanComposeFiles({ folder }: Workspace, files: readonly WorkspaceFile[]) {
  const texts = new Map(files.map((f) => [f.path, f.text]));
  const lookup = (path: string): string | undefined => texts.get(path);
  const compose = files.filter((f) => isComposeFile(f.path)).map((f) => f.path);
  const taken = new Set<string>();
  for (const path of compose) {
    // Of two files that include each other, the first includes the second.
    if (taken.has(path)) continue;
    for (const other of [...overridesOf(path, compose), ...includedFiles(path, lookup)]) if (other !== path) taken.add(other);
  }
  return compose
    .filter((path) => !taken.has(path))
    .map((path) => scanCompose({ path, override: overridesOf(path, compose)[0], lookup, folder }));
}

/** `compose.yaml` is the base of the `compose.override.yml` beside it. */
function overridesOf(base: string, compose: readonly string[]): readonly string[] {
  const stem = base.replace(/\.ya?ml$/i, '');
  return isPlain(base) ? compose.filter((path) => isOverrideFile(path) && path.replace(/\.override\.ya?ml$/i, '') === stem) : [];
}

const isPlain = (path: string): boolean => /(^|\/)(docker-)?compose\.ya?ml$/i.test(path);
const isDotenv = (path: string): boolean => /(^|\/)\.env(\.[\w.-]+)?$/.test(path);

/** Files that others take services from: stocks of parts, seldom started themselves. */
function extendedFiles(files: readonly WorkspaceFile[]): ReadonlySet<string> {
  return new Set(files.filter((f) => isComposeFile(f.path)).flatMap((f) => extensionsOf(f.path, f.text)));
}

/**
 * The same service in several files of one folder and project (base and variants) is one resource; the plainest file wins. A
 * project of the same name in another folder is another one: it goes by its folder.
 */
function distinct(resources: readonly Resource[], top: string, parts: ReadonlySet<string>): readonly Resource[] {
  const byId = new Map<ResourceId, Resource>();
  const startedBy = ({ spec, declaredIn }: Resource): string => (spec.type === 'compose' ? spec.file.slice(top.length + 1) : declaredIn);
  const plainFirst = [...resources].sort((a, b) => variantRank(startedBy(a), parts) - variantRank(startedBy(b), parts));
  const folders = new Map<string, string>();
  for (const resource of plainFirst) {
    const project = resource.id.slice(0, -resource.name.length - 1);
    const folder = folderOf(startedBy(resource));
    if (!folders.has(project)) folders.set(project, folder);
    const own = folders.get(project) === folder ? resource : movedTo(folder, project, resource);
    if (!byId.has(own.id)) byId.set(own.id, own);
  }
  return [...byId.values()];
}

function movedTo(folder: string, project: string, resource: Resource): Resource {
  if (resource.spec.type !== 'compose') return resource;
  const rename = (id: ResourceId): ResourceId => id.replace(project, `compose:${folder || '.'}`);
  return { ...resource, id: rename(resource.id), dependsOn: resource.dependsOn.map(rename) };
}

/** The file that a developer most likely starts: the plain one, one for development, any other, one for elsewhere, a mere stock of parts. */
function variantRank(path: string, parts: ReadonlySet<string>): number {
  if (parts.has(path)) return 4;
  if (isPlain(path) || !isComposeFile(path)) return 0;
  if (/[._-](dev|devel|development|local)\b/i.test(path)) return 1;
  return /[._-](prod|production|staging|release|ci|tests?|e2e)\b/i.test(path) ? 3 : 2;
}

/** Nothing can wait for what does not exist. A variant of a file leans on services of its base, which is known by now. */
function withoutLooseEnds(resources: readonly Resource[]): {
  readonly resources: readonly Resource[];
  readonly problems: readonly Problem[];
} {
  const known = new Set(resources.map((r) => r.id));
  const problems = resources.flatMap((r) =>
    r.dependsOn
      .filter((id) => !known.has(id))
      .map((id) => {
        const what = `the service “${r.name}” depends on “${id.slice(id.lastIndexOf('/') + 1)}”, which is not declared. Declare it or remove it there.`;
        return problemAt(r.declaredIn, undefined, what);
      }),
  );
  return { resources: resources.map((r) => ({ ...r, dependsOn: r.dependsOn.filter((id) => known.has(id)) })), problems };
}

/** A folder of init scripts stands for the files in it, in the order in which the image runs them. */
function withSeedFiles(resources: readonly Resource[], files: readonly WorkspaceFile[], folder: string): readonly Resource[] {
  const sql = files
    .filter((f) => /\.sql(\.gz)?$/.test(f.path))
    .map((f) => `${folder}/${f.path}`)
    .sort();
  const filesOf = (seed: string): readonly string[] =>
    seed.endsWith('/') ? sql.filter((f) => f.startsWith(seed) && !f.slice(seed.length).includes('/')) : [seed];
  return resources.map((r) =>
    r.spec.type === 'compose' ? { ...r, spec: { ...r.spec, seedFiles: r.spec.seedFiles.flatMap(filesOf) } } : r,
  );
}

/** What mounts the volume of a dataset comes after the dataset. */
function afterTheirData(resources: readonly Resource[], datasets: readonly Resource[]): readonly Resource[] {
  return resources.map((r) => {
    const mounted = r.spec.type === 'compose' ? (r.spec.externalVolumes ?? []) : [];
    const needed = datasets.filter(
      ({ spec }) => spec.type === 'dataset' && spec.into && 'volume' in spec.into && mounted.includes(spec.into.volume),
    );
    return needed.length > 0 ? { ...r, dependsOn: [...r.dependsOn, ...needed.map((d) => d.id)] } : r;
  });
}

/** A declared dataset comes before a loose file of its name. */
const distinctIds = (resources: readonly Resource[]): readonly Resource[] =>
  resources.filter((r, i) => r.kind !== 'dataset' || resources.findIndex((other) => other.id === r.id) === i);

const isKnown = <T>(entry: readonly [string, T | undefined]): entry is readonly [string, T] => entry[1] !== undefined;
