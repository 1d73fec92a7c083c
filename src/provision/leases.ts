import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { UnixMs } from '../domain/index.ts';
import type { Context } from './provider.ts';

/** Labels can't be changed on a living container, so renewed leases stand in a file that all Prewarms of this user share. */
type Leases = Readonly<Record<string, UnixMs>>;

export const leaseFile = (context: Context, workspace = context.workspace): string =>
  join(context.leases, `${workspace.replace(/[^\w.-]/g, '_')}.json`);

export async function readLeases(context: Context, workspace = context.workspace): Promise<Leases> {
  try {
    return JSON.parse(await readFile(leaseFile(context, workspace), 'utf8')) as Leases;
  } catch {
    // Absent or torn: the labels' own expiry holds.
    return {};
  }
}

/** One writer at a time in this process; another process that writes at the same moment costs one renewal, and the next comes in time. */
let writing: Promise<void> = Promise.resolve();

export function renewLeases(ids: readonly string[], context: Context): Promise<void> {
  if (ids.length === 0) return Promise.resolve();
  writing = writing.catch(() => {}).then(() => write(ids, context));
  return writing;
}

async function write(ids: readonly string[], context: Context): Promise<void> {
  const until = context.now() + context.leaseMs;
  const leases = { ...(await readLeases(context)), ...Object.fromEntries(ids.map((id) => [id, until])) };
  const file = leaseFile(context);
  const draft = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, JSON.stringify(leases), { mode: 0o600 });
  await rename(draft, file);
}
