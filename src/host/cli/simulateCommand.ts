import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type NamedText, parsed } from '../../app/rehearsals/parsed.ts';
import { A_SET, practicesWith } from '../../app/rehearsals/practicesWith.ts';
import { rehearsalText } from '../../app/rehearsals/rehearsalText.ts';
import { isScale } from '../../app/rehearsals/scale.ts';
import { failed, ok, type Result, RUNGS, type Rung } from '../../domain/index.ts';
import type { Change } from '../../simulate/advice/change.ts';
import type { Practice } from '../../simulate/practice/practice.ts';
import { rehearsal } from '../../simulate/rehearsal.ts';
import { compareResults } from '../../simulate/result/compareResults.ts';
import { type Engine, type RehearsalResult, readResult } from '../../simulate/result/result.ts';
import { lengthOfTime } from '../../simulate/scenario/lengthOfTime.ts';
import { type ReadPersona, readPersonas } from '../../simulate/scenario/readPersonas.ts';
import { scenarioOf } from '../../simulate/scenario/readScenario.ts';
import type { Scenario } from '../../simulate/scenario/scenario.ts';
import type { Invocation, Report } from './command.ts';
import { comparisonLines, resultTable } from './simulateLines.ts';

const DEFAULT_DURATION = '10m';
/** With real requests somebody waits for it. */
const DEFAULT_LIVE_DURATION = '1m';
const PRACTICES_FILE = 'practices.json';

export async function simulateCommand(invocation: Invocation): Promise<Result<Report>> {
  const { positionals, options } = invocation;
  if (options.compare) return compared(positionals);
  const [file, more] = positionals;
  if (file === undefined || more !== undefined)
    return failed('wrong-usage', 'never', 'Name one persona document. Two saved results are compared with --compare a.json b.json.');
  const settings = settingsOf(options);
  if (!settings.ok) return settings;
  const personas = await readJson(file, 'a persona document', (json) => readPersonas(json, file));
  if (!personas.ok) return personas;
  const chosen = chosenOf(personas.value, options.persona as string | undefined, file);
  if (!chosen.ok) return chosen;
  const practices = await practicesOf(file, options.practices as string | undefined);
  if (!practices.ok) return practices;
  const { durationMs, scale, seed, startAt, rung, replications, engine } = settings.value;
  const read = scenarioOf(chosen.value, { scale, seed, rung, durationMs, ...(startAt === undefined ? {} : { startAt }) });
  if (!read.ok) return read;
  const injected = injectedOf(options, read.value.scenario);
  if (!injected.ok) return injected;
  const work = {
    personas: chosen.value.map((p) => p.name),
    durationMs,
    scale,
    seed,
    injected: injected.value,
    practices: practices.value,
  };
  const result =
    engine === 'live'
      ? await (await import('./liveRehearsal.ts')).playedLive(invocation, { ...work, read: read.value })
      : await rehearsal(read.value, {
          ...work,
          ...(replications === undefined ? {} : { replications }),
          pause: () => new Promise((resolve) => setImmediate(resolve)),
          cancelled: () => invocation.signal.aborted,
          progress: (done) => invocation.terminal.progress(`rehearsing … ${Math.round(100 * done)} %`),
        });
  if (!result.ok) return result;
  for (const [name, text] of filesOf(options, result.value)) {
    const problem = await save(name, text);
    if (problem) return problem;
  }
  return ok({ json: result.value, lines: rehearsalText(result.value) });
}

interface Settings {
  readonly durationMs: number;
  readonly scale: number;
  readonly seed: number;
  readonly startAt?: number;
  readonly rung: Rung;
  readonly replications?: number;
  readonly engine: Engine;
}

function settingsOf(options: Invocation['options']): Result<Settings> {
  const engine = options.engine ?? 'model';
  if (engine !== 'model' && engine !== 'live') return failed('wrong-usage', 'never', `--engine must be model or live, not “${engine}”.`);
  if (engine === 'live' && options.replications !== undefined)
    return failed('wrong-usage', 'never', 'Real requests are played once, so --replications cannot go with --engine live.');
  const usual = engine === 'live' ? DEFAULT_LIVE_DURATION : DEFAULT_DURATION;
  const duration = lengthOfTime(String(options.duration ?? usual), '--duration');
  const scale = numberOf(options, 'scale', 1, isScale, 'a number above 0, up to 1000000');
  const seed = numberOf(options, 'seed', 1, (v) => Number.isInteger(v) && v >= 0 && v < 2 ** 31, 'a whole number from 0 to 2147483647');
  const replications = numberOf(
    options,
    'replications',
    undefined,
    (v) => Number.isInteger(v) && v >= 1 && v <= 1000,
    'a whole number from 1 to 1000',
  );
  for (const part of [duration, scale, seed, replications]) if (!part.ok) return part;
  const rung = (options.rung ?? 'ready') as Rung;
  if (!RUNGS.includes(rung)) return failed('wrong-usage', 'never', `--rung must be one of ${RUNGS.join(', ')}, not “${rung}”.`);
  const startAt =
    typeof options.start === 'string'
      ? Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(options.start) ? options.start : `${options.start}Z`)
      : undefined;
  if (startAt !== undefined && !(startAt >= 0 && startAt < 4e12))
    return failed(
      'wrong-usage',
      'never',
      `--start “${options.start}” is no time of this or a coming year. Write it like 2026-11-30T09:00.`,
    );
  return ok({
    durationMs: duration.ok ? duration.value : 0,
    scale: scale.ok ? (scale.value as number) : 1,
    seed: seed.ok ? (seed.value as number) : 1,
    rung,
    engine,
    ...(startAt === undefined ? {} : { startAt }),
    ...(replications.ok && replications.value !== undefined ? { replications: replications.value } : {}),
  });
}

function numberOf(
  options: Invocation['options'],
  name: string,
  otherwise: number | undefined,
  allowed: (value: number) => boolean,
  wanted: string,
): Result<number | undefined> {
  const text = options[name];
  if (text === undefined) return ok(otherwise);
  const value = String(text).trim() === '' ? Number.NaN : Number(text);
  return allowed(value) ? ok(value) : failed('wrong-usage', 'never', `--${name} must be ${wanted}, not “${text}”.`);
}

/** One, several separated by commas, or all. */
function chosenOf(personas: readonly ReadPersona[], wanted: string | undefined, file: string): Result<readonly ReadPersona[]> {
  const names = `${file} has ${personas.map((p) => `“${p.name}”`).join(', ')}`;
  if (wanted === undefined)
    return personas.length === 1
      ? ok(personas)
      : failed(
          'wrong-usage',
          'never',
          `Say which persona is rehearsed with --persona NAME, several with commas, or --persona all. ${names}.`,
        );
  const exact = personas.find((p) => p.name === wanted);
  if (exact) return ok([exact]);
  if (wanted === 'all') return ok(personas);
  const chosen: ReadPersona[] = [];
  for (const name of wanted.split(',').map((n) => n.trim())) {
    const found = personas.find((p) => p.name === name);
    if (!found) return failed('not-found', 'never', `There is no persona “${name}”. ${names}.`);
    if (!chosen.includes(found)) chosen.push(found);
  }
  return ok(chosen);
}

/** The shipped set, the workspace's own beside its personas, and the one that is named. */
async function practicesOf(personas: string, named: string | undefined): Promise<Result<readonly Practice[]>> {
  const own = join(dirname(personas), PRACTICES_FILE);
  const sets: NamedText[] = [];
  for (const [name, needed] of [
    ...(named === own ? [] : [[own, false] as const]),
    ...(named === undefined ? [] : [[named, true] as const]),
  ]) {
    const text = await textOf(name, A_SET);
    if (!text.ok && text.fault.code === 'not-found' && !needed) continue;
    if (!text.ok) return text;
    sets.push({ name, text: text.value });
  }
  return practicesWith(sets);
}

/** `--slow ID=200ms,…` and `--fail ID=0.05,…`. */
function injectedOf(options: Invocation['options'], scenario: Scenario): Result<readonly Change[]> {
  const changes: Change[] = [];
  for (const [name, how] of [
    ['slow', 'ID=200ms'],
    ['fail', 'ID=0.05'],
  ] as const) {
    if (options[name] === undefined) continue;
    for (const part of String(options[name]).split(',')) {
      const at = part.lastIndexOf('=');
      const [id, value] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
      if (at < 1) return failed('wrong-usage', 'never', `--${name} is written like ${how}, several with commas, not “${part}”.`);
      if (!scenario.resources.some((r) => r.id === id))
        return failed('not-found', 'never', `--${name} names “${id}”; there are ${scenario.resources.map((r) => r.id).join(', ')}.`);
      const change = name === 'slow' ? slowed(id, value) : failing(id, value);
      if (!change.ok) return change;
      changes.push(change.value);
    }
  }
  return ok(changes);
}

function slowed(of: string, value: string): Result<Change> {
  const ms = lengthOfTime(value, '--slow');
  return ms.ok ? ok({ do: 'delay', of, ms: ms.value }) : ms;
}

function failing(of: string, value: string): Result<Change> {
  const rate = value.endsWith('%') ? Number(value.slice(0, -1)) / 100 : Number(value);
  if (value !== '' && rate >= 0 && rate <= 1) return ok({ do: 'errors', of, rate });
  return failed('wrong-usage', 'never', `--fail ${of}=${value} must be a share from 0 to 1, or a percentage such as 5%.`);
}

async function compared(files: readonly string[]): Promise<Result<Report>> {
  const [a, b, more] = files;
  if (a === undefined || b === undefined || more !== undefined)
    return failed('wrong-usage', 'never', '--compare takes two saved results: prewarm simulate --compare a.json b.json');
  const results: RehearsalResult[] = [];
  for (const file of [a, b]) {
    const result = await readJson(file, 'a saved rehearsal', (json) => readResult(json, file));
    if (!result.ok) return result;
    results.push(result.value);
  }
  const differences = compareResults(results[0] as RehearsalResult, results[1] as RehearsalResult);
  return ok({ json: { a, b, differences }, lines: comparisonLines([a, b], results as [RehearsalResult, RehearsalResult], differences) });
}

async function readJson<T>(file: string, what: string, read: (json: unknown) => Result<T>): Promise<Result<T>> {
  const text = await textOf(file, what);
  const json = text.ok ? parsed({ name: file, text: text.value }, what) : text;
  return json.ok ? read(json.value) : json;
}

async function textOf(file: string, what: string): Promise<Result<string>> {
  try {
    return ok(await readFile(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return failed(code === 'ENOENT' ? 'not-found' : 'bad-file', 'never', `${file} cannot be read as ${what} (${code ?? message}).`);
  }
}

/** The result as JSON, or as a table where the name ends in .csv; the practices as a set. */
function filesOf(options: Invocation['options'], result: RehearsalResult): readonly (readonly [file: string, text: string])[] {
  const { output, 'save-practices': practices } = options;
  const text = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  return [
    ...(typeof output === 'string' ? [[output, output.toLowerCase().endsWith('.csv') ? resultTable(result) : text(result)] as const] : []),
    ...(typeof practices === 'string' ? [[practices, text(result.practiceGraph)] as const] : []),
  ];
}

async function save(file: string, text: string): Promise<Result<never> | undefined> {
  try {
    await writeFile(file, text);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return failed('storage-failed', 'never', `${file} could not be written (${code ?? message}).`);
  }
}
