import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../freePort.ts';
import { answers } from '../gateway/listen.ts';
import { spawned } from '../spawned.ts';
import type { Environment } from './choose.ts';
import type { SshEndpoint } from './endpoint.ts';
import { LinkError, sshProblem } from './linkError.ts';
import { duplexOf, type Ends } from './pipes.ts';

/** Never a question at a terminal that is not there, nothing of the developer's configuration that opens ports or runs something else. */
const QUIETLY = [
  'BatchMode=yes',
  'ConnectTimeout=10',
  'ServerAliveInterval=15',
  'ServerAliveCountMax=3',
  'RemoteCommand=none',
  'ForwardAgent=no',
];
const CONNECTED_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 20;
const PORT_TRIES = 5;
const ANSWERS_WITHIN_MS = 5000;

export interface Ssh {
  /** A new connection to the engine there. */
  connect(): Duplex;
  /** The loopback port here behind which `host:port` as that machine sees it is served. The same one when asked again. */
  forward(host: string, port: number): Promise<number>;
  close(): void;
}

export interface SshOptions {
  readonly environment: Environment;
  /** Whether connections share one login (OpenSSH's ControlMaster, which Windows lacks). */
  readonly shared?: boolean;
}

/**
 * The engine of another machine by the user's own `ssh`, with its keys, agent, known hosts and configuration. One login serves all: the first
 * program is the master, which ends with us, since its input is a pipe of ours. Through it the engine's socket is forwarded, so that a
 * connection is a channel and no program; where that is not allowed there, each is `docker system dial-stdio`, as the docker command does.
 */
export function createSsh(to: SshEndpoint, { environment, shared = process.platform !== 'win32' }: SshOptions): Ssh {
  const docker = ['docker', ...(to.socket ? ['--host', `unix://${to.socket}`] : [])];
  const dialStdio = [...docker, 'system', 'dial-stdio'];
  const where = [...(to.user ? ['-l', to.user] : []), ...(to.port ? ['-p', String(to.port)] : []), '--', to.host];
  const quietly = [...QUIETLY, 'ClearAllForwardings=yes'].flatMap((option) => ['-o', option]);
  const ports = new Map<string, number>();
  const forwards = new Map<string, Promise<number>>();
  const programs = new Set<ChildProcessWithoutNullStreams>();
  let master: Promise<string> | undefined;
  let door: Promise<string | undefined> | undefined;

  function start(args: readonly string[]): Program {
    const child = spawn('ssh', args, { env: { ...environment, SSH_ASKPASS_REQUIRE: 'never' }, stdio: 'pipe', windowsHide: true });
    programs.add(child);
    child.unref();
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said = `${said}${text}`.slice(-4000);
    });
    for (const stream of [child.stdout, child.stderr, child.stdin]) (stream as unknown as { unref?(): void }).unref?.();
    const ended = new Promise<LinkError>((resolve) => {
      const end = (error: LinkError): void => {
        programs.delete(child);
        resolve(error);
      };
      child.once('error', () =>
        end(new LinkError('There is no program `ssh`, by which Docker is to be reached. Install OpenSSH’s client.')),
      );
      // By then all that it said has been read.
      child.once('close', () => end(sshProblem(said, to.host)));
    });
    return { child, ended };
  }

  /** The socket of the master, which is logged in. */
  function loggedIn(): Promise<string> {
    if (master) return master;
    const mine = logIn(() => master === mine && forget());
    master = mine;
    return mine;
  }

  function forget(): void {
    master = undefined;
    door = undefined;
    forwards.clear();
  }

  async function logIn(onEnd: () => void): Promise<string> {
    // Names of sockets are at most a hundred letters long, and ssh adds some.
    const folder = mkdtempSync(join(tmpdir(), 'pw-'));
    const socket = join(folder, 's');
    const { child, ended } = start(['-M', '-S', socket, ...quietly, '-o', 'ControlPersist=no', '-T', ...where, ...dialStdio]);
    void ended.then(() => {
      rmSync(folder, { recursive: true, force: true });
      onEnd();
    });
    const stop = new AbortController();
    const problem = await Promise.race([ended, hasLoggedIn(socket, stop.signal)]);
    stop.abort();
    if (problem === undefined) return socket;
    child.kill();
    throw problem;
  }

  async function hasLoggedIn(socket: string, signal: AbortSignal): Promise<LinkError | undefined> {
    for (const until = Date.now() + CONNECTED_WITHIN_MS; Date.now() < until && !signal.aborted; await sleep(LOOK_EVERY_MS))
      if (existsSync(socket)) return undefined;
    return sshProblem(`no login within ${CONNECTED_WITHIN_MS / 1000} s`, to.host);
  }

  async function connect(): Promise<Ends> {
    const path = shared ? await forwardedSocket() : undefined;
    if (path !== undefined) return endsOf(dial(path));
    const { child, ended } = start([...(await through()), ...quietly, '-T', ...where, ...dialStdio]);
    const { stdin: to, stdout: from, stderr } = child;
    return { from, to, ended, handles: [child, to, from, stderr], end: () => child.kill() };
  }

  const through = async (): Promise<readonly string[]> => (shared ? ['-S', await loggedIn(), '-o', 'ControlMaster=no'] : []);

  /** A socket here behind which the engine's is; undefined where that machine does not allow it. */
  function forwardedSocket(): Promise<string | undefined> {
    door ??= forwardSocket();
    return door;
  }

  async function forwardSocket(): Promise<string | undefined> {
    const control = await loggedIn();
    const there = to.socket ?? (await socketThere());
    if (there === undefined) return undefined;
    const here = `${control}e`;
    return (await ask(control, `${here}:${there}`)) || !(await isEngine(here)) ? undefined : here;
  }

  /** Where the docker command of that account finds its engine; undefined where it is no socket. */
  async function socketThere(): Promise<string | undefined> {
    const inspect = [...docker, 'context', 'inspect', '--format', "'{{.Endpoints.docker.Host}}'"];
    const { stdout } = await spawned('ssh', [...(await through()), ...quietly, '-T', ...where, ...inspect], {
      env: environment,
      timeoutMs: 10_000,
    });
    return /^unix:\/\/(\/[^:\s]+)\s*$/.exec(stdout)?.[1];
  }

  async function open(key: string, host: string, port: number): Promise<number> {
    const socket = shared ? await loggedIn() : undefined;
    let problem: LinkError | undefined;
    for (let tries = 0; tries < PORT_TRIES; tries++) {
      // The same as before where it can be, since clients may know it.
      const local = (tries === 0 && ports.get(key)) || (await freePort());
      const path = `127.0.0.1:${local}:${host.includes(':') ? `[${host}]` : host}:${port}`;
      problem = socket ? await ask(socket, path) : await forwardAlone(key, local, path);
      if (problem) continue;
      ports.set(key, local);
      return local;
    }
    throw problem as LinkError;
  }

  /** Asks the master; nothing of the developer's configuration concerns that. */
  async function ask(socket: string, path: string): Promise<LinkError | undefined> {
    const { code, stderr } = await spawned('ssh', ['-F', 'none', '-S', socket, '-O', 'forward', '-L', path, '--', to.host], {
      env: environment,
    });
    return code === 0 ? undefined : sshProblem(stderr, to.host);
  }

  async function forwardAlone(key: string, local: number, path: string): Promise<LinkError | undefined> {
    const options = QUIETLY.concat('ExitOnForwardFailure=yes').flatMap((option) => ['-o', option]);
    const { child, ended } = start([...options, '-N', '-L', path, ...where]);
    void ended.then(() => forwards.delete(key));
    const isOpen = async (): Promise<LinkError | undefined> => {
      for (const until = Date.now() + CONNECTED_WITHIN_MS; Date.now() < until && child.exitCode === null; await sleep(LOOK_EVERY_MS))
        if (await answers(local)) return undefined;
      return sshProblem('no forward was opened', to.host);
    };
    const problem = await Promise.race([ended, isOpen()]);
    if (problem) child.kill();
    return problem;
  }

  return {
    connect: () => duplexOf(connect()),
    forward(host, port) {
      const key = `${host} ${port}`;
      const known = forwards.get(key);
      if (known) return known;
      const opening = open(key, host, port).catch((error: unknown) => {
        forwards.delete(key);
        throw error;
      });
      forwards.set(key, opening);
      return opening;
    },
    close() {
      forget();
      for (const child of programs) child.kill();
    },
  };
}

/** Whether an engine answers behind this socket: it opens although nothing may be forwarded. */
function isEngine(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get({ socketPath, path: '/_ping', timeout: ANSWERS_WITHIN_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
  });
}

function endsOf(socket: Socket): Ends {
  const ended = new Promise<Error>((resolve) => {
    socket.once('error', resolve);
    socket.once('close', () => resolve(new Error('socket hang up')));
  });
  return { from: socket, to: socket, ended, handles: [socket], end: () => socket.destroy() };
}

interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it said, when it has ended. */
  readonly ended: Promise<LinkError>;
}
