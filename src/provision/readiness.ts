import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { failed, ok, type Probe, type Resource, type Result } from '../domain/index.ts';

/** How the probes of one resource reach it; each resolves to undefined when it passed, else to what was wrong. */
export interface Reach {
  /** The loopback port behind a container port. */
  readonly port: (containerPort: number) => Promise<number | undefined>;
  /** How long a connection must live to count, ms (150 where nothing is said). */
  readonly livesMs?: () => Promise<number | undefined>;
  readonly run: (command: readonly string[]) => Promise<string | undefined>;
  readonly logs: () => Promise<string>;
  readonly health: () => Promise<string | undefined>;
  /** It has ended and will never become ready; says why. */
  readonly dead: () => Promise<string | undefined>;
}

/** Often at first, since a warm start takes a fraction of a second; then seldom enough to leave the machine alone. */
const FIRST_MS = 20;
const AT_MOST_MS = 100;
const LIVES_MS = 150;

/** Tries the probe until it passes, the resource dies, the time is up or the signal aborts. */
export async function untilReady(resource: Resource, reach: Reach, signal: AbortSignal, now: () => number): Promise<Result<void>> {
  const until = now() + resource.probe.timeoutMs;
  let problem: string | undefined = 'not tried yet';
  let pauseMs = FIRST_MS;
  while (!signal.aborted) {
    problem = await attempt(resource.probe, reach);
    if (problem === undefined) return ok(undefined);
    const dead = await reach.dead();
    if (dead !== undefined) return failed('start-failed', 'later', `${resource.id} ended before it was ready: ${dead}`);
    if (now() >= until) {
      return failed(
        'not-ready',
        'later',
        `${resource.id} did not become ready in ${Math.round(resource.probe.timeoutMs / 1000)} s: ${describe(resource.probe)} ${problem}. Look at its log, or give its probe more time.`,
      );
    }
    await sleep(pauseMs);
    pauseMs = Math.min(AT_MOST_MS, pauseMs * 1.2);
  }
  return failed('cancelled', 'never', `Waiting for ${resource.id} was cancelled.`);
}

/** One try; for observing, where waiting is not wanted. */
export async function attempt(probe: Probe, reach: Reach): Promise<string | undefined> {
  switch (probe.type) {
    case 'port':
      return portProblem(await reach.port(probe.port), undefined, await reach.livesMs?.());
    case 'http':
      return httpProblem(await reach.port(probe.port), probe.path);
    case 'command':
      return reach.run(probe.command);
    case 'log':
      return (await reach.logs()).match(new RegExp(probe.pattern)) ? undefined : 'has not been logged';
    case 'health':
      return reach.health();
  }
}

export const NOT_PUBLISHED = 'is not published';

function describe(probe: Probe): string {
  switch (probe.type) {
    case 'port':
      return `port ${probe.port}`;
    case 'http':
      return `http port ${probe.port}${probe.path}`;
    case 'command':
      return `\`${probe.command.join(' ')}\``;
    case 'log':
      return `/${probe.pattern}/`;
    case 'health':
      return 'its health check';
  }
}

/**
 * Docker's proxy accepts before the server in the container does, and closes at once; a server that is up keeps the
 * connection open or speaks first. So a connection must live a moment to count; one that goes around the proxy, to where the server
 * itself listens (`direct`), need not.
 */
export async function portProblem(port: number | undefined, direct?: Address, livesMs = LIVES_MS): Promise<string | undefined> {
  if (port === undefined) return NOT_PUBLISHED;
  const accepted = direct && (await isAccepted(direct));
  if (accepted !== undefined) return accepted ? undefined : 'refuses connections (ECONNREFUSED)';
  return livingProblem(port, livesMs);
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Undefined: from here it can't be told. */
function isAccepted(address: Address): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (accepted: boolean | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(accepted);
    };
    const timer = setTimeout(() => end(undefined), LIVES_MS);
    socket.on('connect', () => end(true));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? false : undefined));
  });
}

function livingProblem(port: number, livesMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (problem: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => end(socket.connecting ? 'does not answer' : undefined), livesMs);
    socket.on('data', () => end(undefined));
    socket.on('error', (error: NodeJS.ErrnoException) => end(`refuses connections (${error.code})`));
    socket.on('close', () => end('closes connections at once'));
  });
}

function httpProblem(port: number | undefined, path: string): Promise<string | undefined> {
  if (port === undefined) return Promise.resolve(NOT_PUBLISHED);
  return new Promise((resolve) => {
    const ask = request({ port, host: '127.0.0.1', path, timeout: 1000 }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 400 ? undefined : `answers ${response.statusCode}`);
    });
    ask.on('timeout', () => ask.destroy(new Error('does not answer')));
    ask.on('error', (error) => resolve(error.message));
    ask.end();
  });
}
