import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Key } from '../../app/backtest/warm/stream.ts';
import { type WarmBacktest, warmBacktest } from '../../app/backtest/warm/warmBacktest.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import { DEFAULT_PRICES, patienceMinutes } from '../../plan/value.ts';
import { curvePlot } from '../../show/curvePlot.ts';
import type { Invocation, Report } from './command.ts';
import { openTraces } from './traces.ts';

/** A database of a laptop, for the break-even patience. */
const MEMORY_BYTES = 2 ** 28;

/** `prewarm backtest --warm` (DESIGN §5.3). */
export async function warmCommand(file: string, { options, terminal }: Invocation): Promise<Result<Report>> {
  const key = options.key ?? 'actor-resource';
  if (key !== 'resource' && key !== 'actor-resource')
    return failed('wrong-usage', 'never', `--key must be resource or actor-resource, not “${key}”.`);
  const coldStartMs = Number(options['cold-start-ms'] ?? 5000);
  if (!(coldStartMs > 0)) return failed('wrong-usage', 'never', `--cold-start-ms must be above 0, not “${options['cold-start-ms']}”.`);
  const uses = await openTraces([file]);
  if (!uses.ok) return uses;
  const context = typeof options.context === 'string' ? await openTraces([options.context]) : undefined;
  if (context && !context.ok) return context;
  const result = await warmBacktest(uses.value.activities, context?.value.activities, {
    key: key as Key,
    coldStartMs,
    patienceMinutes: patienceMinutes({ coldMs: coldStartMs, memoryBytes: MEMORY_BYTES }, DEFAULT_PRICES),
    now: () => performance.now(),
    progress: terminal.progress,
  });
  if (typeof options.plot === 'string') {
    const problem = await writeFile(options.plot, plotOf(file, result)).catch((error: NodeJS.ErrnoException) => error);
    if (problem) return failed('storage-failed', 'never', `${options.plot} could not be written (${problem.code}).`);
  }
  const problems = [...uses.value.problems.first, ...(context?.value.problems.first ?? [])];
  return ok({
    json: { ...result, rejected: uses.value.problems.count + (context?.value.problems.count ?? 0) },
    lines: [...table(result), ...problems.map((p) => `! ${p}`)],
  });
}

function table({ policies, curve, keys, elapsedMs, shipped }: WarmBacktest): readonly string[] {
  const rows = Object.entries(policies).map(([name, f]) => {
    const beside = name === shipped ? undefined : curve.findLast((p) => p.idleWarmMinutes <= f.idleWarmMinutes);
    const fewer = beside && f.coldStarts > beside.coldStarts ? `${percent(1 - beside.coldStarts / f.coldStarts)} fewer` : '';
    return `${name === shipped ? '*' : ' '} ${name.padEnd(14)}${String(f.coldStarts).padStart(8)}${percent(f.coldStartRate)}${percent(f.coldStartRateP75)}${Math.round(f.idleWarmMinutes).toLocaleString('en').padStart(14)}${fewer.padStart(18)}`;
  });
  return [
    `${policies[shipped]?.uses ?? 0} uses of ${keys} keys, ${(elapsedMs / 1000).toFixed(1)} s`,
    `  policy            cold    rate  P75 keys   idle minutes   ${shipped} at most as idle`,
    ...rows,
  ];
}

function plotOf(file: string, { policies, curve, shipped }: WarmBacktest): string {
  return curvePlot({
    title: `Cold starts against idle-warm time: ${basename(file).replace(/\..*$/, '')}`,
    curve: { name: shipped, points: curve },
    floor: { name: 'oracle (no idle time at all)', coldStartRate: policies.oracle?.coldStartRate ?? 0 },
    marks: Object.entries(policies)
      .filter(([name]) => name !== shipped && name !== 'oracle')
      .map(([name, figures]) => ({ name, ...figures })),
  });
}

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`.padStart(8);
