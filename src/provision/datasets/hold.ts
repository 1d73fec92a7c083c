import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Resource, type Result } from '../../domain/index.ts';
import { leaseOver } from '../leases.ts';
import { LABEL, labelsFor, stableName } from '../ownership.ts';
import type { Context, Orphan } from '../provider.ts';
import { replaceFile } from '../replaceFile.ts';

/** That Prewarm keeps a dataset loaded: a file with the labels that a container would bear. Without it, what is loaded is the developer's alone. */
type Hold = Readonly<Record<string, string>>;

const folderOf = ({ storage }: Context): string => join(storage, 'datasets');
const fileOf = (resource: Resource, context: Context): string => join(folderOf(context), `${stableName(resource, context)}.json`);

export const holdOf = (resource: Resource, context: Context): Promise<Hold | undefined> => read(fileOf(resource, context));

export const takeHold = (resource: Resource, context: Context): Promise<void> =>
  replaceFile(fileOf(resource, context), JSON.stringify(labelsFor(resource, context)));

export const letGo = (resource: Resource, context: Context): Promise<void> => rm(fileOf(resource, context), { force: true });

/** Lets go of what nobody wants any more; the data stay. */
export async function sweepHolds(context: Context): Promise<Result<readonly Orphan[]>> {
  const orphans: Orphan[] = [];
  for (const name of await readdir(folderOf(context)).catch(() => [])) {
    const file = join(folderOf(context), name);
    const labels = name.endsWith('.json') ? await read(file) : undefined;
    if (!labels || !(await leaseOver(labels, context))) continue;
    await rm(file, { force: true });
    orphans.push({ resource: labels[LABEL.resource] ?? '', workspace: context.workspace, what: 'hold on a dataset; its data stay' });
  }
  return ok(orphans);
}

async function read(file: string): Promise<Hold | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Hold;
  } catch {
    return undefined;
  }
}
