import { english, type Translate } from './translate.ts';

/** `3 days ago`. */
export function agoOf(ms: number, t: Translate = english): string {
  const units = [
    [365 * 86_400_000, (n: number) => (n === 1 ? t('1 year ago') : t('{0} years ago', n))],
    [30 * 86_400_000, (n: number) => (n === 1 ? t('1 month ago') : t('{0} months ago', n))],
    [86_400_000, (n: number) => (n === 1 ? t('1 day ago') : t('{0} days ago', n))],
    [3_600_000, (n: number) => (n === 1 ? t('1 hour ago') : t('{0} hours ago', n))],
    [60_000, (n: number) => (n === 1 ? t('1 minute ago') : t('{0} minutes ago', n))],
  ] as const;
  const unit = units.find(([length]) => ms >= length);
  return unit ? unit[1](Math.floor(ms / unit[0])) : t('just now');
}
