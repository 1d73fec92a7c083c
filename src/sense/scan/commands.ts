import type { Resource, ResourceId } from '../../domain/index.ts';
import { ENGINES, type Engine, engineOf } from './engines.ts';
import { isMakefile, isPackage, namedScripts, type Script } from './scripts.ts';
import { isCode, isTest, type SourceFile, sourceUse } from './sourceUse.ts';

/** A command, by program and what may follow, and the resources that it uses. */
export interface CommandUse {
  readonly match: { readonly program: string; readonly sub?: string };
  readonly resources: readonly ResourceId[];
}

/** Whether the scan reads this file to learn what commands use. */
export const commandFiles = (path: string): boolean => isCode(path) || isPackage(path) || isMakefile(path);

/** Which resources a command uses: by client programs, scripts and targets of the project, and what the source files import. */
export function commandUses(files: readonly SourceFile[], resources: readonly Resource[]): readonly CommandUse[] {
  const served = ENGINES.map((engine): Served => ({ engine, ids: theOnly(resources.filter((r) => engineFor(r) === engine)) }));
  const present = served.filter((s) => s.ids.length > 0);
  const use = sourceUse(files, (text) => present.filter((s) => s.engine.code.test(text)).flatMap((s) => s.ids));
  const project: Project = { present, use };
  const all = [...clientPrograms(present), ...sourceScripts(use), ...testCommands(use), ...declared(files, project)];
  return all.filter((command) => command.resources.length > 0);
}

interface Served {
  readonly engine: Engine;
  readonly ids: readonly ResourceId[];
}

interface Project {
  readonly present: readonly Served[];
  readonly use: ReadonlyMap<string, readonly ResourceId[]>;
}

function engineFor({ spec, name, kind }: Resource): Engine | undefined {
  if (kind === 'job' || kind === 'admin' || (spec.type !== 'compose' && spec.type !== 'docker')) return undefined;
  return engineOf(spec.image, name);
}

/** Two databases of one engine: which one is meant cannot be told, so none is claimed, except where one is not behind a profile. */
function theOnly(candidates: readonly Resource[]): readonly ResourceId[] {
  const plain = candidates.filter((r) => r.spec.type !== 'compose' || r.spec.profiles.length === 0);
  const [one, another] = plain.length > 0 ? plain : candidates;
  return one && !another ? [one.id] : [];
}

function clientPrograms(present: readonly Served[]): readonly CommandUse[] {
  return present.flatMap(({ engine, ids }) => engine.programs.map((program): CommandUse => ({ match: { program }, resources: ids })));
}

/** `node api/report.mjs`, from the workspace's top. */
function sourceScripts(use: Project['use']): readonly CommandUse[] {
  return [...use].flatMap(([path, resources]) =>
    interpretersOf(path).map((program): CommandUse => ({ match: { program, sub: path }, resources })),
  );
}

function interpretersOf(path: string): readonly string[] {
  if (path.endsWith('.py')) return ['python', 'python3'];
  if (path.endsWith('.rb')) return ['ruby'];
  return /\.[mc]?[jt]sx?$/.test(path) ? ['node', 'tsx', 'ts-node', 'bun', 'deno'] : [];
}

/** Runners that find the tests by themselves, by the language of what they run. */
const TEST_COMMANDS: readonly { readonly code: RegExp; readonly commands: readonly (readonly [string, string?])[] }[] = [
  { code: /\.[mc]?[jt]sx?$/, commands: [['vitest'], ['jest'], ['mocha']] },
  {
    code: /\.py$/,
    commands: [['pytest'], ['python', '-m pytest'], ['python3', '-m pytest'], ['python', 'manage.py'], ['python3', 'manage.py']],
  },
  {
    code: /\.go$/,
    commands: [
      ['go', 'test'],
      ['go', 'run'],
    ],
  },
  { code: /\.rb$/, commands: [['rspec'], ['rails'], ['rake']] },
  {
    code: /\.rs$/,
    commands: [
      ['cargo', 'test'],
      ['cargo', 'run'],
    ],
  },
  {
    code: /\.(java|kt)$/,
    commands: [
      ['mvn', 'test'],
      ['mvn', 'verify'],
      ['gradle', 'test'],
      ['gradlew', 'test'],
    ],
  },
  {
    code: /\.cs$/,
    commands: [
      ['dotnet', 'test'],
      ['dotnet', 'run'],
    ],
  },
  { code: /\.exs?$/, commands: [['mix']] },
];

/** JavaScript's and Python's imports are followed to the tests; elsewhere tests sit in the package that they test. */
function testCommands(use: Project['use']): readonly CommandUse[] {
  return TEST_COMMANDS.flatMap(({ code, commands }) => {
    const resources = testsUse([...use].filter(([path]) => code.test(path)));
    return commands.map(([program, sub]): CommandUse => ({ match: sub === undefined ? { program } : { program, sub }, resources }));
  });
}

function testsUse(files: readonly (readonly [string, readonly ResourceId[]])[]): readonly ResourceId[] {
  const followed = files.filter(([path]) => isTest(path) && /\.([mc]?[jt]sx?|py)$/.test(path));
  return unique((followed.length > 0 ? followed : files).flatMap(([, ids]) => ids));
}

/** Where several packages declare a name, only what all of them use is claimed: in which one it runs is not told. */
function declared(files: readonly SourceFile[], project: Project): readonly CommandUse[] {
  const byKey = new Map<string, readonly Script[]>();
  for (const script of namedScripts(files)) byKey.set(script.key, [...(byKey.get(script.key) ?? []), script]);
  return [...byKey.values()].flatMap((same) => {
    const top = same.filter((s) => s.folder === '');
    const [first = [], ...others] = (top.length > 0 ? top : same).map((s) => usedBy(s, project));
    const resources = first.filter((id) => others.every((ids) => ids.includes(id)));
    return (same[0]?.matches ?? []).map((match): CommandUse => ({ match, resources }));
  });
}

/** The client programs in a script's text, the files that it runs, and the tests that it lets a runner find. */
function usedBy({ text, folder }: Script, { present, use }: Project): readonly ResourceId[] {
  // A syntax check runs nothing.
  const run = text.replace(/\bnode\s+--check\s+\S+/g, '');
  const top = folder === '' ? '' : `${folder}/`;
  const below = [...use].filter(([path]) => path.startsWith(top)).map(([path, ids]) => [path.slice(top.length), ids] as const);
  const programs = new Set(run.split(/[\s;&|(@]+/));
  const words = run.split(/[\s'"=]+/).map((word) => word.replace(/^\.\//, ''));
  return unique([
    ...present.filter(({ engine }) => engine.programs.some((p) => programs.has(p))).flatMap((s) => s.ids),
    ...below.filter(([path]) => words.some((word) => runs(word, path))).flatMap(([, ids]) => ids),
    ...(/\b(test|vitest|jest|mocha|pytest|rspec)\b/.test(run) ? testsUse(below) : []),
  ]);
}

/** A script names a file, with or without its ending, or the folder of the tests that it runs. */
function runs(word: string, path: string): boolean {
  if (word === path || (word !== '' && path.startsWith(`${word}.`))) return true;
  return isTest(path) && /\w/.test(word) && path.startsWith(`${word.replace(/\/?(\*.*)?$/, '')}/`);
}

const unique = <T>(all: readonly T[]): readonly T[] => [...new Set(all)];
