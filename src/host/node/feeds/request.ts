import { type Fault, failed } from '../../../domain/index.ts';

export interface RequestLimits {
  /** From the beginning to the last byte, ms. */
  readonly wholeMs: number;
  /** Of an answer, unpacked. */
  readonly bytes: number;
}

export const LIMITS: RequestLimits = { wholeMs: 30_000, bytes: 32 * 2 ** 20 };

export interface FeedRequest {
  /** Of the feed; begins every message. */
  readonly name: string;
  /** With http or https. Neither messages nor logs ever hold it, since its query may hold a secret: only its origin. */
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type FeedResponse =
  | { readonly ok: true; readonly status: number; readonly bytes: Uint8Array }
  /** `status` and `bytes` are there where the source answered with a refusal, which its own format may say more of. */
  | { readonly ok: false; readonly fault: Fault; readonly retryAfterMs?: number; readonly status?: number; readonly bytes?: Uint8Array };

/**
 * One request of a feed, bounded in time and size. It follows no redirection: with it, a secret would go where nobody wanted it. A
 * refusal is a fault whose code says whether to come again, and when (Retry-After; RFC 9110, 10.2.3).
 */
export async function request(
  fetchIt: Fetch,
  what: FeedRequest,
  signal: AbortSignal,
  now: () => number,
  limits = LIMITS,
): Promise<FeedResponse> {
  if (!/^https?:\/\//i.test(what.url) || !URL.canParse(what.url))
    return failed('fetch-failed', 'never', `${what.name}: its address is not one of http or https. Mend “url”.`);
  const late = AbortSignal.timeout(limits.wholeMs);
  const both = AbortSignal.any([signal, late]);
  try {
    const response = await fetchIt(what.url, {
      method: what.method ?? 'GET',
      headers: { Accept: '*/*', 'User-Agent': 'prewarm', ...what.headers },
      redirect: 'manual',
      signal: both,
      ...(what.body === undefined ? {} : { body: what.body }),
    });
    const bytes = await bytesOf(response, limits.bytes);
    if (bytes === undefined)
      return failed(
        'fetch-failed',
        'never',
        `${what.name}: ${shown(what)} gives more than ${limits.bytes / 2 ** 20} MB. Ask for less of it.`,
      );
    return response.ok ? { ok: true, status: response.status, bytes } : refused(response, bytes, what, now());
  } catch (error) {
    if (signal.aborted) return failed('cancelled', 'never', `${what.name}: asking it was cancelled.`);
    if (late.aborted) return failed('timed-out', 'later', `${what.name}: ${shown(what)} did not answer in ${limits.wholeMs / 1000} s.`);
    return failed('fetch-failed', 'later', `${what.name}: ${shown(what)} could not be reached, or broke off (${codeOf(error)}).`);
  }
}

/** Scheme, host and port. */
const shown = ({ url }: FeedRequest): string => new URL(url).origin;

/** Undefined: there are more. */
async function bytesOf(response: Response, most: number): Promise<Uint8Array | undefined> {
  if (!response.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refused(response: Response, bytes: Uint8Array, what: FeedRequest, at: number): FeedResponse {
  const { status } = response;
  const retryAfterMs = retryAfterOf(response.headers.get('retry-after'), at);
  return {
    ...failed(
      'fetch-failed',
      isPassing(status) ? 'later' : 'never',
      `${what.name}: ${shown(what)} answers with HTTP ${status}. ${adviceOf(status)}`,
    ),
    status,
    bytes,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

const isPassing = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500;

function adviceOf(status: number): string {
  if (status >= 300 && status < 400) return 'It has moved: name the new address in “url”.';
  if (status === 401 || status === 403) return 'Set the feed’s secret anew, or ask for access.';
  if (status === 404 || status === 410) return 'Mend “url”.';
  if (status === 429) return 'It is asked too often; it is left in peace for a while.';
  return isPassing(status) ? 'It is asked again later.' : 'Mend the feed.';
}

/** Seconds, or a date. */
function retryAfterOf(text: string | null, at: number): number | undefined {
  if (text === null) return undefined;
  const ms = /^\s*\d{1,9}\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - at;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

/** `fetch` wraps what happened, and its words may hold the address. */
function codeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^[A-Z_0-9]{2,40}$/.test(code)) return code;
  }
  return 'no reason given';
}
