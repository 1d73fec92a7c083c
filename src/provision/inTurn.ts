import { failed, type Observation, ok, type Resource, type Result, type Rung, rungIndex } from '../domain/index.ts';
import { heldAbove, type Lease, wishFor, withdrawWish } from './leases.ts';
import { describeHolder, withLock } from './lock.ts';
import { stableName } from './ownership.ts';
import type { Context, Provider } from './provider.ts';

/**
 * The same provider among others: one movement per resource at a time over all windows and commands of this user, each
 * with its owner's wish written down first, and a descent by prediction refused where another wants it warmer.
 */
export function inTurn(provider: Provider): Provider {
  return {
    ...provider,
    async reach(resource, rung, context) {
      if (context.signal.aborted) return failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
      return withLock(stableName(resource, context), context, (signal) => move(provider, resource, rung, { ...context, signal }));
    },
  };
}

async function move(provider: Provider, resource: Resource, rung: Rung, context: Context): Promise<Result<Observation>> {
  const problem = await written(() => wishFor(resource.id, rung, context));
  if (problem) return failed('storage-failed', 'later', `${resource.id}: its lease could not be written (${problem}). Free some space.`);
  const result =
    (await passed(provider, resource, rung, context)) ??
    (await refusal(provider, resource, rung, context)) ??
    (await provider.reach(resource, rung, context));
  // What could not be had is not held against others.
  if (!result.ok) await written(() => withdrawWish(resource.id, context));
  return result;
}

/** While we waited for our turn another may have climbed further than this step of ours. */
async function passed(provider: Provider, resource: Resource, rung: Rung, context: Context): Promise<Result<Observation> | undefined> {
  if (!context.climbing) return undefined;
  const [seen] = await provider.observe([resource], context);
  return seen && seen.rung !== 'unknown' && rungIndex(seen.rung) > rungIndex(rung) ? ok(seen) : undefined;
}

/** Our own wish is lowered already, or two windows would wait for each other for ever. */
async function refusal(provider: Provider, resource: Resource, rung: Rung, context: Context): Promise<Result<never> | undefined> {
  const lease = context.onBehalfOf === 'person' ? undefined : await heldAbove(resource.id, rung, context);
  if (!lease) return undefined;
  const [seen] = await provider.observe([resource], context);
  if (!seen || seen.rung === 'unknown' || rungIndex(seen.rung) <= rungIndex(rung)) return undefined;
  return failed('held-by-other', 'later', `${resource.id} is held ${seen.rung} by ${describeHolder(lease.owner)} until ${timeOf(lease)}.`);
}

const timeOf = ({ until }: Lease): string => new Date(until).toTimeString().slice(0, 5);

/** What went wrong, if anything. */
const written = (write: () => Promise<void>): Promise<string | undefined> =>
  write().then(
    () => undefined,
    (error: Error) => error.message,
  );
