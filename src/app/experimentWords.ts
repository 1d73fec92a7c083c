import type { MetricName } from '../learn/experiment/metrics.ts';
import type { MetricStanding, Standing, Verdict } from '../learn/experiment/verdict.ts';

/** Why a test ended as it did: in versions, log and faults alike, English as all reasons are. */
export function endReason(test: string, { verdict, metrics, pairs }: Standing): string {
  const of = (name: MetricName): MetricStanding | undefined => metrics.find((m) => m.name === name);
  return `test ${test}: ${found(verdict, of)} over ${2 * pairs} sessions`;
}

function found(verdict: Verdict, of: (name: MetricName) => MetricStanding | undefined): string {
  switch (verdict.is) {
    case 'better':
    case 'worse':
      return `B is ${verdict.is}, ${differenceWords(of('waitedMs'))}`;
    case 'no-difference':
      return 'no difference that anybody would notice';
    case 'guardrail':
      return `B was given up, ${differenceWords(of(verdict.metric))}${verdict.because === 'spent' ? ', more than may be lost' : ''}`;
    case 'running':
    case 'undecided':
      return 'nothing was found';
  }
}

function differenceWords(metric: MetricStanding | undefined): string {
  if (!metric) return '';
  const { name, difference, interval } = metric;
  const more = difference > 0 ? 'more' : 'less';
  const [a, b] = [interval.lower, interval.upper].map((x) => Math.abs(x)).sort((x, y) => x - y) as [number, number];
  const surely = interval.lower * interval.upper > 0 ? ` (surely ${amount(name, a)} to ${amount(name, b)})` : '';
  return `${amount(name, Math.abs(difference))} ${more} a session${surely}`;
}

function amount(name: MetricName, value: number): string {
  switch (name) {
    case 'waitedMs':
      return `${(value / 1000).toFixed(1)} s waiting`;
    case 'wastedWarmMinutes':
      return `${value.toFixed(1)} min warm for nothing`;
    case 'falseWarms':
      return `${value.toFixed(2)} starts for nothing`;
  }
}
