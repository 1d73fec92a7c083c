import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Rung, rungIndex, type UnixMs } from '../domain/index.ts';
import { LABEL, leaseEnded } from './ownership.ts';
import { lifeOf, ownIdentity, type ProcessIdentity } from './processIdentity.ts';
import type { Context } from './provider.ts';

/**
 * Labels can't be changed on a living container, so renewed leases stand in files that all Prewarms of this user share: a
 * folder per workspace, a file per instance in it, so that no two ever write the same one. What counts is the latest.
 */
export interface Lease {
  readonly resource: string;
  readonly until: UnixMs;
  /** How warm its owner wants the resource to be; undefined where it only keeps what it found. */
  readonly wish?: Wish;
  readonly owner: Owner;
}

export interface Wish {
  readonly rung: Rung;
  readonly at: UnixMs;
  readonly onBehalfOf: Context['onBehalfOf'];
}

export interface Owner extends ProcessIdentity {
  readonly instance: string;
}

type LeaseContext = Pick<Context, 'leases' | 'workspace' | 'now'>;
type Labels = Readonly<Record<string, string>>;

/** Every lease of a workspace, of owners that live and of those that are gone. */
export async function readLeases(context: LeaseContext, workspace = context.workspace): Promise<readonly Lease[]> {
  return (await readFiles(context, workspace)).flatMap(leasesOf);
}

export const renewLeases = (ids: readonly string[], context: Context): Promise<void> =>
  ids.length === 0 ? Promise.resolve() : change(context, (entries) => extended(entries, ids, context));

/** Extends the lease and says how warm this instance wants the resource. */
export function wishFor(id: string, rung: Rung, context: Context): Promise<void> {
  const wish: Wish = { rung, at: context.now(), onBehalfOf: context.onBehalfOf };
  return change(context, (entries) => {
    const next = extended(entries, [id], context);
    return { ...next, [id]: { ...(next[id] as Entry), wish } };
  });
}

/** The lease stays until it ends, but holds nobody up. */
export const withdrawWish = (id: string, context: Context): Promise<void> =>
  change(context, (entries) => (entries[id] ? { ...entries, [id]: { until: entries[id].until } } : entries));

/**
 * Another instance that wants the resource warmer than `rung`: the lease that ends last. A window holds for as long as it
 * lives, a command until its lease ends. What a person said last makes all older wishes void.
 */
export async function heldAbove(id: string, rung: Rung, context: LeaseContext & Pick<Context, 'instance'>): Promise<Lease | undefined> {
  const all = (await readLeases(context)).filter((lease) => lease.resource === id);
  const spoken = Math.max(...all.map(({ wish }) => (wish?.onBehalfOf === 'person' ? wish.at : 0)), 0);
  const above = all.filter(
    ({ wish, until, owner }) =>
      wish && rungIndex(wish.rung) > rungIndex(rung) && wish.at >= spoken && until > context.now() && owner.instance !== context.instance,
  );
  const holding: Lease[] = [];
  for (const lease of above) if (lease.owner.instance.startsWith('cli') || (await lifeOf(lease.owner)) !== 'gone') holding.push(lease);
  return holding.sort((a, b) => b.until - a.until)[0];
}

/**
 * Is what bears these labels no longer wanted? Not while an instance holds it that lives but has renewed nothing since its
 * leases ended: the machine slept, and it will renew in a moment.
 */
export async function leaseOver(labels: Labels, context: LeaseContext): Promise<boolean> {
  if (!leaseEnded(labels[LABEL.lease], context.now())) return false;
  const workspace = labels[LABEL.workspace] ?? '';
  for (const file of await readFiles(context, workspace)) {
    const lease = file.leases[labels[LABEL.resource] ?? ''];
    if (!lease) continue;
    if (lease.until > context.now()) return false;
    if (lastOf(file) <= context.now() && (await lifeOf(file.owner)) === 'alive') return false;
  }
  return true;
}

/** No longer wanted, and made by a workspace of this user: an engine may serve others, whose leases we can't see. */
export async function isAbandoned(labels: Labels, context: LeaseContext): Promise<boolean> {
  const known = await stat(folderOf(context, labels[LABEL.workspace] ?? '')).catch(() => undefined);
  return known !== undefined && (await leaseOver(labels, context));
}

/** When the next lease of any workspace ends; undefined: there is none, nor an owner who may yet renew one. Ended ones of the dead are taken away. */
export async function nextLeaseEnd(context: LeaseContext): Promise<UnixMs | undefined> {
  let next: UnixMs | undefined;
  for (const workspace of await readdir(context.leases).catch(() => [] as string[])) {
    if (workspace.startsWith('.')) continue;
    for (const file of await readFiles(context, workspace)) {
      const coming = leasesOf(file).filter((lease) => lease.until > context.now());
      for (const { until } of coming) next = Math.min(next ?? until, until);
      if (coming.length > 0) continue;
      if ((await lifeOf(file.owner)) === 'alive') next = Math.min(next ?? context.now(), context.now());
      else await rm(join(folderOf(context, workspace), file.name), { force: true });
    }
  }
  return next;
}

// ---------------------------------------------------------------------------------------------------- the files

interface Entry {
  readonly until: UnixMs;
  readonly wish?: Wish;
}
type Entries = Readonly<Record<string, Entry>>;

interface LeaseFile {
  readonly name: string;
  readonly owner: Owner;
  readonly leases: Entries;
}

const plain = (name: string): string => name.replace(/[^\w.-]/g, '_');
const folderOf = ({ leases }: LeaseContext, workspace: string): string => join(leases, plain(workspace));
const leasesOf = ({ owner, leases }: LeaseFile): Lease[] =>
  Object.entries(leases).map(([resource, entry]) => ({ resource, owner, ...entry }));
const lastOf = ({ leases }: LeaseFile): UnixMs => Math.max(...Object.values(leases).map(({ until }) => until), 0);

async function readFiles(context: LeaseContext, workspace: string): Promise<readonly LeaseFile[]> {
  const names = await readdir(folderOf(context, workspace)).catch(() => [] as string[]);
  const files = names.filter((name) => name.endsWith('.json')).map((name) => readFileOf(context, workspace, name));
  return (await Promise.all(files)).flatMap((file) => file ?? []);
}

/** Absent or torn: the labels' own expiry holds. */
async function readFileOf(context: LeaseContext, workspace: string, name: string): Promise<LeaseFile | undefined> {
  try {
    const { version, owner, leases } = JSON.parse(await readFile(join(folderOf(context, workspace), name), 'utf8'));
    return version === 1 && owner && leases ? { name, owner, leases } : undefined;
  } catch {
    return undefined;
  }
}

/** What has ended and was not renewed is dropped on the way. */
function extended(entries: Entries, ids: readonly string[], context: Context): Entries {
  const until = context.now() + context.leaseMs;
  const kept = Object.entries(entries).filter(([, entry]) => entry.until > context.now());
  return { ...Object.fromEntries(kept), ...Object.fromEntries(ids.map((id) => [id, { ...entries[id], until }])) };
}

/** One writer at a time: within this process by waiting, beyond it because the file is this instance's own. */
let writing: Promise<void> = Promise.resolve();

function change(context: Context, by: (entries: Entries) => Entries): Promise<void> {
  writing = writing.catch(() => {}).then(() => write(context, by));
  return writing;
}

async function write(context: Context, by: (entries: Entries) => Entries): Promise<void> {
  const name = `${plain(context.instance)}.json`;
  const owner: Owner = { instance: context.instance, ...(await ownIdentity()) };
  const leases = by((await readFileOf(context, context.workspace, name))?.leases ?? {});
  const file = join(folderOf(context, context.workspace), name);
  await mkdir(folderOf(context, context.workspace), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.draft`, JSON.stringify({ version: 1, owner, leases }), { mode: 0o600 });
  await rename(`${file}.draft`, file);
}
