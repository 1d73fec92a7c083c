import { failed, ok, type Resource, type Result, type Snapshot } from '../../domain/index.ts';
import { type Engine, faultOf, ifThere } from '../containers/engine.ts';
import type { Labels } from '../containers/found.ts';
import { LABEL } from '../ownership.ts';
import type { Context, Snapshots } from '../provider.ts';
import { bake } from './bake.ts';
import { createCopies } from './copies.ts';
import { type Data, dataOf } from './data.ts';
import type { DataMount, Inputs, Migration, Template } from './design.ts';
import { sizeOf, volumesWithSizes } from './room.ts';
import { lastGood, originOf, ourVolumes, PART, removeParts, sealedAs, sealOf, snapshotName } from './volumes.ts';

export const DEFAULT_SNAPSHOT_BYTES = 10 * 2 ** 30;

/** What the declaration of a resource says of its container, by the tool that knows how to read it. */
export interface Declaration {
  readonly image: string;
  /** Cheap when nothing changed. */
  inputs(context: Context): Promise<Result<Inputs>>;
  template(context: Context): Promise<Result<Template>>;
  /** One-shots that belong to its data, in their order; of those whose image is not there nothing is told. */
  migrations?(context: Context): Promise<Result<readonly Migration[]>>;
}

/** The data that a container is to be made with: in the place of `paths`, these volumes (none: the image's own beginning). */
export interface Prepared {
  readonly paths: readonly string[];
  readonly mounts: readonly DataMount[];
  readonly key: string | undefined;
}

/** Seeded state, kept in volumes: seeded data are always served from a copy of a snapshot. `diskBytes` 0 turns it off. */
export function createSnapshots(docker: Engine, diskBytes: number) {
  const copies = createCopies(docker);

  async function look(resource: Resource, declaration: Declaration, context: Context): Promise<Result<Data | undefined>> {
    const image = await ifThere(async () => (await docker()).getImage(declaration.image).inspect());
    if (!image) return ok(undefined);
    const inputs = await declaration.inputs(context);
    if (!inputs.ok) return inputs;
    const migrations = (await declaration.migrations?.(context)) ?? ok([]);
    return migrations.ok ? dataOf(resource, inputs.value, image, migrations.value, context) : migrations;
  }

  /** Undefined: nothing of ours belongs into it. */
  async function prepare(resource: Resource, declaration: Declaration, context: Context): Promise<Result<Prepared | undefined>> {
    const looked = await look(resource, declaration, context);
    if (!looked.ok || !looked.value) return looked.ok ? ok(undefined) : looked;
    const data = looked.value;
    const afresh: Prepared = { paths: data.paths, mounts: [], key: undefined };
    const own = resource.variant === undefined ? undefined : afresh;
    if (diskBytes === 0 || data.port === undefined) return ok(own);
    const sealed = await toServe(resource, declaration, data, context);
    if (!sealed.ok) return REFUSED.has(sealed.fault.code) && sealed.fault.retry === 'never' ? ok(own) : sealed;
    const mounts = await copies.ensure(resource, data, sealed.value, context);
    return ok({ paths: data.paths, mounts, key: sealed.value.key });
  }

  /** Today's snapshot; else the last good one, which serves until today's is baked; else today's, now. */
  async function toServe(resource: Resource, declaration: Declaration, data: Data, context: Context) {
    const client = await docker();
    const there =
      (await sealedAs(client, snapshotName(resource, data.key, context))) ?? (await lastGood(client, resource, data.base, context));
    return there ? ok(there) : bakeNow(resource, declaration, data, context);
  }

  async function bakeNow(resource: Resource, declaration: Declaration, data: Data, context: Context) {
    const template = await declaration.template(context);
    return template.ok ? bake(docker, { resource, data, template: template.value, diskBytes }, context) : template;
  }

  /** Whether a container with these labels holds data of an older snapshot than the one that is there for today's declaration. */
  async function outdated(resource: Resource, labels: Labels, declaration: Declaration, context: Context): Promise<boolean> {
    const held = labels[LABEL.snapshot];
    if (held === undefined) return false;
    const looked = await look(resource, declaration, context);
    if (!looked.ok || !looked.value || looked.value.key === held) return false;
    return (await sealedAs(await docker(), snapshotName(resource, looked.value.key, context))) !== undefined;
  }

  const provided = (declarationOf: (resource: Resource) => Declaration | undefined): Snapshots => ({
    list: (resources, context) => guarded(undefined, () => list(resources, declarationOf, context)),
    async bake(resource, context) {
      const declaration = declarationOf(resource);
      if (!declaration || diskBytes === 0) return ok(undefined);
      return guarded(resource, async () => {
        const looked = await look(resource, declaration, context);
        if (!looked.ok || !looked.value || looked.value.port === undefined) return looked.ok ? ok(undefined) : looked;
        const { key } = looked.value;
        const baked = await bakeNow(resource, declaration, looked.value, context);
        if (!baked.ok) return baked;
        const { name, at } = baked.value;
        return ok({
          id: name,
          resource: originOf(resource),
          type: 'snapshot',
          key,
          current: true,
          bytes: 0,
          createdAt: at,
          inUse: false,
        } satisfies Snapshot);
      });
    },
    remove: (id, context) => guarded(undefined, () => remove(id, context)),
  });

  async function list(
    resources: readonly Resource[],
    declarationOf: (resource: Resource) => Declaration | undefined,
    context: Context,
  ): Promise<Result<readonly Snapshot[]>> {
    const today = new Map<string, string>();
    for (const resource of resources) {
      const declaration = declarationOf(resource);
      const looked = declaration && (await look(resource, declaration, context));
      if (looked?.ok && looked.value) today.set(originOf(resource), looked.value.key);
    }
    return ok(
      (await listed(context)).map((s) => ({
        ...s,
        current: [...today].some(([origin, key]) => key === s.key && s.resource.startsWith(origin)),
      })),
    );
  }

  async function listed(context: Context): Promise<readonly Snapshot[]> {
    const client = await docker();
    const [ours, used, sized] = await Promise.all([
      ourVolumes(client, context),
      client.listContainers({ all: true }),
      volumesWithSizes(client),
    ]);
    const mounted = new Set(used.flatMap((c) => c.Mounts.map((m) => m.Name)));
    const sizes = new Map(sized.map((v) => [v.Name, sizeOf(v)]));
    const names = new Set(ours.flatMap((v) => v.Labels[PART.of] ?? []));
    return [...names].flatMap((name) => {
      const parts = ours.filter((v) => v.Labels[PART.of] === name);
      const whole = parts.some((p) => p.Name === sealOf(name)) || parts.some((p) => /copy$/.test(p.Labels[PART.part] ?? ''));
      const first = parts.find((p) => p.Labels[PART.part] !== 'upper');
      if (!whole || !first) return [];
      const { Labels: labels } = first;
      const type = parts.some((p) => p.Name === sealOf(name)) ? 'snapshot' : 'copy';
      return {
        id: name,
        resource: labels[LABEL.resource] ?? '',
        type,
        key: labels[LABEL.snapshot] ?? '',
        current: false,
        bytes: parts.reduce((sum, p) => sum + (sizes.get(p.Name) ?? 0), 0),
        createdAt: Number(labels[PART.at] ?? 0),
        inUse: parts.some((p) => mounted.has(p.Name)) || ours.some((v) => v.Labels[PART.from] === name && v.Labels[PART.part] === 'copy'),
        ...(labels[LABEL.variant] === undefined ? {} : { variant: labels[LABEL.variant] }),
      } satisfies Snapshot;
    });
  }

  async function remove(id: string, context: Context): Promise<Result<void>> {
    const it = (await listed(context)).find((s) => s.id === id);
    if (!it) return failed('not-found', 'never', `There is no snapshot or copy ${id} here. \`prewarm snapshots\` lists them.`);
    if (it.inUse)
      return failed(
        'unsupported',
        'never',
        `${id} is in use: ${it.type === 'copy' ? 'a container mounts it' : 'copies share its files'}. Remove those first.`,
      );
    await removeParts(await docker(), id, context);
    return ok(undefined);
  }

  async function guarded<T>(resource: Resource | undefined, act: () => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await act();
    } catch (error) {
      return { ok: false, fault: faultOf(error, resource ?? UNNAMED) };
    }
  }

  return { prepare, outdated, provided };
}

export type SnapshotsOfContainers = ReturnType<typeof createSnapshots>;

/** Baking can't be had, which is no reason not to serve: it is seeded anew, as without us. */
const REFUSED: ReadonlySet<string> = new Set(['storage-failed', 'unsupported']);

const UNNAMED = { id: 'snapshots', declaredIn: 'the workspace' } as Resource;
