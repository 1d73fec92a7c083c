import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { ok, type Resource, type Result } from '../../domain/index.ts';
import { canonical } from '../ownership.ts';
import type { Context } from '../provider.ts';
import type { DeclaredMount, Inputs, Migration } from './design.ts';
import { type Digested, digestsOf } from './fileDigests.ts';
import { migrationFiles } from './migrationFiles.ts';

/** Where a container keeps its data and what they are made from. */
export interface Data {
  /** Absolute paths in the container: volumes of its image that the declaration leaves to chance (for a variant: all of them). */
  readonly paths: readonly string[];
  /** Digest of everything that goes into the seeded state. */
  readonly key: string;
  /** The same without the seed files: a snapshot with this base starts under today's image, password and command. */
  readonly base: string;
  readonly seedBytes: number;
  /** A TCP port that is open only once seeding is over; undefined where the image names none. */
  readonly port: number | undefined;
  readonly image: string;
  /** In this order, once it is seeded. */
  readonly migrations: readonly Migration[];
}

const INIT_FOLDER = '/docker-entrypoint-initdb.d';

/** Undefined: nothing of it is worth a snapshot, or the developer keeps its data. */
export async function dataOf(
  resource: Resource,
  inputs: Inputs,
  image: Docker.ImageInspectInfo,
  migrations: readonly Migration[],
  context: Context,
): Promise<Result<Data | undefined>> {
  const paths = dataPaths(resource, inputs.mounts, Object.keys(image.Config?.Volumes ?? {}));
  const seeds = inputs.mounts.filter(isInput);
  if (paths.length === 0 || inputs.network === 'shared') return ok(undefined);
  if (resource.kind !== 'database' && !seeds.some((m) => m.target.startsWith(INIT_FOLDER))) return ok(undefined);
  const files = await digestsOfMounts(seeds, join(context.storage, 'digests.json'));
  const made = { image: image.Id, paths, ...inputs, mounts: [] };
  const migrated = await Promise.all(migrations.map((m) => partOfKey(m, context)));
  return ok({
    paths,
    key: hashOf({ ...made, files: files.map(({ path, digest }) => [path, digest]), ...(migrated.length > 0 ? { migrated } : {}) }),
    base: hashOf(made),
    seedBytes: files.reduce((sum, f) => sum + f.bytes, 0),
    port: servedPort(resource, image),
    image: image.Id,
    migrations,
  });
}

async function partOfKey({ name, program, inputs }: Migration, context: Context): Promise<unknown> {
  const binds = inputs.mounts.filter((m) => m.type === 'bind' && m.source !== undefined);
  const files = await Promise.all(binds.map((m) => migrationFiles(m.source ?? '', join(context.storage, 'digests.json'))));
  return [name, program, { ...inputs, mounts: [] }, binds.map((m, i) => [m.target, files[i]?.map(({ path, digest }) => [path, digest])])];
}

/** Without a word from the developer, each volume of the image; what they mount is theirs, but for a variant, which has data of its own. */
function dataPaths(resource: Resource, mounts: readonly DeclaredMount[], volumes: readonly string[]): readonly string[] {
  const plain = volumes.map((v) => v.replace(/\/$/, '')).sort();
  if (resource.variant !== undefined) return plain;
  const mounted = mounts.map((m) => m.target.replace(/\/$/, ''));
  return plain.filter(
    (path) => !mounted.some((target) => path === target || path.startsWith(`${target}/`) || target.startsWith(`${path}/`)),
  );
}

/** Read while seeding: init scripts, single files (a dump that a script reads), and folders that it may only read. */
const isInput = (mount: DeclaredMount): boolean =>
  mount.type === 'bind' &&
  (mount.target.startsWith(INIT_FOLDER) || mount.access === 'read' || /\.\w+$/.test(mount.target)) &&
  !/docker\.sock$/.test(mount.target);

async function digestsOfMounts(mounts: readonly DeclaredMount[], memory: string): Promise<readonly Digested[]> {
  const all: Digested[] = [];
  for (const { source, target } of mounts)
    for (const file of await digestsOf(source ?? '', memory)) all.push({ ...file, path: file.path ? `${target}/${file.path}` : target });
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function servedPort(resource: Resource, image: Docker.ImageInspectInfo): number | undefined {
  const exposed = Object.keys(image.Config?.ExposedPorts ?? {}).flatMap((p) => (p.endsWith('/udp') ? [] : [Number.parseInt(p, 10)]));
  return resource.ports.find((p) => p.protocol === 'tcp')?.container ?? exposed.sort((a, b) => a - b)[0];
}

const hashOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex').slice(0, 32);
