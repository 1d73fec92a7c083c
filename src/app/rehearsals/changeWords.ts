import { rungWord } from '../../show/rungWord.ts';
import { number } from '../../show/threeDigits.ts';
import type { Translate } from '../../show/translate.ts';
import type { Change } from '../../simulate/advice/change.ts';

/** What is different, as something to do, in the developer's language; in English the same as `changeText`. */
export function changeWords(change: Change, t: Translate): string {
  const { of } = change;
  switch (change.do) {
    case 'concurrency':
      return t('let {0} serve {1} at once', of, change.to);
    case 'cpu':
      return change.cores === 1 ? t('let {0} use 1 core', of) : t('let {0} use {1} cores', of, number(change.cores));
    case 'replicas':
      return t('run {0} replicas of {1}', change.to, of);
    case 'queue-limit':
      return t('let at most {0} wait at {1}', change.to, of);
    case 'index':
      return t('make {0} {1} times as fast (an index, a faster query)', of, number(1 / change.factor));
    case 'time':
      return change.factor < 1
        ? t('make {0} {1} times as fast', of, number(1 / change.factor))
        : t('make {0} {1} times as slow', of, number(change.factor));
    case 'delay':
      return t('delay {0} by {1} ms', of, number(change.ms));
    case 'errors':
      return t('let {0} % of the answers of {1} be errors', number(100 * change.rate), of);
    case 'stall':
      return t('let {0} hang for {1} ms in {2} % of requests', of, number(change.ms), number(100 * change.share));
    case 'rung':
      return t('keep {0} on rung {1} before it is used', of, rungWord(change.rung, t));
    case 'pool':
      return t('give the pool {0} {1} connections', of, change.to);
    case 'timeout':
      return t('give {0} up after {1} ms', of, number(change.ms));
    case 'retries':
      if (change.times === 0) return t('do not try {0} again', of);
      return change.times === 1
        ? t('try {0} again at most 1 time, after {1} ms and more', of, number(change.backoffMs))
        : t('try {0} again at most {1} times, after {2} ms and more', of, change.times, number(change.backoffMs));
    case 'cache':
      return t('answer {0} % of {1} from a cache', number(100 * change.hitRate), of);
  }
}
