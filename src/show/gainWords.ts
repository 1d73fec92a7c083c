import type { Translate } from './translate.ts';

export const hitsWords = (n: number, t: Translate): string => (n === 1 ? t('1 hit') : t('{0} hits', n));
export const missesWords = (n: number, t: Translate): string => (n === 1 ? t('1 miss') : t('{0} misses', n));
