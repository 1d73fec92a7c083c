import { backtestForecasts, type ForecastBacktest } from '../../app/backtest/forecastBacktest.ts';
import type { Forecasts } from '../../app/demand/forecasts.ts';
import { failed, ok, type Result, type Series } from '../../domain/index.ts';
import type { Foreseen } from '../../predict/demand/forecast.ts';
import { seasonsOf } from '../../predict/demand/forecast.ts';
import { seriesOf as inSteps } from '../../sense/feeds/evenSteps.ts';
import { stepOf } from '../../sense/feeds/table.ts';
import type { SeriesFile } from '../../sense/series/readSeries.ts';
import { createForecasters } from '../node/demand/forecasters.ts';
import { readSeriesFile } from '../node/readSeriesFile.ts';
import { BUNDLES } from './bundles.ts';
import type { Invocation, Report } from './command.ts';

const HOUR_MS = 3_600_000;
const DAYS_OF_WEEK = 7;
/** Steps a day, from hours to minutes: with such a season comes the week’s. */
const DAILY = [24, 48, 96, 144, 288, 1440];
const LEVEL = 0.95;

interface Asked {
  readonly horizon: number;
  readonly seasons: readonly number[] | undefined;
  readonly level: number;
  readonly timeZone: string | undefined;
}

export async function forecastCommand({ positionals, options, terminal, signal }: Invocation): Promise<Result<Report>> {
  const asked = askedOf(options);
  if (!asked.ok) return asked;
  const read = await readSeriesFile(positionals[0] as string);
  if (!read.ok) return read;
  const all = seriesOf(read.value, positionals[0] as string);
  if (!all.ok) return all;
  const begun = performance.now();
  const forecasters = createForecasters({ bundles: BUNDLES });
  const stop = (): void => void forecasters.dispose();
  signal.addEventListener('abort', stop);
  try {
    const progress = (done: number, of: number): void => terminal.progress(`${done} of ${of} series …`);
    const report =
      options['hold-out'] === true
        ? await heldOut(all.value, asked.value, forecasters, progress)
        : await foreseen(all.value, asked.value, forecasters, progress);
    if (!report.ok) return report;
    const elapsedMs = performance.now() - begun;
    const rejected = read.value.rejected.map((line) => `! ${line}`);
    return ok({
      json: { ...report.value.json, elapsedMs, rejected: read.value.rejected.length },
      lines: [...report.value.lines, ...rejected],
    });
  } catch (error) {
    if (signal.aborted) return failed('cancelled', 'now', 'Stopped.');
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await forecasters.dispose();
  }
}

function askedOf(options: Invocation['options']): Result<Asked> {
  const wrong = (what: string): Result<never> => failed('wrong-usage', 'never', what);
  const horizon = Number(options.horizon);
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > 10_000)
    return wrong(`--horizon must be a whole number of steps from 1 to 10,000, not “${options.horizon ?? ''}”.`);
  const level = options.level === undefined ? LEVEL : Number(options.level);
  if (!(level > 0 && level < 1)) return wrong(`--level must lie between 0 and 1, such as 0.95, not “${options.level}”.`);
  const seasons = typeof options.season === 'string' ? options.season.split(',').map(Number) : undefined;
  if (seasons?.some((s) => !Number.isInteger(s) || s < 2))
    return wrong(`--season must be whole numbers of steps from 2, such as 24 or 24,168, not “${options.season}”.`);
  const timeZone = typeof options['time-zone'] === 'string' ? options['time-zone'] : undefined;
  if (timeZone !== undefined && !isTimeZone(timeZone)) return wrong(`--time-zone must be a name such as Europe/Berlin, not “${timeZone}”.`);
  return ok({ horizon, level, timeZone, seasons: seasons && withWeek(seasons) });
}

function withWeek(seasons: readonly number[]): readonly number[] {
  const [only] = seasons;
  return seasons.length === 1 && only && DAILY.includes(only) ? [only, DAYS_OF_WEEK * only] : [...seasons].sort((a, b) => a - b);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Rows without times are taken to be hours, which matters only where the season is not told. */
function seriesOf(file: SeriesFile, path: string): Result<readonly Series[]> {
  if (file.shape === 'rows')
    return ok(file.rows.map(({ name, values }) => ({ id: name, quantity: 'other', startAt: 0, stepMs: HOUR_MS, values })));
  const stepMs = stepOf(file.points);
  if (stepMs === undefined) return failed('bad-file', 'never', `The times in ${path} are all the same, so they make no series.`);
  return ok([inSteps(file.points, { id: path, quantity: 'other', stepMs, combine: 'mean' })]);
}

const work = (series: Series, { horizon, level, seasons, timeZone }: Asked) => ({
  series,
  horizon,
  level,
  ...(seasons ? { seasons } : {}),
  ...(timeZone ? { timeZone } : {}),
});

async function heldOut(all: readonly Series[], asked: Asked, forecasters: Forecasts, progress: (done: number, of: number) => void) {
  const first = all[0] as Series;
  const seasons = asked.seasons ?? seasonsOf(first.stepMs, first.values.length - asked.horizon);
  const result = await backtestForecasts(all, {
    horizon: asked.horizon,
    seasons,
    level: asked.level,
    forecast: async (past) => (await forecasters.forecast(work(past, { ...asked, seasons }))).foreseen,
    progress,
  });
  return ok({ json: result as object, lines: tableOf(result, asked) });
}

function tableOf({ series, abstained, shipped, models }: ForecastBacktest, { horizon, level }: Asked): readonly string[] {
  const rows = Object.entries(models)
    .sort(([, a], [, b]) => a.owa - b.owa)
    .map(
      ([name, s]) =>
        `${name === shipped ? '*' : ' '} ${name.padEnd(38)}${s.smape.toFixed(3).padStart(8)}${s.mase.toFixed(4).padStart(9)}${s.owa.toFixed(4).padStart(9)}` +
        (s.coverage === undefined ? '' : `${(100 * s.coverage).toFixed(1).padStart(9)} %${(s.msis as number).toFixed(3).padStart(9)}`),
    );
  return [
    `${series} series, the last ${horizon} values of each foreseen from those before; interval ${100 * level} %`,
    `  method${' '.repeat(34)}sMAPE     MASE      OWA   coverage     MSIS`,
    ...rows,
    ...(abstained.length > 0 ? [`nothing is said of ${abstained.length}: ${abstained.slice(0, 10).join(', ')}`] : []),
  ];
}

async function foreseen(
  all: readonly Series[],
  asked: Asked,
  forecasters: Forecasts,
  progress: (done: number, of: number) => void,
): Promise<Result<Report>> {
  let done = 0;
  const made = await Promise.all(
    all.map(async (series) => {
      const { foreseen: result } = await forecasters.forecast(work(series, asked));
      progress(++done, all.length);
      return { name: series.id, result };
    }),
  );
  const said = made.filter((m): m is { name: string; result: Foreseen } => m.result !== undefined);
  const silent = made.filter((m) => m.result === undefined).map((m) => m.name);
  if (said.length === 0)
    return failed(
      'unsupported',
      'never',
      `Nothing can be said of ${silent.join(', ')}: the past must be twice the horizon at least (12 values), and mostly known.`,
    );
  const [only] = said;
  const json = said.map(({ name, result }) => ({ name, ...plain(result) }));
  return ok({
    json: all.length === 1 && only ? plain(only.result) : { series: json, abstained: silent },
    lines: said.flatMap(({ name, result }) => linesOf(all.length === 1 ? undefined : name, result)),
  });
}

function plain({ forecast }: Foreseen) {
  const { point, lower, upper, ...rest } = forecast;
  return { ...rest, point: [...point], lower: [...lower], upper: [...upper] };
}

function linesOf(name: string | undefined, { forecast }: Foreseen): readonly string[] {
  const { startAt, stepMs, point, lower, upper, level, model } = forecast;
  const short = (v: number): string => v.toPrecision(5).padStart(12);
  return [
    `${name ? `${name}: ` : ''}${model}`,
    ...Array.from(point, (v, h) => {
      const at = new Date(startAt + h * stepMs).toISOString().replace('.000Z', 'Z');
      return `${at}${short(v)}   ${100 * level} %:${short(lower[h] as number)} to${short(upper[h] as number)}`;
    }),
  ];
}
