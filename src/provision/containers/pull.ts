import type Docker from 'dockerode';
import { failed, ok, type Resource, type Result } from '../../domain/index.ts';
import type { Context } from '../provider.ts';
import { pullImage, Stalled } from '../pull.ts';
import { cancelled, imageFault, isUnreachable, unreachable } from './engine.ts';

/** Gets an image from its registry, with progress; cancellable at any layer, and given up when nothing came for `stallMs`. */
export async function pull(
  docker: () => Promise<Docker>,
  image: string,
  resource: Resource,
  context: Context & { readonly stallMs: number },
): Promise<Result<void>> {
  try {
    await pullImage(await docker(), image, context);
    return ok(undefined);
  } catch (error) {
    if (context.signal.aborted) return cancelled(resource);
    if (error instanceof Stalled)
      return failed(
        'pull-failed',
        'later',
        `${resource.id}: pulling ${image} was given up, since ${error.message}. Check the network or that registry.`,
      );
    if (isUnreachable(error)) return { ok: false, fault: unreachable(error) };
    return imageFault(image, resource, error);
  }
}
