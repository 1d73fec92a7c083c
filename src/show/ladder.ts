import { rungIndex, type StepCost } from '../domain/index.ts';
import { rungWord } from './rungWord.ts';
import { english, type Translate } from './translate.ts';

/** `created → running 0.8 s (0.7–1.1, 12 times)`: the median and its spread, p10 to p90. */
export function stepText({ from, to, medianMs, p10Ms, p90Ms, times }: StepCost, t: Translate = english): string {
  const unit = p90Ms < 1000 ? 'ms' : 's';
  const amount = (ms: number): string => (unit === 'ms' ? String(Math.round(ms)) : (ms / 1000).toFixed(1));
  const spread = times === 1 ? t('once') : t('{0}–{1}, {2} times', amount(p10Ms), amount(p90Ms), times);
  return `${rungWord(from, t)} → ${rungWord(to, t)} ${amount(medianMs)} ${unit} (${spread})`;
}

/** The way up in one line; empty where nothing was measured. */
export function ladderText(ladder: readonly StepCost[], t: Translate = english): string {
  return ladder
    .filter(({ from, to }) => rungIndex(to) > rungIndex(from))
    .map((step) => stepText(step, t))
    .join(' · ');
}
