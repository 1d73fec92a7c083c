import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type Connection } from './connection.ts';
import { isExpired } from './faults.ts';
import { type ApiObject, type ObjectType, pathOf } from './objects.ts';

export type Change = 'added' | 'modified' | 'deleted';
export type ChangeListener = (did: Change, object: ApiObject) => void;

/** All objects of one type in the namespace, kept up to date by one list and then a watch. */
export interface Informer {
  /** As of now; rejects where the API server does not answer. */
  items(): Promise<readonly ApiObject[]>;
  /** What a write of our own has answered: the watch will say the same a moment later. */
  take(object: ApiObject): void;
  listen(listener: ChangeListener): () => void;
  close(): void;
}

/** The API server ends a watch by itself after so long, and sends a bookmark about once a minute. */
const WATCH_S = 290;
const SILENT_MS = 150_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

const DID: Readonly<Record<string, Change>> = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' };

export function createInformer(connection: Connection, type: ObjectType, selector?: string): Informer {
  const path = pathOf(type, connection.namespace);
  const query = selector ? `labelSelector=${encodeURIComponent(selector)}&` : '';
  const listeners = new Set<ChangeListener>();
  const closing = new AbortController();
  let objects = new Map<string, ApiObject>();
  let version = '';
  let alive = false;
  let syncing: Promise<void> | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let retry: NodeJS.Timeout | undefined;

  const tell = (did: Change, object: ApiObject): void => {
    for (const listener of listeners) listener(did, object);
  };

  function sync(): Promise<void> {
    clearTimeout(retry);
    syncing ??= list().finally(() => {
      syncing = undefined;
    });
    return syncing;
  }

  async function list(): Promise<void> {
    const answer = await connection.ask<{ metadata: { resourceVersion: string }; items: ApiObject[] }>(
      'GET',
      `${path}?${query}`,
      undefined,
      closing.signal,
    );
    const before = objects;
    objects = new Map(answer.items.map((o) => [o.metadata.name, { kind: type.kind, apiVersion: type.apiVersion, ...o }]));
    version = answer.metadata.resourceVersion;
    alive = true;
    pauseMs = FIRST_PAUSE_MS;
    for (const [name, object] of before) if (!objects.has(name)) tell('deleted', object);
    for (const [name, object] of objects) {
      const old = before.get(name);
      if (old?.metadata.resourceVersion !== object.metadata.resourceVersion) tell(old ? 'modified' : 'added', object);
    }
    void follow();
  }

  /** Until it is closed or must be listed anew. A watch that ends by itself goes on from where it was. */
  async function follow(): Promise<void> {
    try {
      while (!closing.signal.aborted) {
        const from = `${query}watch=true&allowWatchBookmarks=true&timeoutSeconds=${WATCH_S}&resourceVersion=${version}`;
        await read(await connection.stream(`${path}?${from}`, closing.signal));
        // One that ends watches at once must not be asked without a pause.
        await sleep(FIRST_PAUSE_MS, undefined, { signal: closing.signal, ref: false });
      }
    } catch (error) {
      if (closing.signal.aborted) return;
      alive = false;
      // 410: what happened meanwhile is no longer kept, so all is listed anew at once.
      if (isExpired(error)) pauseMs = 0;
      again();
    }
  }

  function again(): void {
    retry = setTimeout(() => void sync().catch(() => !closing.signal.aborted && again()), pauseMs);
    retry.unref();
    pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
  }

  async function read(stream: IncomingMessage): Promise<void> {
    let silent = setTimeout(() => stream.destroy(new Error('the watch fell silent')), SILENT_MS);
    silent.unref();
    // Told by `errored` when the lines end.
    stream.on('error', () => {});
    try {
      for await (const line of createInterface({ input: stream })) {
        silent = silent.refresh();
        if (line) heard(JSON.parse(line));
      }
      if (stream.errored) throw stream.errored;
    } finally {
      clearTimeout(silent);
      stream.destroy();
    }
  }

  function heard({ type: did, object }: { type: string; object: ApiObject & { code?: number; reason?: string; message?: string } }): void {
    if (did === 'ERROR') throw new ApiError(object.code ?? 500, object.reason ?? '', object.message ?? 'the watch failed');
    version = object.metadata.resourceVersion ?? version;
    const change = DID[did];
    if (!change) return;
    const { name } = object.metadata;
    if (change === 'deleted') objects.delete(name);
    else if (!put(object)) return;
    tell(change, object);
  }

  /** Not what is older than what is known already. */
  function put(object: ApiObject): boolean {
    const known = objects.get(object.metadata.name);
    if (known && known.metadata.uid === object.metadata.uid && versionOf(known) > versionOf(object)) return false;
    objects.set(object.metadata.name, { kind: type.kind, apiVersion: type.apiVersion, ...object });
    return true;
  }

  return {
    async items() {
      if (!alive) await sync();
      return [...objects.values()];
    },
    take(object) {
      if (alive) put(object);
    },
    listen(listener) {
      listeners.add(listener);
      if (!alive) void sync().catch(() => again());
      return () => void listeners.delete(listener);
    },
    close() {
      closing.abort();
      clearTimeout(retry);
      listeners.clear();
    },
  };
}

/** Versions of one type of object are numbers that grow (KEP-5504). */
const versionOf = ({ metadata }: ApiObject): bigint => {
  const version = metadata.resourceVersion ?? '0';
  return /^\d+$/.test(version) ? BigInt(version) : 0n;
};
