import type Docker from 'dockerode';

/** Nothing came of an image for so long that waiting on is no use. */
export class Stalled extends Error {}

export interface PullOptions {
  readonly signal: AbortSignal;
  /** Given up when nothing has moved for so long. */
  readonly stallMs: number;
  readonly progress: (text: string) => void;
}

/** Pulls an image by the engine. Rejects at once when aborted, and with `Stalled` when nothing moves; the engine then stops pulling. */
export async function pullImage(client: Docker, image: string, { signal, stallMs, progress }: PullOptions): Promise<void> {
  const stalled = new AbortController();
  const stop = AbortSignal.any([signal, stalled.signal]);
  let timer: NodeJS.Timeout | undefined;
  const moved = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), stallMs);
  };
  moved();
  progress(`pulling ${image}`);
  try {
    // The engine answers only when the registry has told what the image is made of, so this may be where it stalls.
    const stream = await client.pull(image, { abortSignal: stop });
    await toItsEnd(client, stream, stop, (event) => {
      moved();
      progress(`pulling ${image}: ${[event.id, event.status, event.progress].filter(Boolean).join(' ')}`);
    });
  } catch (error) {
    if (!signal.aborted && stalled.signal.aborted)
      throw new Stalled(`nothing came from ${registryOf(image)} for ${Math.round(stallMs / 1000)} s`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** As Docker reads a name: what comes before the first slash is a host if it looks like one. */
export function registryOf(image: string): string {
  const [first = '', rest] = image.split(/\/(.*)/s);
  return rest !== undefined && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

interface PullEvent {
  readonly status?: string;
  readonly progress?: string;
  readonly id?: string;
  /** Why it ended early; the engine has answered long before that. */
  readonly error?: string;
}

function toItsEnd(client: Docker, stream: NodeJS.ReadableStream, stop: AbortSignal, seen: (event: PullEvent) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onStop = (): void => {
      (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
      reject(new Error('stopped'));
    };
    if (stop.aborted) return onStop();
    stop.addEventListener('abort', onStop, { once: true });
    let problem: Error | undefined;
    client.modem.followProgress(
      stream,
      (error) => {
        stop.removeEventListener('abort', onStop);
        const why = error ?? problem;
        if (why) reject(why);
        else resolve();
      },
      (event: PullEvent) => {
        if (event.error !== undefined) problem = new Error(event.error);
        seen(event);
      },
    );
  });
}
