import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource } from '../../domain/index.ts';
import { logOf, readDetached } from '../detached.ts';
import type { Context } from '../provider.ts';
import { progressOf } from './report.ts';

const EVERY_MS = 50;

/**
 * Waits for a run of the tool, ours or another window's, and tells of its progress. The run writes to a file instead of a
 * pipe, so that it comes to its end when the window that began it is killed: a hook that is cut off is never run again.
 */
export async function follow(resource: Resource, context: Context): Promise<'ended' | 'cancelled'> {
  const news = createTail(logOf(resource, context));
  for (;;) {
    if (context.signal.aborted) return 'cancelled';
    const alive = await readDetached(resource, context);
    for (const line of await news()) {
      const text = progressOf(line);
      if (text) context.progress(text);
    }
    if (!alive) return 'ended';
    await sleep(EVERY_MS);
  }
}

/** The whole lines that a growing file got since the last call. */
export function createTail(path: string): () => Promise<readonly string[]> {
  const decoder = new StringDecoder('utf8');
  let offset = 0;
  let rest = '';
  return async () => {
    const file = await open(path, 'r').catch(() => undefined);
    if (!file) return [];
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - offset)), 0, Math.max(0, size - offset), offset);
      offset += bytesRead;
      const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      rest = lines.pop() ?? '';
      return lines;
    } finally {
      await file.close();
    }
  };
}
