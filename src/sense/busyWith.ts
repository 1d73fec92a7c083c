import type { Activity, HumanWork, UnixMs } from '../domain/index.ts';
import { RUNNERS } from './programs.ts';

/** What is known of one kind of work: how to name it, and how long it is believed to go on when its end is never seen. */
interface Work {
  readonly what: string;
  readonly on: HumanWork['on'];
  readonly believedMs: number;
}

const MINUTE = 60_000;
const TEST: Work = { what: 'test run', on: 'processor', believedMs: 30 * MINUTE };
const BUILD: Work = { what: 'build', on: 'processor', believedMs: 30 * MINUTE };
const INSTALL: Work = { what: 'installation of packages', on: 'processor', believedMs: 15 * MINUTE };
const DEBUG: Work = { what: 'debug session', on: 'processor', believedMs: 60 * MINUTE };
const IMAGE_BUILD: Work = { what: 'build of images', on: 'engine', believedMs: 15 * MINUTE };
/** `docker compose up` may stay in the foreground all day; what matters is over within two minutes. */
const CONTAINERS: Work = { what: 'own start of containers', on: 'engine', believedMs: 2 * MINUTE };
/** A line that the terminal only guessed at is believed for so long. */
const GUESSED_MS = 2 * MINUTE;

/**
 * The work that the developer has started and that has not ended, as far as was heard: what goes before all else first (containers
 * by hand), then the latest begun. Starts and ends of one command are counted, so that two test runs at once are two; one
 * whose end is never seen (a closed terminal) is forgotten after a time that fits its kind. Activities in the order of time.
 */
export function busyWith(activities: readonly Activity[], now: UnixMs): HumanWork | undefined {
  const open = new Map<string, HumanWork[]>();
  for (const activity of activities) {
    const work = workOf(activity);
    if (!work) continue;
    const begun = open.get(activity.resource) ?? [];
    if (hasEnded(activity)) begun.pop();
    else if (now - activity.at < believedMs(work, activity)) begun.push({ what: work.what, since: activity.at, on: work.on });
    open.set(activity.resource, begun);
  }
  return [...open.values()].flat().sort(byPrecedence)[0];
}

function byPrecedence(a: HumanWork, b: HumanWork): number {
  if (a.on !== b.on) return a.on === 'engine' ? -1 : 1;
  return b.since - a.since;
}

const hasEnded = ({ kind }: Activity): boolean => kind?.endsWith('.ended') ?? false;

function believedMs(work: Work, { confidence }: Activity): number {
  return confidence === 'low' ? Math.min(GUESSED_MS, work.believedMs) : work.believedMs;
}

function workOf({ kind, resource }: Activity): Work | undefined {
  switch (kind) {
    case 'command.started':
    case 'command.ended':
      return workOfCommand(resource.slice(resource.indexOf(':') + 1));
    case 'task.started':
    case 'task.ended':
      return workOfName(resource.slice(resource.indexOf(':') + 1)) ?? BUILD;
    case 'debug.started':
    case 'debug.ended':
      return DEBUG;
    case 'test.started':
    case 'test.ended':
      return TEST;
    default:
      return undefined;
  }
}

/** By the normalised token (`npm run build`, `cargo test`, `docker compose up db`): its first words say what it is. */
function workOfCommand(token: string): Work | undefined {
  const [program = '', sub = '', third = ''] = token.split(' ');
  if (program === 'docker' || program === 'podman') return sub === 'compose' ? onContainers(third) : onContainers(sub);
  if (program === 'docker-compose' || program === 'devcontainer') return onContainers(sub);
  if (TESTERS.test(program)) return TEST;
  if (COMPILERS.test(program)) return BUILD;
  if (/^python[\d.]*$/.test(program) && sub === '-m') return TESTERS.test(third) || third === 'unittest' ? TEST : undefined;
  if (RUNNERS.has(program)) return workOfTarget(program, sub === 'run' ? third : sub);
  return Object.hasOwn(BY_SUB_COMMAND, program) ? workOfSub(BY_SUB_COMMAND[program] as SubCommands, sub) : undefined;
}

const TESTERS = /^(?:pytest|vitest|jest|mocha|rspec|playwright|cypress|phpunit|ctest|tox|nox|ava|karma|nextest|behave|robot)$/;
const COMPILERS =
  /^(?:tsc|vue-tsc|gcc|g\+\+|cc|c\+\+|clang(?:\+\+)?|rustc|javac|kotlinc|scalac|sbt|ghc|swiftc|xcodebuild|msbuild|cmake|ninja|meson|scons|bazel|bazelisk|buck2|ant|webpack|rollup|esbuild|tsup|swc|parcel|sphinx-build|latexmk)$/;

/** `make` and `gradle` alone build; `npm` alone says nothing. */
function workOfTarget(program: string, target: string): Work | undefined {
  if (target === '') return /^(?:g?make|gradlew?|rake|just|task)$/.test(program) ? BUILD : undefined;
  if (/^(?:install|ci|add|update|upgrade)$/.test(target)) return INSTALL;
  return workOfName(target);
}

/** Names that people give to scripts, targets and tasks: `test:unit`, `build-docs`, `typecheck`. */
function workOfName(name: string): Work | undefined {
  if (/(?:^|[^a-z])(?:tests?|specs?|e2e|coverage|verify)(?![a-z])/i.test(name)) return TEST;
  if (/(?:^|[^a-z])(?:build|compile|bundle|dist|package|assemble|typecheck|check|lint|tsc|all)(?![a-z])/i.test(name)) return BUILD;
  return undefined;
}

function onContainers(verb: string): Work | undefined {
  if (/^(?:build|buildx)$/.test(verb)) return IMAGE_BUILD;
  return /^(?:up|run|start|restart|create|pull)$/.test(verb) ? CONTAINERS : undefined;
}

interface SubCommands {
  readonly test?: RegExp;
  readonly build?: RegExp;
  readonly install?: RegExp;
}

const BY_SUB_COMMAND: Readonly<Record<string, SubCommands>> = {
  cargo: { test: /^(?:test|bench|nextest)$/, build: /^(?:build|check|clippy|doc|run|publish)$/, install: /^(?:install|fetch)$/ },
  go: { test: /^test$/, build: /^(?:build|vet|run|generate)$/, install: /^(?:install|get)$/ },
  dotnet: { test: /^test$/, build: /^(?:build|publish|pack|run)$/, install: /^restore$/ },
  mvn: { test: /^(?:test|verify)$/, build: /^(?:compile|package|install|deploy)$/ },
  mix: { test: /^test$/, build: /^compile$/, install: /^deps\.get$/ },
  rails: { test: /^test$/ },
  composer: { test: /^test$/, install: /^(?:install|update)$/ },
  pip: { install: /^install$/ },
  pip3: { install: /^install$/ },
  poetry: { build: /^build$/, install: /^(?:install|update|add)$/ },
  uv: { build: /^build$/, install: /^(?:sync|add)$/ },
  bundle: { install: /^(?:install|update)$/ },
};

function workOfSub({ test, build, install }: SubCommands, sub: string): Work | undefined {
  if (test?.test(sub)) return TEST;
  if (build?.test(sub)) return BUILD;
  return install?.test(sub) ? INSTALL : undefined;
}
