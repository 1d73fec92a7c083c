import type { Anomaly, Quantity, UnixMs } from '../domain/index.ts';
import type { Clock } from './clock.ts';
import { whenWords } from './demandWords.ts';
import { amountEach } from './quantityWords.ts';
import { english, type Translate } from './translate.ts';

export interface NoticeShown {
  readonly subject: string;
  readonly quantity: Quantity;
  readonly stepMs: number;
  readonly anomaly: Anomaly;
  /** Name of the resource that is kept warm because of it. */
  readonly warmed?: string;
}

/** “shop/requests is out of the ordinary, today 10:00: 400 interactions per minute; usual: 12 interactions per minute.” */
export function noticeWords(
  { subject, anomaly, warmed, ...measure }: NoticeShown,
  now: UnixMs,
  clock: Clock,
  t: Translate = english,
): string {
  const each = (value: number): string => amountEach(value, { ...measure, subject: { kind: 'feed' } }, t);
  const when = whenWords(anomaly.at, measure.stepMs, now, clock, t);
  const said = t('{0} is out of the ordinary, {1}: {2}; usual: {3}.', subject, when, each(anomaly.value), each(anomaly.expected));
  return warmed === undefined ? said : `${said} ${t('{0} is kept warm for it.', warmed)}`;
}
