import type { FeedAnswer } from '../../../app/feeds/feed.ts';
import type { Fault } from '../../../domain/index.ts';
import { jsonOf } from './content.ts';
import type { FeedResponse } from './request.ts';

type Refused = Extract<FeedAnswer, { ok: false }>;

/** A refusal as a feed's answer. `refusalIn` finds what the source says of it in a format of its own; whether it passes, HTTP says. */
export function refusalOf(
  { fault, retryAfterMs, bytes }: Extract<FeedResponse, { ok: false }>,
  name: string,
  refusalIn: (feed: string, json: unknown) => Fault | undefined = () => undefined,
): Refused {
  const json = bytes === undefined ? undefined : jsonOf(bytes, name);
  const said = json?.ok ? refusalIn(name, json.value) : undefined;
  return {
    ok: false,
    fault: said ? { ...said, retry: fault.retry } : fault,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
