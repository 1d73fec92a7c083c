import type { Clock } from '../../src/show/clock.ts';
import type { DemandChart } from '../../src/show/demandChart.ts';
import { amount, numberWords } from '../../src/show/quantityWords.ts';
import { t } from '../translate.ts';

/** The step at that time in words, for whoever points at it; undefined outside. */
export function readingAt(chart: DemandChart, at: number, clock: Clock): { readonly at: number; readonly words: string } | undefined {
  const holds = (p: { readonly at: number }): boolean => at >= p.at && at < p.at + chart.stepMs;
  const coming = chart.forecast.find(holds);
  if (coming)
    return {
      at: coming.at,
      words: `${clock.moment(coming.at)}: ${t('about {0}, between {1} and {2}', said(chart, coming.value), ...bounds(chart, coming))}`,
    };
  const past = chart.history.find(holds);
  if (!past) return undefined;
  const value = past.value === undefined ? t('not measured') : said(chart, past.value);
  const mark = chart.anomalies.find(holds);
  return { at: past.at, words: `${clock.moment(past.at)}: ${value}${mark ? `. ${mark.because}` : ''}` };
}

export const said = ({ quantity, subject }: DemandChart, value: number): string => amount(value, quantity, subject.kind, t);

/** Of what can't be negative, none is told to be. */
export const bounds = (
  { quantity }: DemandChart,
  { lower, upper }: { readonly lower: number; readonly upper: number },
): [string, string] => [numberWords(quantity === 'other' ? lower : Math.max(0, lower), quantity), numberWords(upper, quantity)];
