import { backtest, MODELS, POOLED_MODELS } from '../../app/backtest/backtest.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { Invocation, Report } from './command.ts';
import { openTraces } from './traces.ts';
import { warmCommand } from './warmCommand.ts';

export async function backtestCommand({ positionals, options, terminal, signal }: Invocation): Promise<Result<Report>> {
  if (typeof options.warm === 'string') return warmCommand(options.warm, { positionals, options, terminal, signal });
  if (positionals.length === 0) return failed('wrong-usage', 'never', 'Name at least one trace.');
  const population = options.population === true;
  const actorsMin = Number(options['actors-min'] ?? (population ? 2 : 20));
  if (!Number.isInteger(actorsMin) || actorsMin < 2)
    return failed('wrong-usage', 'never', `--actors-min must be a whole number from 2, not “${options['actors-min']}”.`);
  const known = Object.keys(population ? POOLED_MODELS : MODELS);
  const models = typeof options.models === 'string' ? options.models.split(',').map((m) => m.trim()) : undefined;
  const unknown = models?.find((m) => !known.includes(m));
  if (unknown !== undefined) return failed('wrong-usage', 'never', `“${unknown}” is no known model; known are ${known.join(', ')}.`);
  const traces = await openTraces(positionals);
  if (!traces.ok) return traces;
  const result = await backtest(traces.value.activities, {
    actorsMin,
    population,
    models,
    now: () => performance.now(),
    progress: terminal.progress,
  });
  const rows = Object.entries(result.models).map(
    ([name, { micro, macro }]) =>
      `${name === result.shipped ? '*' : ' '} ${name.padEnd(16)}${percent(micro.top1)}${percent(micro.top3)}${percent(micro.top5)}  ${micro.mrr.toFixed(4)}  ${micro.logLoss?.toFixed(3) ?? '    –'}${percent(macro.top1)}  ${macro.mrr.toFixed(4)}  ${macro.logLoss?.toFixed(3) ?? '    –'}`,
  );
  return ok({
    json: { ...result, rejected: traces.value.problems.count },
    lines: [
      `${result.events} predictions, ${result.actors} actors, ${(result.elapsedMs / 1000).toFixed(1)} s`,
      '  model             top-1  top-3  top-5     MRR   bits  | macro top-1, MRR, bits',
      ...rows,
      ...traces.value.problems.first.map((p) => `! ${p}`),
    ],
  });
}

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`.padStart(8);
