import type { Translate } from '../../show/translate.ts';
import { LAWS, type Law, type Threshold } from '../../simulate/practice/practice.ts';

/** Why load is not carried well, in the developer's language. */
export function lawWord(law: Law, t: Translate): string {
  const words: Readonly<Record<Law, string>> = {
    saturation: t('saturation'),
    'slow service': t('slow service'),
    queueing: t('queueing'),
    'cold start': t('cold start'),
    'cold cache': t('cold cache'),
    'error amplification': t('error amplification'),
    'retry storm': t('retry storm'),
    'time-out': t('time-out'),
  };
  return words[law];
}

export const lawOf = (law: Law, of: string, t: Translate): string => t('{0} of {1}', lawWord(law, t), of);

/** `saturation of compose:shop/db`, as causes name what they explain. */
export function explainedWords(what: string, t: Translate): string {
  const law = LAWS.find((l) => what.startsWith(`${l} of `));
  return law ? lawOf(law, what.slice(`${law} of `.length), t) : what;
}

/** What a practice sets a limit to. */
export function figureWord(figure: string, t: Translate): string {
  const words: Readonly<Record<Threshold['figure'], string>> = {
    utilization: t('share of time in use'),
    queue: t('number waiting'),
    wait_ms: t('wait in ms'),
    wait_share: t('wait as a share of the time of a visit'),
    own_ms: t('own work in ms'),
    own_error_rate: t('share of errors of its own'),
    turned_away_rate: t('share turned away'),
    cold_share: t('share of time spent waiting for its start'),
    latency_over_target: t('latency over its target'),
    replicas: t('replicas'),
    queue_limit: t('limit of the queue'),
    attempts: t('attempts for each call'),
    error_rate: t('share of errors'),
    timeout_rate: t('share of time-outs'),
    hit_rate: t('share answered by the cache'),
    pool_utilization: t('share of the pool in use'),
    pool_wait_share: t('wait for the pool as a share of the call'),
    tail: t('slowest hundredth over the median'),
    timeout_ms: t('time-out in ms'),
    timeout_over_p99: t('time-out over the slowest hundredth'),
    retries: t('retries'),
  };
  return Object.hasOwn(words, figure) ? words[figure as Threshold['figure']] : figure;
}
