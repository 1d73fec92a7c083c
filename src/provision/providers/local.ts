import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Fault, failed, type Observation, ok, type Resource, type Result, type Rung, rungIndex } from '../../domain/index.ts';
import { type Detached, madeFromSameSpec, readDetached, startDetached, stopDetached } from '../detached.ts';
import { freePort } from '../freePort.ts';
import { inTurn } from '../inTurn.ts';
import { renewLeases } from '../leases.ts';
import { declaredOf } from '../local/declared.ts';
import { imageName, LOCAL_SERVERS, type LocalServer } from '../local/servers.ts';
import { stableName } from '../ownership.ts';
import { processUsage } from '../processUsage.ts';
import type { Context, Provider } from '../provider.ts';
import { type Reach, untilReady } from '../readiness.ts';
import { spawned } from '../spawned.ts';
import { sweepDetached, tail } from './process.ts';

const RUNGS: readonly Rung[] = ['absent', 'created', 'running', 'ready'];
const READY_WITHIN_MS = 60_000;
const PING_MS = 1000;
/** A port that was free a moment ago may be taken when the server comes to it. */
const PORT_TRIES = 3;

/**
 * A server that is installed on this machine (`redis-server`, `memcached`) in place of a container whose engine can't be had: on a
 * free loopback port, with its own data folder, as a process that outlives the editor. What the declared command asks for is
 * carried over, or it is refused; it is never served otherwise than declared.
 */
export function createLocalProvider(): Provider {
  async function observe(resource: Resource, context: Context): Promise<Observation> {
    const base = { id: resource.id, at: context.now(), backends: [] };
    const server = serverFor(resource);
    const it = await readDetached(resource, context);
    if (!server || !it) {
      // Nobody's while it does not run, so that the declared engine has it again as soon as that one answers.
      return { ...base, rung: (await exists(dataFolder(resource, context))) ? 'created' : 'absent', owner: 'none' };
    }
    const port = await portOf(resource, context);
    const problem = await pingProblem(server, port);
    if (problem !== undefined || port === undefined) return { ...base, rung: 'running', owner: 'prewarm', detail: problem ?? 'starts' };
    const containerPort = resource.ports[0]?.container ?? server.containerPort;
    const detail = `${server.program} of this machine stands in for the image ${imageOf(resource)}`;
    return { ...base, rung: 'ready', owner: 'prewarm', backends: [{ host: '127.0.0.1', port, containerPort }], detail };
  }

  async function climb(resource: Resource, rung: Rung, context: Context): Promise<Result<Observation>> {
    const server = serverFor(resource);
    if (!server) return failed('unsupported', 'never', `No server of this machine can stand in for ${resource.id}.`);
    const running = await readDetached(resource, context);
    if (running && !madeFromSameSpec(running, resource)) await stopDetached(resource, context);
    await mkdir(dataFolder(resource, context), { recursive: true, mode: 0o700 });
    if (rungIndex(rung) < rungIndex('running')) return ok(await observe(resource, context));
    for (let tries = 1; ; tries++) {
      const came = await start(server, resource, rung, context);
      if (came.ok) return ok(await observe(resource, context));
      if (came.fault.code !== 'cancelled') await stopDetached(resource, context);
      if (tries >= PORT_TRIES || !/address already in use/i.test(came.fault.message)) return came;
    }
  }

  async function start(server: LocalServer, resource: Resource, rung: Rung, context: Context): Promise<Result<void>> {
    const known = await readDetached(resource, context);
    const it = known ? ok(known) : await launch(server, resource, context);
    if (!it.ok) return it;
    if (rung !== 'ready') return ok(undefined);
    const patient: Resource = { ...resource, probe: { type: 'health', timeoutMs: Math.max(READY_WITHIN_MS, resource.probe.timeoutMs) } };
    return untilReady(patient, reachOf(server, resource, it.value, context), context.signal, context.now);
  }

  async function launch(server: LocalServer, resource: Resource, context: Context): Promise<Result<Detached>> {
    const declared = await declaredOf(resource);
    if (!declared.ok) return standsNot(server, resource, declared.fault);
    const place = { port: await freePort(), dataFolder: dataFolder(resource, context), configFile: configFile(resource, context) };
    const begin = server.start(declared.value, place);
    if (!begin.ok) return standsNot(server, resource, begin.fault);
    if (begin.value.config !== undefined) await writeFile(place.configFile, begin.value.config, { mode: 0o600 });
    await writeFile(portFile(resource, context), String(place.port), { mode: 0o600 });
    context.progress(`starting ${server.program} of this machine`);
    await renewLeases([resource.id], context);
    const started = await startDetached(resource, [server.program, ...begin.value.args], { cwd: place.dataFolder, env: {} }, context);
    if (!('problem' in started)) return ok(started);
    return failed(
      'tool-missing',
      'never',
      `${server.program} could not stand in for ${resource.id}: ${started.problem}. Install it, or start Docker.`,
    );
  }

  return inTurn({
    name: 'local',
    rungs: RUNGS,
    supports: (resource) => serverFor(resource) !== undefined,
    async check(signal) {
      const versions = await Promise.all(LOCAL_SERVERS.map((server) => versionOf(server, signal)));
      const found = versions.filter((v) => v !== undefined);
      if (found.length > 0) return ok({ version: found.join(', ') });
      const names = LOCAL_SERVERS.map((s) => s.program).join(', ');
      return failed('tool-missing', 'never', `None of ${names} is installed on this machine. Install one, or start Docker.`);
    },
    observe: (resources, context) => Promise.all(resources.map((r) => observe(r, context))),
    async reach(resource, rung, context) {
      if (context.signal.aborted) return failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);
      if (rungIndex(rung) >= rungIndex('running')) return climb(resource, rung, context);
      await stopDetached(resource, context);
      if (rung === 'created') return climb(resource, rung, context);
      await setAside(dataFolder(resource, context));
      return ok(await observe(resource, context));
    },
    renew: (resources, context) =>
      renewLeases(
        resources.map((r) => r.id),
        context,
      ),
    sweep: (context) => sweepDetached(context),
    ...processUsage(),
    close: async () => {},
  });
}

function serverFor(resource: Resource): LocalServer | undefined {
  const image = imageOf(resource);
  return image === undefined ? undefined : LOCAL_SERVERS.find((server) => server.image.test(imageName(image)));
}

/** Undefined where it is no container, or one whose image the project builds itself. */
function imageOf({ spec }: Resource): string | undefined {
  if (spec.type !== 'compose') return spec.type === 'docker' ? spec.image : undefined;
  return spec.built ? undefined : spec.image;
}

const standsNot = (server: LocalServer, resource: Resource, { code, message }: Fault) =>
  failed(code, 'never', `${server.program} of this machine cannot stand in for ${resource.id}: ${message}. Start Docker.`);

async function versionOf({ program, versionArgs }: LocalServer, signal: AbortSignal): Promise<string | undefined> {
  const { code, stdout } = await spawned(program, versionArgs, { signal, timeoutMs: 2000 });
  const version = stdout.match(/\d+(?:\.\d+)+/)?.[0];
  return code === 0 && version ? `${program} ${version}` : undefined;
}

const folderOf = (resource: Resource, context: Context): string => join(context.storage, 'local', stableName(resource, context));
const dataFolder = (resource: Resource, context: Context): string => join(folderOf(resource, context), 'data');
const configFile = (resource: Resource, context: Context): string => join(folderOf(resource, context), 'server.conf');
const portFile = (resource: Resource, context: Context): string => join(folderOf(resource, context), 'port');

async function portOf(resource: Resource, context: Context): Promise<number | undefined> {
  const text = await readFile(portFile(resource, context), 'utf8').catch(() => '');
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Data is never deleted unasked: it is moved aside, one generation deep. */
async function setAside(folder: string): Promise<void> {
  if (!(await exists(folder))) return;
  await rm(`${folder}.previous`, { recursive: true, force: true });
  await rename(folder, `${folder}.previous`);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function reachOf(server: LocalServer, resource: Resource, it: Detached, context: Context): Reach {
  const ping = async () => pingProblem(server, await portOf(resource, context));
  return {
    port: () => portOf(resource, context),
    run: ping,
    logs: () => tail(it.log),
    health: ping,
    dead: async () =>
      (await readDetached(resource, context)) ? undefined : `${(await tail(it.log)).trim().slice(-400) || '(it said nothing)'}.`,
  };
}

/** The server itself must answer: an open port may be that of a server that still loads its data, or of somebody else. */
function pingProblem({ ping, program }: LocalServer, port: number | undefined): Promise<string | undefined> {
  if (port === undefined) return Promise.resolve('has no port yet');
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(ping.send));
    const end = (problem: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => end(`${program} does not answer`), PING_MS);
    socket.once('data', (data) => end(ping.answer.test(data.toString('latin1')) ? undefined : `${program} is not ready yet`));
    socket.on('error', (error: NodeJS.ErrnoException) => end(`refuses connections (${error.code})`));
    socket.on('close', () => end('closes connections at once'));
  });
}
