import { type Dropped, merged, redact } from './redact.ts';

/** One command of a shell line, normalised: what was run, not with what. */
export interface Command {
  readonly program: string;
  /** Only from the allow-list of sub-commands, or a relative script path, or a declared script or target name. */
  readonly sub?: string;
  /** `psql`, `npm test`, `docker compose up db`. */
  readonly token: string;
  /** Names of services, databases or hosts that it names, as written: `db`, `localhost:5432`. */
  readonly names: readonly string[];
}

/** How many words after the program may be kept, and which: everything else is an argument and is dropped. */
const SUB_COMMANDS: Readonly<Record<string, RegExp>> = {
  git: /^(add|am|apply|bisect|blame|branch|checkout|cherry-pick|clean|clone|commit|diff|fetch|init|log|merge|mv|pull|push|rebase|reset|restore|revert|rm|show|stash|status|switch|tag|worktree)$/,
  docker:
    /^(build|buildx|compose|container|cp|events|exec|image|images|inspect|kill|logs|network|ps|pull|push|restart|rm|rmi|run|start|stats|stop|system|tag|top|volume)$/,
  kubectl: /^(apply|create|delete|describe|edit|exec|explain|get|logs|port-forward|rollout|run|scale|top|wait)$/,
  cargo: /^(add|bench|build|check|clean|clippy|doc|fmt|init|install|new|publish|run|test|update)$/,
  go: /^(build|clean|env|fmt|generate|get|install|mod|run|test|tool|vet|work)$/,
  helm: /^(install|lint|list|repo|rollback|template|test|uninstall|upgrade)$/,
  terraform: /^(apply|destroy|fmt|import|init|output|plan|refresh|show|state|validate)$/,
  tofu: /^(apply|destroy|fmt|import|init|output|plan|refresh|show|state|validate)$/,
  dotnet: /^(build|clean|ef|new|pack|publish|restore|run|test|watch)$/,
  mvn: /^(clean|compile|deploy|install|package|test|validate|verify)$/,
  systemctl: /^(disable|enable|reload|restart|start|status|stop)$/,
  apt: /^(install|remove|search|show|update|upgrade)$/,
  'apt-get': /^(install|remove|update|upgrade)$/,
  pip: /^(freeze|install|list|show|uninstall)$/,
  poetry: /^(add|build|install|lock|run|shell|update)$/,
  prewarm: /^(scan|import|learn|match|backtest|plan|why|up|down|status|doctor)$/,
  brew: /^(install|list|search|services|uninstall|update|upgrade)$/,
};
const COMPOSE =
  /^(build|config|create|down|exec|images|kill|logs|ls|pause|port|ps|pull|restart|rm|run|start|stop|top|unpause|up|version|watch)$/;
/** Their first word is a script or target that the project itself declares. */
const RUNNERS = new Set(['npm', 'pnpm', 'yarn', 'bun', 'make', 'just', 'task', 'rake', 'gradle', 'gradlew', 'nx', 'turbo']);
/** Their first operand is a program of the workspace: kept where it is a relative path. */
const INTERPRETERS = /^(node|deno|bun|tsx|ts-node|python[\d.]*|ruby|perl|php|bash|sh|zsh|pytest|vitest|jest|mocha|rspec)$/;
/** They stand before the command that matters. */
const PREFIXES = new Set(['sudo', 'doas', 'env', 'time', 'nohup', 'nice', 'exec', 'command', 'builtin', 'npx', 'watch', 'xargs', 'winpty']);
const NAME = /^[A-Za-z][\w:.-]{0,39}$/;
const RELATIVE_FILE = /^(?:\.\/)?[\w-]+(?:\/[\w.-]+)*\.[A-Za-z]{1,5}$/;

/** Total on any string: a pipeline or list gives one command each; words that are no command give none. */
export function parseCommand(line: string): { readonly commands: readonly Command[]; readonly dropped: readonly Dropped[] } {
  const clean = redact(line.slice(0, 4000));
  const parsed = segments(clean.text).flatMap((words) => commandOf(words) ?? []);
  const argumentCount = parsed.reduce((sum, p) => sum + p.left, 0);
  const dropped: Dropped[] = argumentCount > 0 ? [{ kind: 'argument', count: argumentCount }] : [];
  return { commands: parsed.map((p) => p.command), dropped: merged([clean.dropped, dropped]) };
}

function commandOf(words: readonly string[]): { command: Command; left: number } | undefined {
  let at = 0;
  while (at < words.length && (isAssignment(words[at] as string) || isPrefix(words, at))) at++;
  const program = programName(words[at] ?? '');
  if (!program) return undefined;
  const rest = words.slice(at + 1);
  const kept = keptWords(program, rest);
  const sub = kept.length > 0 ? kept.join(' ') : undefined;
  const token = sub === undefined ? program : `${program} ${sub}`;
  return { command: { program, token, names: namesOf(rest), ...(sub === undefined ? {} : { sub }) }, left: rest.length - kept.length };
}

/** A prefix counts only where something follows that can be a command (not `time` alone, nor `npx -v`). */
function isPrefix(words: readonly string[], at: number): boolean {
  const word = programName(words[at] ?? '');
  if (at + 1 >= words.length) return false;
  if (PREFIXES.has(word)) return true;
  return at > 0 && (words[at] ?? '').startsWith('-') && words.slice(0, at).some((w) => PREFIXES.has(programName(w)));
}

function keptWords(program: string, rest: readonly string[]): readonly string[] {
  const operands = rest.filter((w) => !w.startsWith('-'));
  const first = operands[0] ?? '';
  if (program === 'docker-compose' || (program === 'docker' && first === 'compose')) return composeWords(program, operands);
  if (RUNNERS.has(program)) return runnerWords(operands);
  if (INTERPRETERS.test(program)) return RELATIVE_FILE.test(first) ? [first.replace(/^\.\//, '')] : moduleName(rest);
  return Object.hasOwn(SUB_COMMANDS, program) && SUB_COMMANDS[program]?.test(first) ? [first] : [];
}

function composeWords(program: string, operands: readonly string[]): readonly string[] {
  const words = program === 'docker' ? operands.slice(1) : operands;
  const at = words.findIndex((w) => COMPOSE.test(w));
  if (at < 0) return program === 'docker' ? ['compose'] : [];
  const services = /^(up|start|stop|restart|run|exec|logs|rm)$/.test(words[at] as string)
    ? words.slice(at + 1, at + 2).filter((w) => NAME.test(w))
    : [];
  return [...(program === 'docker' ? ['compose'] : []), words[at] as string, ...services];
}

function runnerWords(operands: readonly string[]): readonly string[] {
  const named = operands[0] === 'run' || operands[0] === 'run-script' ? operands.slice(0, 2) : operands.slice(0, 1);
  return named.filter((w) => NAME.test(w));
}

/** `python -m pytest`: the module is what is run. */
function moduleName(rest: readonly string[]): readonly string[] {
  const at = rest.indexOf('-m');
  const name = rest[at + 1];
  return at >= 0 && name && NAME.test(name) ? ['-m', name] : [];
}

function namesOf(rest: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const word of rest) {
    const url = word.match(/^[a-z][a-z0-9+.-]*:\/\/(?:‹credentials›@)?([\w.-]+(?::\d+)?)/i);
    if (url?.[1]) found.add(url[1]);
    else if (/^(localhost|127\.0\.0\.1):\d{2,5}$/.test(word)) found.add(word);
    else if (NAME.test(word) && !word.includes('.')) found.add(word);
  }
  return [...found].slice(0, 8);
}

/** The program's own name: the last part of a path, without an .exe, and only if it looks like one. */
function programName(word: string): string {
  const name = word.replace(/^.*[/\\]/, '').replace(/\.(exe|cmd|bat|ps1)$/i, '');
  return /^[A-Za-z_][\w.+-]{0,39}$/.test(name) ? name : '';
}

const isAssignment = (word: string): boolean => /^[A-Za-z_]\w*\+?=/.test(word);

/** Splits at |, ||, &&, ;, & and new lines outside quotes; words without their quotes. POSIX shell token rules, tolerant of the unfinished. */
function segments(line: string): readonly string[][] {
  const all: string[][] = [[]];
  let word = '';
  let open = false;
  let quote = '';
  const endWord = (): void => {
    if (open) all.at(-1)?.push(word);
    word = '';
    open = false;
  };
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string;
    if (quote) {
      if (c === quote) quote = '';
      else word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      open = true;
    } else if (c === '\\' && i + 1 < line.length && line[i + 1] !== 'U') {
      word += line[++i];
      open = true;
    } else if (/\s/.test(c) && c !== '\n') endWord();
    else if (c === '#' && !open) break;
    else if (/[|&;\n]/.test(c) && !(c === '&' && line[i - 1] === '>')) {
      endWord();
      all.push([]);
    } else if (/[<>]/.test(c)) {
      endWord();
      all.at(-1)?.push('-redirect');
    } else {
      word += c;
      open = true;
    }
  }
  endWord();
  return all.filter((words) => words.length > 0);
}
