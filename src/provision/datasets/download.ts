import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, failed, ok, type Result } from '../../domain/index.ts';
import { type Step, sizeText } from './content.ts';

export interface Download {
  /** Of the dataset; begins every message. */
  readonly name: string;
  /** What messages say instead of the URL: no user, password or query. */
  readonly shown: string;
  /** Sends the request, with what it needs to be allowed; a rejected promise is a broken connection. */
  readonly request: (headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<Response>;
  /** Where it is written; what is there already is resumed, if the source still has the same. */
  readonly draft: { readonly file: string; readonly validator: string };
  /** The validator of what we have: if the source still has that, nothing is fetched. */
  readonly unlessStill?: string;
  /** Given up when nothing has come for so long. */
  readonly stallMs: number;
  /** Waited before the second try; doubled before each further one. */
  readonly pauseMs: number;
}

export type Downloaded =
  | { readonly type: 'unchanged' }
  | { readonly type: 'fetched'; readonly digest: string; readonly bytes: number; readonly stamp?: string };

const TRIES = 4;

/**
 * Fetches a file by HTTP (RFC 9110), streamed to disk. What breaks off is resumed by Range and If-Range where the source gives a
 * validator, at once and, by the draft that is kept, also after a restart. Cut, stalled or busy sources are tried again.
 */
export async function download(what: Download, step: Step): Promise<Result<Downloaded>> {
  let last: Fault | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await sleep(what.pauseMs * 2 ** (tries - 1), undefined, { signal: step.signal }).catch(() => {});
    if (step.signal.aborted) return cancelled(what);
    const result = await attempt(what, step);
    if (result.ok || result.fault.retry !== 'now') return result;
    last = result.fault;
  }
  return failed('fetch-failed', 'later', `${last?.message ?? ''} What came is kept, and the next try goes on from there.`, last?.detail);
}

/** A fault with `now` is worth another try at once. */
async function attempt(what: Download, step: Step): Promise<Result<Downloaded>> {
  const watch = stallWatch(what.stallMs, step.signal);
  try {
    const kept = await keptPart(what);
    const response = await what.request(requestHeaders(kept, what), watch.signal);
    watch.moved();
    if (response.status === 304 && what.unlessStill !== undefined) return ok({ type: 'unchanged' });
    if (response.status === 416 || (response.status === 206 && !continues(response, kept.bytes))) {
      await response.body?.cancel();
      await dropDraft(what);
      return failed('fetch-failed', 'now', `${what.name}: ${what.shown} has changed while it was fetched.`);
    }
    if (!response.ok) return await refused(response, what);
    return await receive(response, response.status === 206 ? kept.bytes : 0, what, step, watch);
  } catch (error) {
    if (step.signal.aborted) return cancelled(what);
    return broken(error, what, watch.stalled());
  } finally {
    watch.stop();
  }
}

interface Kept {
  readonly bytes: number;
  readonly validator?: string;
}

async function keptPart({ draft }: Download): Promise<Kept> {
  const validator = await readFile(draft.validator, 'utf8').catch(() => '');
  const seen = validator ? await stat(draft.file).catch(() => undefined) : undefined;
  return seen && seen.size > 0 ? { bytes: seen.size, validator } : { bytes: 0 };
}

/** Compression on the way would make lengths and ranges those of something else. */
function requestHeaders(kept: Kept, { unlessStill }: Download): Record<string, string> {
  const base = { 'accept-encoding': 'identity' };
  if (kept.validator) return { ...base, range: `bytes=${kept.bytes}-`, 'if-range': kept.validator };
  if (unlessStill === undefined) return base;
  return { ...base, ...(isTag(unlessStill) ? { 'if-none-match': unlessStill } : { 'if-modified-since': unlessStill }) };
}

const isTag = (validator: string): boolean => /^(W\/)?"/.test(validator);
/** Only a strong tag or a date may stand in If-Range. */
const resumable = (validator: string | undefined): validator is string => validator !== undefined && !validator.startsWith('W/');
const validatorOf = ({ headers }: Response): string | undefined => headers.get('etag') ?? headers.get('last-modified') ?? undefined;
const continues = ({ headers }: Response, from: number): boolean =>
  Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1] ?? -1) === from;

async function receive(response: Response, from: number, what: Download, step: Step, watch: StallWatch): Promise<Result<Downloaded>> {
  const validator = validatorOf(response);
  if (from === 0) await dropDraft(what);
  if (resumable(validator) && !isEncoded(response)) await writeFile(what.draft.validator, validator);
  const length = isEncoded(response) ? undefined : Number(response.headers.get('content-length') ?? Number.NaN);
  const total = length === undefined || Number.isNaN(length) ? undefined : from + length;
  const hash = createHash('sha256');
  if (from > 0) await hashFile(what.draft.file, hash, watch);
  let got = from;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      watch.moved();
      hash.update(chunk);
      got += chunk.length;
      step.progress(total === undefined ? `fetching ${sizeText(got)}` : `fetching ${sizeText(got)} of ${sizeText(total)}`);
      done(null, chunk);
    },
  });
  const body = response.body ? Readable.fromWeb(response.body as ReadableStream) : Readable.from([]);
  await pipeline(body, counted, createWriteStream(what.draft.file, { flags: from > 0 ? 'a' : 'w' }), { signal: watch.signal });
  if (total !== undefined && got !== total)
    return failed('fetch-failed', 'now', `${what.name}: ${what.shown} gave ${got} bytes of ${total}.`);
  await rm(what.draft.validator, { force: true });
  return ok({ type: 'fetched', digest: hash.digest('hex'), bytes: got, ...(validator ? { stamp: validator } : {}) });
}

const isEncoded = ({ headers }: Response): boolean => !/^(identity)?$/i.test(headers.get('content-encoding') ?? '');

async function hashFile(file: string, into: Hash, watch: StallWatch): Promise<void> {
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal: watch.signal })) {
    watch.moved();
    into.update(chunk as Buffer);
  }
}

async function dropDraft({ draft }: Download): Promise<void> {
  await rm(draft.validator, { force: true });
  await rm(draft.file, { force: true });
}

async function refused(response: Response, { name, shown }: Download): Promise<Result<never>> {
  await response.body?.cancel();
  const { status } = response;
  if (status === 404 || status === 410)
    return failed('not-found', 'never', `${name}: ${shown} does not exist (HTTP ${status}). Mend “from”.`);
  if (status === 401 || status === 403)
    return failed('fetch-failed', 'never', `${name}: ${shown} is not for you (HTTP ${status}). Check its credentials in your environment.`);
  if (status === 408 || status === 429 || status >= 500)
    return failed('fetch-failed', 'now', `${name}: ${shown} answers with HTTP ${status}.`);
  return failed('fetch-failed', 'never', `${name}: ${shown} answers with HTTP ${status}. Mend “from”.`);
}

function broken(error: unknown, { name, shown, stallMs }: Download, stalled: boolean): Result<never> {
  if (stalled) return failed('fetch-failed', 'now', `${name}: nothing came from ${shown} for ${Math.round(stallMs / 1000)} s.`);
  const { code, message } = rootOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return failed('storage-failed', 'later', `${name}: the disk is full (${code}). Free some space.`);
  if (code === 'EACCES' || code === 'EROFS')
    return failed('storage-failed', 'later', `${name}: the cache cannot be written (${code}). Check its permissions.`);
  return failed('fetch-failed', 'now', `${name}: the connection to ${shown} broke (${code ?? 'no reason given'}).`, message);
}

/** `fetch` wraps what happened. */
function rootOf(error: unknown): NodeJS.ErrnoException {
  const { cause } = error as Error;
  return cause instanceof Error ? rootOf(cause) : (error as NodeJS.ErrnoException);
}

const cancelled = ({ name }: Download) => failed('cancelled', 'never', `Fetching ${name} was cancelled.`);

interface StallWatch {
  readonly signal: AbortSignal;
  moved(): void;
  stalled(): boolean;
  stop(): void;
}

function stallWatch(stallMs: number, outer: AbortSignal): StallWatch {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), stallMs);
  return {
    signal: AbortSignal.any([outer, controller.signal]),
    moved: () => void timer.refresh(),
    stalled: () => controller.signal.aborted,
    stop: () => clearTimeout(timer),
  };
}
