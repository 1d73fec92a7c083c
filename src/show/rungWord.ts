import type { Rung } from '../domain/index.ts';
import type { Translate } from './translate.ts';

/** How warm it is, in the developer's language. */
export function rungWord(rung: Rung | 'unknown', t: Translate): string {
  const words: Readonly<Record<Rung | 'unknown', string>> = {
    absent: t('absent'),
    fetched: t('fetched'),
    created: t('created'),
    paused: t('paused'),
    running: t('running'),
    ready: t('ready'),
    seeded: t('seeded'),
    unknown: t('unknown'),
  };
  return words[rung];
}
