import {
  COMPOSE_COMMANDS,
  COMPOSE_ON_SERVICE,
  INTERPRETER,
  INTERPRETER_VERBS,
  LEADING_KEYWORDS,
  OTHER_KEYWORDS,
  PORT_CLIENT,
  PREFIX_OPERANDS,
  PREFIXES,
  RUNNER_ALIASES,
  RUNNERS,
  SHELL,
  SUB_COMMANDS,
  VALUE_FLAGS,
  WRAPPERS,
} from './programs.ts';
import { type Dropped, merged, redact } from './redact.ts';
import { shellCommands, shellWords } from './shellCommands.ts';

/** One command of a shell line, normalised: what was run, not with what. */
export interface Command {
  readonly program: string;
  /** Only from the allow-list of sub-commands, or a relative script path, or a declared script or target name. */
  readonly sub?: string;
  /** `psql`, `npm test`, `docker compose up db`. */
  readonly token: string;
  /** Names of services, databases or hosts that it names, as written: `db`, `localhost:5432`. Never stored. */
  readonly names: readonly string[];
}

interface Parsed {
  readonly commands: readonly Command[];
  readonly dropped: readonly (readonly Dropped[])[];
}

const NAME = /^[A-Za-z][\w:.-]{0,39}$/;
const RELATIVE_FILE = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*\.[A-Za-z]{1,5}$/;
/** Nobody writes more of them before one command. */
const MOST_PREFIXES = 8;
const MOST_NAMES = 8;
const NO_FLAGS: ReadonlySet<string> = new Set();
const NOTHING: Parsed = { commands: [], dropped: [] };

/**
 * Total on any string: a pipeline or list gives one command each; words that are no command give none. The gate stands before the
 * words are told apart, since it knows what a flag's value is; it stands behind the split into commands, so that
 * what it takes never reaches into the next one.
 */
export function parseCommand(line: string): { readonly commands: readonly Command[]; readonly dropped: readonly Dropped[] } {
  const { commands, dropped } = parsed(line, 'outer');
  return { commands, dropped: merged(dropped) };
}

function parsed(line: string, depth: 'outer' | 'inner'): Parsed {
  const commands: Command[] = [];
  const dropped: (readonly Dropped[])[] = [];
  for (const text of shellCommands(line)) {
    const clean = redact(text);
    const { words, aside } = shellWords(clean.text);
    const own = withoutPrefixes(words);
    const script = depth === 'outer' ? scriptOf(own) : undefined;
    const inner = script === undefined ? NOTHING : parsed(script, 'inner');
    if (clean.dropped.length > 0) dropped.push(clean.dropped);
    if (inner.commands.length > 0) {
      commands.push(...inner.commands);
      dropped.push(...inner.dropped);
      continue;
    }
    const { command, left } = commandOf(own);
    if (command) commands.push(command);
    if (left + aside > 0) dropped.push([{ kind: 'argument', count: left + aside }]);
  }
  return { commands, dropped };
}

/** `bash -c "npm test"` runs what it is given. */
function scriptOf(own: readonly string[]): string | undefined {
  if (!SHELL.test(programName(own[0] ?? ''))) return undefined;
  const at = own.findIndex((w) => /^-[a-z]*c$/.test(w));
  return at < 0 ? undefined : own[at + 1];
}

/** `left`: how many words were dropped. */
function commandOf(own: readonly string[]): { readonly command?: Command; readonly left: number } {
  const first = own[0] ?? '';
  const program = programName(first);
  if (program === '' || OTHER_KEYWORDS.has(first)) return { left: own.length };
  const rest = own.slice(1);
  const kept = keptWords(program, rest);
  const names = namesOf(program, rest);
  const left = rest.length - kept.length;
  if (kept.length === 0) return { command: { program, token: program, names }, left };
  const sub = kept.join(' ');
  return { command: { program, sub, token: `${program} ${sub}`, names }, left };
}

/** What is left after assignments, the shell's keywords and the likes of `sudo -u me`, as long as a command is left. */
function withoutPrefixes(words: readonly string[]): readonly string[] {
  let own = fromCommand(words);
  for (let prefixes = 0; prefixes < MOST_PREFIXES; prefixes++) {
    const inner = afterPrefix(own);
    if (!inner) break;
    own = inner;
  }
  return own;
}

function fromCommand(words: readonly string[]): readonly string[] {
  const at = words.findIndex((w) => !isAssignment(w) && !LEADING_KEYWORDS.has(w));
  return at === 0 ? words : at < 0 ? [] : words.slice(at);
}

/** Nothing where there is no prefix, or where it is itself what is run, as in `time` alone or `sudo -v`. */
function afterPrefix(words: readonly string[]): readonly string[] | undefined {
  const prefix = programName(words[0] ?? '');
  let rest: readonly string[];
  if (Object.hasOwn(PREFIXES, prefix))
    rest = afterFlags(words.slice(1), PREFIXES[prefix] as ReadonlySet<string>).slice(PREFIX_OPERANDS[prefix] ?? 0);
  else if (Object.hasOwn(WRAPPERS, prefix) && WRAPPERS[prefix]?.has(words[1] ?? ''))
    rest = afterFlags(words.slice(2), valueFlagsOf(prefix));
  else return undefined;
  const inner = fromCommand(rest);
  return programName(inner[0] ?? '') === '' ? undefined : inner;
}

function afterFlags(words: readonly string[], valueFlags: ReadonlySet<string>): readonly string[] {
  let at = 0;
  while (words[at]?.startsWith('-')) {
    const flag = words[at++] as string;
    if (flag === '--') break;
    if (valueFlags.has(flag)) at++;
  }
  return words.slice(at);
}

function keptWords(program: string, rest: readonly string[]): readonly string[] {
  const operands = operandsOf(rest, valueFlagsOf(program));
  const first = operands[0] ?? '';
  if (program === 'docker-compose') return composeWords(operands);
  if ((program === 'docker' || program === 'podman') && first === 'compose') return ['compose', ...composeWords(operands.slice(1))];
  const file = INTERPRETER.test(program) ? fileOf(operands) : undefined;
  if (file !== undefined) return [file];
  if (RUNNERS.has(program)) return runnerWords(operands);
  if (/^python[\d.]*$/.test(program)) return moduleName(rest);
  return Object.hasOwn(SUB_COMMANDS, program) && SUB_COMMANDS[program]?.has(first) ? [first] : [];
}

function valueFlagsOf(program: string): ReadonlySet<string> {
  const name = ALIAS.test(program) ? nameOf(program) : program;
  return Object.hasOwn(VALUE_FLAGS, name) ? (VALUE_FLAGS[name] as ReadonlySet<string>) : NO_FLAGS;
}

const ALIAS = /^(?:python|pip)[\d.]|podman|^(?:z|da|k)?sh$/;
const nameOf = (program: string): string =>
  program
    .replace(/^(python|pip)[\d.]+$/, '$1')
    .replace('podman', 'docker')
    .replace(/^(?:z|da|k)?sh$/, 'bash');

/** Words that are neither flags, nor values of flags, nor assignments (`make A=b test`), nor `cargo +nightly`. */
function operandsOf(rest: readonly string[], valueFlags: ReadonlySet<string>): readonly string[] {
  const operands: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] as string;
    if (valueFlags.has(word)) at++;
    else if (word[0] !== '-' && word[0] !== '+' && !isAssignment(word)) operands.push(word);
  }
  return operands;
}

function composeWords(operands: readonly string[]): readonly string[] {
  const at = operands.findIndex((w) => COMPOSE_COMMANDS.has(w));
  if (at < 0) return [];
  const verb = operands[at] as string;
  const service = COMPOSE_ON_SERVICE.has(verb) ? operands.slice(at + 1, at + 2).filter((w) => NAME.test(w)) : [];
  return [verb, ...service];
}

function runnerWords(operands: readonly string[]): readonly string[] {
  const named = operands.filter((w) => NAME.test(w));
  const first = RUNNER_ALIASES[named[0] ?? ''] ?? named[0];
  if (first === undefined) return [];
  return first === 'run' ? [first, ...named.slice(1, 2)] : [first];
}

/** The file that is run, relative to the folder: not one of another place, and not a hidden one. */
function fileOf(operands: readonly string[]): string | undefined {
  const [first = '', second = ''] = operands;
  const word = INTERPRETER_VERBS.has(first) ? second : first;
  const path = word.replaceAll('\\', '/').replace(/^\.\//, '').replace(/::.*$/, '');
  return path.length <= 120 && RELATIVE_FILE.test(path) ? path : undefined;
}

/** `python -m pytest`: the module is what is run. */
function moduleName(rest: readonly string[]): readonly string[] {
  const at = rest.indexOf('-m');
  const name = rest[at + 1];
  return at >= 0 && name && NAME.test(name) ? ['-m', name] : [];
}

function namesOf(program: string, rest: readonly string[]): readonly string[] {
  const found = PORT_CLIENT.test(program) ? [...portOf(rest)] : [];
  for (const word of rest) {
    if (found.length === MOST_NAMES) break;
    const name = nameIn(word);
    if (name !== undefined && !found.includes(name)) found.push(name);
  }
  return found;
}

function nameIn(word: string): string | undefined {
  if (NAME.test(word)) return word.includes('.') ? undefined : word;
  if (word.includes('://')) return word.match(/^[a-z][a-z0-9+.-]{0,20}:\/\/(?:‹credentials›@)?([\w.-]+(?::\d+)?)/i)?.[1];
  return /^127\.0\.0\.1:\d{2,5}$/.test(word) ? word : undefined;
}

/** `psql -h localhost -p 5433` means the server at `localhost:5433`, unless it names another host. */
function portOf(rest: readonly string[]): readonly string[] {
  const valueAfter = (flag: RegExp): string | undefined => {
    const at = rest.findIndex((w) => flag.test(w));
    return at < 0 ? undefined : rest[at]?.match(flag)?.[1] || rest[at + 1];
  };
  const port = valueAfter(/^(?:-p|-P|--port)=?(\d{2,5})?$/);
  const host = valueAfter(/^(?:-h|--host)(?:=(.+))?$/) ?? 'localhost';
  return port && /^\d{2,5}$/.test(port) && /^(localhost|127\.0\.0\.1)$/.test(host) ? [`localhost:${port}`] : [];
}

/**
 * The program's own name: the last part of a path, without an `.exe`, and only if it looks like one. Capitals beside
 * digits are how passwords look that were typed at the wrong prompt, not programs.
 */
function programName(word: string): string {
  if (/^[a-z_-]{1,40}$/.test(word)) return word.startsWith('-') ? '' : word;
  const name = word.replace(/^.*[/\\]/, '').replace(/\.(exe|cmd|bat|ps1)$/i, '');
  const looksTyped = /[A-Z]/.test(name) && /\d/.test(name);
  return /^[A-Za-z_][\w.+-]{0,39}$/.test(name) && !looksTyped ? name : '';
}

const isAssignment = (word: string): boolean => word.includes('=') && /^[A-Za-z_]\w*\+?=/.test(word);
