import { createHash } from 'node:crypto';
import type { Resource, UnixMs } from '../domain/index.ts';
import type { Context } from './provider.ts';

/** The labels on everything that Prewarm creates (DESIGN §5.4). */
export const LABEL = {
  owner: 'dev.prewarm.owner',
  workspace: 'dev.prewarm.workspace',
  resource: 'dev.prewarm.resource',
  spec: 'dev.prewarm.spec',
  lease: 'dev.prewarm.lease',
  /** The branch or standby whose own it is. */
  variant: 'dev.prewarm.variant',
  /** Digest of what the data of a container or volume were made from. */
  snapshot: 'dev.prewarm.snapshot',
} as const;

export const OWNER = 'prewarm';

/** As a filter of the engine: all that is ours of this workspace. */
export const ours = ({ workspace }: Pick<Context, 'workspace'>): string[] => [`${LABEL.owner}=${OWNER}`, `${LABEL.workspace}=${workspace}`];

export function labelsFor(resource: Resource, context: Context): Record<string, string> {
  return {
    [LABEL.owner]: OWNER,
    [LABEL.workspace]: context.workspace,
    [LABEL.resource]: resource.id,
    [LABEL.spec]: specHash(resource),
    [LABEL.lease]: String(context.now() + context.leaseMs),
    ...(resource.variant === undefined ? {} : { [LABEL.variant]: resource.variant }),
  };
}

/** SHA-256 over canonical JSON of what the thing is made from: the same hash, the same thing, so it is adopted. */
export function specHash(resource: Resource): string {
  return createHash('sha256')
    .update(canonical({ spec: resource.spec, ports: resource.ports, environment: resource.tuning?.environment }))
    .digest('hex')
    .slice(0, 32);
}

/** A short stable name that only this resource (or this variant of it) of this workspace has; two racing windows meet at it. */
export function stableName(resource: Resource, context: Context): string {
  const hash = createHash('sha256')
    .update([context.workspace, resource.id, ...(resource.variant === undefined ? [] : [resource.variant])].join('\n'))
    .digest('hex')
    .slice(0, 12);
  return `prewarm-${resource.name.toLowerCase().replace(/[^a-z0-9_.-]+/g, '-')}-${hash}`;
}

export const leaseEnded = (lease: string | undefined, now: UnixMs): boolean => Number(lease ?? 0) <= now;

/** JSON with sorted keys (RFC 8785 for the plain values that specs hold). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`;
}
