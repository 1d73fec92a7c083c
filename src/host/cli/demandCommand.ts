import { type Ahead, type DemandLine, type DemandReport, failed, ok, type Result } from '../../domain/index.ts';
import type { Invocation, Report } from './command.ts';
import { withApp } from './liveCommands.ts';

const AHEAD: readonly Ahead[] = ['hour', 'day', 'week'];

/** `prewarm demand`: how often each persona and resource is needed in the time ahead. */
export async function demandCommand(invocation: Invocation): Promise<Result<Report>> {
  const ahead = AHEAD.find((a) => a === (invocation.positionals[0] ?? 'day'));
  if (!ahead) return failed('wrong-usage', 'never', `Look ahead by ${AHEAD.join(', ')}, not “${invocation.positionals[0]}”.`);
  return withApp(invocation, async (app) => {
    const report = await app.demand.foresee(ahead, invocation.signal);
    return report.ok ? ok({ json: plain(report.value), lines: linesOf(report.value) }) : report;
  });
}

/** Numbers as JSON has them; a gap is null. */
function plain({ lines, ...rest }: DemandReport): object {
  const list = (values: Float64Array): readonly (number | null)[] => Array.from(values, (v) => (Number.isNaN(v) ? null : v));
  return {
    ...rest,
    lines: lines.map(({ history, forecast, ...line }) => ({
      ...line,
      history: { ...history, values: list(history.values) },
      forecast: { ...forecast, point: list(forecast.point), lower: list(forecast.lower), upper: list(forecast.upper) },
    })),
  };
}

function linesOf({ ahead, lines, silent }: DemandReport): readonly string[] {
  if (lines.length === 0)
    return [`Nothing can be said of the coming ${ahead} yet.`, ...silent.map((s) => `  ${s.subject.name}: ${s.because}`)];
  return [
    `In the coming ${ahead}:`,
    ...lines.map(told),
    ...(silent.length > 0 ? ['', 'Nothing is said of:', ...silent.map((s) => `  ${s.subject.name}: ${s.because}`)] : []),
  ];
}

function told({ subject, forecast, anomalies }: DemandLine): string {
  const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  const peak = forecast.point.reduce((best, v, h) => (v > (forecast.point[best] as number) ? h : best), 0);
  const all = sum(forecast.point);
  const at = new Date(forecast.startAt + peak * forecast.stepMs).toLocaleString();
  const when = all < 0.05 ? 'not expected' : `${all.toFixed(1)} times, most at ${at}`;
  const strange = anomalies.length > 0 ? `; ${anomalies.length} times not as expected lately` : '';
  return `  ${subject.kind.padEnd(9)}${subject.name.padEnd(28)} ${when} (${forecast.model})${strange}`;
}
