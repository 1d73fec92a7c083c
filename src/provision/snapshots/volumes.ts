import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import type { Resource } from '../../domain/index.ts';
import { ifThere, tolerate } from '../containers/engine.ts';
import type { Labels } from '../containers/found.ts';
import { LABEL, OWNER } from '../ownership.ts';
import type { Context } from '../provider.ts';
import type { Data } from './data.ts';

/**
 * A snapshot is one volume per data path, and, once it is whole, a *seal*: an empty volume beside them. Labels of a volume can't
 * change, but to create one is atomic in the engine, outlives us and is seen by every window; without its seal a snapshot does
 * not exist.
 */
export const PART = {
  part: 'dev.prewarm.part',
  /** Name of the snapshot or copy that the volume is a part of. */
  of: 'dev.prewarm.of',
  /** Of a copy: the snapshot that it was made from. */
  from: 'dev.prewarm.from',
  base: 'dev.prewarm.base',
  path: 'dev.prewarm.path',
  /** Of a seal: owner and mode of each root folder, JSON. */
  roots: 'dev.prewarm.roots',
  at: 'dev.prewarm.at',
} as const;

export type Part = 'snapshot' | 'seal' | 'copy' | 'upper' | 'full-copy' | 'copy-seal';

/** Owner and permissions of the root folder of a data path. */
export interface Root {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A whole snapshot. */
export interface Sealed {
  readonly name: string;
  readonly key: string;
  readonly base: string;
  readonly roots: readonly Root[];
  readonly at: number;
}

/** What a snapshot is of: all variants of a resource share it. An id of a variant's own is the first's with a mark after it (`~standby1`). */
export function originOf({ id, spec, variant }: Resource): string {
  if (spec.type === 'compose') return `compose:${spec.project}/${spec.service}`;
  return variant === undefined ? id : id.replace(/~\w+$/, '');
}

export const snapshotName = (resource: Resource, key: string, context: Context): string =>
  named('snapshot', originOf(resource).split('/').at(-1) ?? '', [context.workspace, originOf(resource), key]);
export const copyName = (resource: Resource, key: string, context: Context): string =>
  named('copy', resource.name, [context.workspace, resource.id, resource.variant ?? '', key]);
export const volumeOf = (name: string, index: number): string => `${name}.${index}`;
export const sealOf = (name: string): string => `${name}.seal`;

function named(what: string, name: string, parts: readonly string[]): string {
  const hash = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
  return `prewarm-${what}-${name.toLowerCase().replace(/[^a-z0-9_.-]+/g, '-')}-${hash}`;
}

export function volumeLabels(resource: Resource, data: Pick<Data, 'key' | 'base'>, part: Part, name: string, context: Context): Labels {
  return {
    [LABEL.owner]: OWNER,
    [LABEL.workspace]: context.workspace,
    [LABEL.resource]: part === 'snapshot' || part === 'seal' ? originOf(resource) : resource.id,
    [LABEL.snapshot]: data.key,
    [PART.base]: data.base,
    [PART.part]: part,
    [PART.of]: name,
    [PART.at]: String(context.now()),
    ...(resource.variant === undefined ? {} : { [LABEL.variant]: resource.variant }),
  };
}

export async function ourVolumes(
  client: Docker,
  context: Context,
  more: readonly string[] = [],
): Promise<readonly Docker.VolumeInspectInfo[]> {
  const label = [`${LABEL.owner}=${OWNER}`, `${LABEL.workspace}=${context.workspace}`, ...more];
  return (await client.listVolumes({ filters: JSON.stringify({ label }) as never })).Volumes ?? [];
}

export async function sealedAs(client: Docker, name: string): Promise<Sealed | undefined> {
  const seal = await ifThere(() => client.getVolume(sealOf(name)).inspect());
  return seal && readSeal(seal);
}

export function readSeal({ Labels: labels }: Docker.VolumeInspectInfo): Sealed {
  return {
    name: labels[PART.of] ?? '',
    key: labels[LABEL.snapshot] ?? '',
    base: labels[PART.base] ?? '',
    at: Number(labels[PART.at] ?? 0),
    roots: JSON.parse(labels[PART.roots] ?? '[]') as readonly Root[],
  };
}

/** The newest whole snapshot of the same thing that starts under today's image and environment. */
export async function lastGood(client: Docker, resource: Resource, base: string, context: Context): Promise<Sealed | undefined> {
  const label = [`${LABEL.resource}=${originOf(resource)}`, `${PART.base}=${base}`, `${PART.part}=seal`];
  const seals = (await ourVolumes(client, context, label)).map(readSeal);
  return seals.sort((a, b) => b.at - a.at)[0];
}

/** Removes every volume of one snapshot or copy, its seal first, so that half of it is never taken for all of it. */
export async function removeParts(client: Docker, name: string, context: Context): Promise<void> {
  const parts = await ourVolumes(client, context, [`${PART.of}=${name}`]);
  const rank = (v: Docker.VolumeInspectInfo): number => REMOVAL_ORDER.indexOf(v.Labels[PART.part] as Part);
  for (const volume of [...parts].sort((a, b) => rank(a) - rank(b))) await tolerate(() => client.getVolume(volume.Name).remove());
}

const REMOVAL_ORDER: readonly Part[] = ['seal', 'copy-seal', 'copy', 'full-copy', 'upper', 'snapshot'];
