import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Resource } from '../../domain/index.ts';
import { stableName } from '../ownership.ts';
import type { Context } from '../provider.ts';

/**
 * What no label and no marker in the container tells. The tool writes its own markers *before* it runs a hook, so they say
 * begun and not finished; whether the hooks up to `waitFor` have finished is known only from its outcome.
 */
export interface DevcontainerRecord {
  /** The image that was built or found, and the digest of what it was built from. */
  readonly image?: { readonly name: string; readonly inputs: string };
  /** The container whose hooks have finished, and when that container had been started then. */
  readonly ready?: { readonly container: string; readonly startedAt: string };
  /** A run of the tool that was begun and whose outcome has not been taken in: a crash leaves it behind. */
  readonly making?: Making;
}

export interface Making {
  readonly what: 'image' | 'container' | 'container-without-hooks';
  readonly inputs: string;
}

export async function readRecord(resource: Resource, context: Context): Promise<DevcontainerRecord> {
  try {
    return JSON.parse(await readFile(fileOf(resource, context), 'utf8')) as DevcontainerRecord;
  } catch {
    // Absent or torn: the tool is asked again, which is cheap where nothing is left to do.
    return {};
  }
}

export async function writeRecord(record: DevcontainerRecord, resource: Resource, context: Context): Promise<void> {
  const file = fileOf(resource, context);
  await mkdir(join(context.storage, 'devcontainers'), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.draft`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${file}.draft`, file);
}

const fileOf = (resource: Resource, context: Context): string =>
  join(context.storage, 'devcontainers', `${stableName(resource, context)}.json`);
