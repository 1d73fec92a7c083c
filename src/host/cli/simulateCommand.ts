import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FAULT_KINDS, type Fault, injectedBy } from '../../app/rehearsals/faults.ts';
import { type NamedText, parsed } from '../../app/rehearsals/parsed.ts';
import { A_SET, practicesWith } from '../../app/rehearsals/practicesWith.ts';
import { type RehearsalSetting, readSetting, type SettingTexts } from '../../app/rehearsals/rehearsalSetting.ts';
import { rehearsalText } from '../../app/rehearsals/rehearsalText.ts';
import { resultTable } from '../../app/rehearsals/resultTable.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { Practice } from '../../simulate/practice/practice.ts';
import { rehearsal } from '../../simulate/rehearsal.ts';
import { compareResults } from '../../simulate/result/compareResults.ts';
import { type Engine, type RehearsalResult, readResult } from '../../simulate/result/result.ts';
import { type ReadPersona, readPersonas } from '../../simulate/scenario/readPersonas.ts';
import { scenarioOf } from '../../simulate/scenario/readScenario.ts';
import type { Invocation, Report } from './command.ts';
import { comparisonLines } from './simulateLines.ts';

/** With real requests somebody waits for it. */
const LIVE_DURATION_MS = 60_000;
const PRACTICES_FILE = 'practices.json';

export async function simulateCommand(invocation: Invocation): Promise<Result<Report>> {
  const { positionals, options } = invocation;
  if (options.compare) return compared(positionals);
  const [file, more] = positionals;
  if (file === undefined || more !== undefined)
    return failed('wrong-usage', 'never', 'Name one persona document. Two saved results are compared with --compare a.json b.json.');
  const engine = engineOf(options);
  if (!engine.ok) return engine;
  const settings = settingOf(options, engine.value);
  if (!settings.ok) return settings;
  const faults = faultsOf(options);
  if (!faults.ok) return faults;
  const personas = await readJson(file, 'a persona document', (json) => readPersonas(json, file));
  if (!personas.ok) return personas;
  const chosen = chosenOf(personas.value, options.persona as string | undefined, file);
  if (!chosen.ok) return chosen;
  const practices = await practicesOf(file, options.practices as string | undefined);
  if (!practices.ok) return practices;
  const { durationMs, scale, seed, startAt, rung = 'ready', replications } = settings.value;
  const read = scenarioOf(chosen.value, { scale, seed, rung, durationMs, ...(startAt === undefined ? {} : { startAt }) });
  if (!read.ok) return read;
  const injected = injectedBy(faults.value, read.value.scenario, (kind) => `--${kind}`);
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
    engine.value === 'live'
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

const NAMES = {
  duration: '--duration',
  scale: '--scale',
  seed: '--seed',
  replications: '--replications',
  start: '--start',
  rung: '--rung',
} as const;

function engineOf({ engine = 'model', replications }: Invocation['options']): Result<Engine> {
  if (engine !== 'model' && engine !== 'live') return failed('wrong-usage', 'never', `--engine must be model or live, not “${engine}”.`);
  if (engine === 'live' && replications !== undefined)
    return failed('wrong-usage', 'never', 'Real requests are played once, so --replications cannot go with --engine live.');
  return ok(engine);
}

function settingOf(options: Invocation['options'], engine: Engine): Result<RehearsalSetting> {
  const given = Object.keys(NAMES).flatMap((name) => (options[name] === undefined ? [] : [[name, String(options[name])]]));
  return readSetting(Object.fromEntries(given) as SettingTexts, NAMES, engine === 'live' ? LIVE_DURATION_MS : undefined);
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
function faultsOf(options: Invocation['options']): Result<readonly Fault[]> {
  const faults: Fault[] = [];
  for (const kind of FAULT_KINDS) {
    if (options[kind] === undefined) continue;
    for (const part of String(options[kind]).split(',')) {
      const at = part.lastIndexOf('=');
      if (at < 1)
        return failed(
          'wrong-usage',
          'never',
          `--${kind} is written like ID=${kind === 'slow' ? '200ms' : '0.05'}, several with commas, not “${part}”.`,
        );
      faults.push({ do: kind, of: part.slice(0, at).trim(), value: part.slice(at + 1).trim() });
    }
  }
  return ok(faults);
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
