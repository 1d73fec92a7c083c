import { rm } from 'node:fs/promises';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { DatasetCache, Known } from './cache.ts';
import type { Content, Step } from './content.ts';
import { type Download, download } from './download.ts';

export interface Remote {
  /** Of the dataset, for messages. */
  readonly name: string;
  /** The key of the source in the cache: its declaration, without what was filled in. */
  readonly source: string;
  /** The last piece of its address; its ending tells the format. */
  readonly file: string;
  readonly shown: string;
  readonly request: Download['request'];
  /** The digest that it must have. */
  readonly sha256?: string | undefined;
  readonly known?: Known | undefined;
}

export interface Patience {
  readonly stallMs: number;
  readonly pauseMs: number;
}

/** A file that is fetched over the network into the cache, unless its content is there. Where the source is gone for a while, its last content serves. */
export async function fetchRemote(remote: Remote, cache: DatasetCache, patience: Patience, step: Step): Promise<Result<Known>> {
  const { name, sha256, known } = remote;
  const there = sha256 === undefined ? undefined : await cache.find(sha256, remote.file);
  if (there) return ok({ content: there });
  const draft = await cache.draft(`${remote.source}\n${sha256 ?? ''}`);
  const still = sha256 === undefined && known?.stamp ? { unlessStill: known.stamp } : {};
  const fetched = await download({ name, shown: remote.shown, request: remote.request, draft, ...still, ...patience }, step);
  if (!fetched.ok)
    return known && sha256 === undefined && fetched.fault.retry === 'later' ? lastGood(known, fetched.fault.message, step) : fetched;
  if (fetched.value.type === 'unchanged') return ok(known as Known);
  const { digest, stamp } = fetched.value;
  if (sha256 !== undefined && digest !== sha256) {
    await rm(draft.file, { force: true });
    return failed(
      'fetch-failed',
      'never',
      `${name}: ${remote.shown} has the digest sha256:${digest}, and sha256:${sha256} is declared. If the new content is right, declare its digest.`,
    );
  }
  const content: Content = await cache.adopt(draft.file, digest, remote.file);
  return ok(stamp === undefined ? { content } : { content, stamp });
}

function lastGood(known: Known, why: string, { progress }: Step): Result<Known> {
  progress(`going on with what was fetched before (${why})`);
  return ok(known);
}
