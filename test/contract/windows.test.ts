import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, Resource, Rung } from '../../src/domain/index.ts';
import { sweeperLock, sweeperLogIn, workspacesIn } from '../../src/host/node/startSweeper.ts';
import { randomFrom } from '../../src/learn/random.ts';
import { listDetached } from '../../src/provision/detached.ts';
import { holderOf } from '../../src/provision/lock.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import { isAlive, ownIdentity } from '../../src/provision/processIdentity.ts';
import type { Context, Provider } from '../../src/provision/provider.ts';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import { bundled } from '../harness/bundled.ts';
import { createOwnEngine, type OwnEngine, ownEngineProblem } from '../harness/ownEngine.ts';
import { engineProblem } from './engine.ts';
import type { ClimberOptions } from './programs/climber.ts';

const unavailable = engineProblem ?? ownEngineProblem();
const SERVER = 'console.log("listening"); setInterval(() => {}, 1000)';
const BUNDLES = join(import.meta.dirname, '..', '..', 'dist');

const resource = (name: string, pause = 'true'): Resource => ({
  id: `docker:windows/${name}`,
  name,
  kind: 'cache',
  provider: 'docker',
  declaredIn: 'test',
  dependsOn: [],
  memoryBytes: 0,
  ports: [],
  probe: { type: 'command', command: ['sh', '-c', `${pause}; redis-cli ping`], timeoutMs: 30_000 },
  spec: { type: 'docker', image: 'redis:7', environment: {} },
});

describe.skipIf(unavailable !== undefined)(`several at once${unavailable ? ` (skipped: ${unavailable})` : ''}`, () => {
  let engine: OwnEngine;
  let program: string;
  let provider: Provider;
  let root: string;
  beforeAll(async () => {
    engine = await createOwnEngine();
    engine.load(['redis:7']);
    program = await bundled(join(import.meta.dirname, 'programs', 'climber.ts'));
    provider = createDockerProvider({ host: engine.host });
  });
  afterAll(async () => {
    await engine?.remove();
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'prewarm-windows-'));
  });
  afterEach(async () => {
    for (const { Id } of await engine.client.listContainers({ all: true }))
      await engine.client.getContainer(Id).remove({ force: true, v: true });
    rmSync(root, { recursive: true, force: true });
  });

  const context = (instance = 'window-1-test'): Context => ({
    workspace: 'windows',
    storage: root,
    leases: join(root, 'leases'),
    now: Date.now,
    leaseMs: 60_000,
    signal: new AbortController().signal,
    progress: () => {},
    instance,
    onBehalfOf: 'prediction',
  });
  const ours = (r: Resource) => engine.client.listContainers({ all: true, filters: { label: [`${LABEL.resource}=${r.id}`] } });
  const leftLocks = (): string[] => readdirSync(join(root, 'leases', '.locks'));

  interface Line {
    readonly progress?: string;
    readonly reached?: Rung;
    readonly fault?: Fault;
  }
  /** Starts a Prewarm of its own; its lines are handed over as they come. */
  function start(
    options: Partial<ClimberOptions> & Pick<ClimberOptions, 'instance' | 'steps'>,
    heard: (line: Line, child: ChildProcess) => void,
  ) {
    const told: ClimberOptions = { host: engine.host, root, workspace: 'windows', leaseMs: 60_000, atLast: 'end', ...options };
    const child = spawn(process.execPath, [program, JSON.stringify(told)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) heard(JSON.parse(line) as Line, child);
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    return { child, ended };
  }
  const step = (r: Resource, to: Rung, afterMs = 0, onBehalfOf: Context['onBehalfOf'] = 'prediction') => ({
    resource: r,
    to,
    afterMs,
    onBehalfOf,
  });

  it.each([
    ['creating', 'absent'],
    ['starting', 'created'],
    ['waiting until it is ready', 'running'],
    ['ready', 'ready'],
  ])('its process is killed at “%s”: the next finds nothing in its way, and one container', async (at) => {
    const r = resource(`killed-${at.split(' ')[0]}`, 'sleep 0.5');
    const faults: Fault[] = [];
    const { child, ended } = start({ instance: 'window-2-killed', steps: [step(r, 'ready')], atLast: 'stay' }, (line, it) => {
      if (line.fault) faults.push(line.fault);
      if (line.progress === at || line.reached === at || line.fault) it.kill('SIGKILL');
    });
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
    expect(faults).toEqual([]);
    const begun = performance.now();
    const result = await provider.reach(r, 'ready', context());
    expect(result).toMatchObject({ ok: true, value: { rung: 'ready', owner: 'prewarm' } });
    expect(performance.now() - begun, 'no waiting for the dead').toBeLessThan(8000);
    expect(await ours(r)).toHaveLength(1);
    expect(leftLocks()).toEqual([]);
    expect(readdirSync(join(root, 'leases', 'windows')).filter((name) => name.endsWith('.draft'))).toEqual([]);
    // The dead one's wish holds nobody up.
    expect(await provider.reach(r, 'created', context())).toMatchObject({ ok: true, value: { rung: 'created' } });
  });

  it('another window holds it warm: a prediction may not cool it, a person may', async () => {
    const r = resource('held');
    let reached: (() => void) | undefined;
    const isReady = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const other = start({ instance: 'window-2-other', steps: [step(r, 'ready')], atLast: 'stay' }, (line) => line.reached && reached?.());
    await isReady;
    const refused = await provider.reach(r, 'created', context());
    expect(refused).toMatchObject({ ok: false, fault: { code: 'held-by-other', retry: 'later' } });
    if (!refused.ok)
      expect(refused.fault.message).toMatch(
        new RegExp(`^docker:windows/held is held ready by another window \\(process ${other.child.pid}\\) until \\d\\d:\\d\\d\\.$`),
      );
    expect((await provider.observe([r], context()))[0]).toMatchObject({ rung: 'ready' });
    expect(await provider.reach(r, 'created', { ...context('cli-3-down'), onBehalfOf: 'person' })).toMatchObject({
      ok: true,
      value: { rung: 'created' },
    });
    other.child.kill('SIGKILL');
    await other.ended;
  });

  it('two windows and a command at once: one container each, no fault but that another holds it, no lock left', async () => {
    const resources = [resource('first'), resource('second')];
    const random = randomFrom(7);
    const draw = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const faults: Fault[] = [];
    const all = ['window-1-a', 'window-2-b', 'cli-3-c'].map((instance) => {
      const onBehalfOf = instance.startsWith('cli') ? 'person' : 'prediction';
      const wander = Array.from({ length: 8 }, () =>
        step(draw(resources), draw(['created', 'paused', 'running', 'ready', 'absent'] as const), random() * 200, onBehalfOf),
      );
      const steps = [...wander, ...resources.map((r) => step(r, 'ready', 0, onBehalfOf))];
      return start({ instance, steps }, (line) => line.fault && faults.push(line.fault)).ended;
    });
    await Promise.all(all);
    expect(faults.filter(({ code }) => code !== 'held-by-other')).toEqual([]);
    for (const r of resources) {
      // Who was last may have had to wander while another was ready already.
      expect(await provider.reach(r, 'ready', context())).toMatchObject({ ok: true, value: { rung: 'ready' } });
      expect(await ours(r)).toHaveLength(1);
    }
    expect(leftLocks()).toEqual([]);
  });

  it('three commands warm one compose project at once: one container a service, one network, no fault', async () => {
    const workspace = join(root, 'shop');
    mkdirSync(workspace);
    const service = (name: string): string => `  ${name}: { image: "redis:7", healthcheck: { test: ["CMD", "redis-cli", "ping"] } }`;
    writeFileSync(join(workspace, 'compose.yaml'), ['name: prewarm-windows', 'services:', service('db'), service('queue')].join('\n'));
    const up = () =>
      promisify(execFile)(process.execPath, [join(BUNDLES, 'cli.js'), 'up', '--workspace', workspace, '--state', root, '--json'], {
        env: { ...process.env, DOCKER_HOST: engine.host },
      });
    for (const { stdout } of await Promise.all([up(), up(), up()])) {
      const { resources, faults } = JSON.parse(stdout) as { resources: { id: string; rung: Rung }[]; faults: Fault[] };
      expect(faults).toEqual([]);
      expect(resources.map(({ id, rung }) => `${id} ${rung}`).sort()).toEqual([
        'compose:prewarm-windows/db ready',
        'compose:prewarm-windows/queue ready',
      ]);
    }
    expect((await engine.client.listContainers({ all: true })).map(({ State }) => State)).toEqual(['running', 'running']);
    const networks = (await engine.client.listNetworks()).filter(({ Name }) => Name.startsWith('prewarm-windows'));
    expect(networks).toHaveLength(1);
    const sweeper = await waitFor(() => theSweeper(), 'the sweeper that a command starts');
    process.kill(sweeper.pid, 'SIGTERM');
    await waitFor(async () => !isAlive(sweeper.pid) || undefined, 'the sweeper to go');
    expect(leftLocks()).toEqual([]);
  });

  it('the last window is killed: the sweeper stops what it held when the lease has ended, removes nothing, and goes', async () => {
    const r = resource('orphan');
    const server: Resource = {
      ...r,
      id: 'process:windows/server',
      provider: 'process',
      probe: { type: 'log', pattern: 'listening', timeoutMs: 10_000 },
      spec: { type: 'process', command: [process.execPath, '-e', SERVER], cwd: root, environment: {} },
    };
    const processes = { ...context(), storage: join(workspacesIn(root), 'windows') };
    const owner = start(
      { instance: 'window-2-last', steps: [step(server, 'ready'), step(r, 'ready')], leaseMs: 6000, sweeper: BUNDLES, atLast: 'stay' },
      () => {},
    );
    const sweeper = await waitFor(() => theSweeper(), 'a sweeper');
    expect(isAlive(sweeper.pid)).toBe(true);
    owner.child.kill('SIGKILL');
    await owner.ended;
    expect(await listDetached(processes)).toHaveLength(1);
    expect((await ours(r))[0]?.State, 'nothing is swept before its time').toBe('running');
    await waitFor(async () => (await ours(r))[0]?.State === 'exited' || undefined, 'the container to be stopped');
    await waitFor(async () => !isAlive(sweeper.pid) || undefined, 'the sweeper to go');
    expect(await listDetached(processes)).toEqual([]);
    expect(await ours(r)).toHaveLength(1);
    expect(readFileSync(sweeperLogIn(root), 'utf8')).toMatch(
      /begins[\s\S]*stopped container prewarm-orphan-\w+ \(docker:windows\/orphan\): its lease had ended[\s\S]*nothing of ours is warm any more/,
    );
    expect(leftLocks()).toEqual([]);
    expect(readdirSync(join(root, 'leases', 'windows'))).toEqual([]);
  });

  it('of two windows that start it one sweeper stays, and it lets a window that renews alone', async () => {
    const [a, b] = [resource('a'), resource('b')];
    const first = start({ instance: 'window-2-a', steps: [step(a, 'ready')], leaseMs: 5000, sweeper: BUNDLES, atLast: 'stay' }, () => {});
    const sweeper = await waitFor(() => theSweeper(), 'a sweeper');
    const second = start({ instance: 'window-3-b', steps: [step(b, 'ready')], sweeper: BUNDLES, atLast: 'stay' }, () => {});
    // The first window lives, but renews nothing: as after a sleep, it is let alone. The second's lease is long.
    await waitFor(async () => existsSync(join(root, 'leases', 'windows', 'window-3-b.json')) || undefined, 'the second lease');
    await sleep(7000);
    expect((await theSweeper())?.pid).toBe(sweeper.pid);
    expect([(await ours(a))[0]?.State, (await ours(b))[0]?.State]).toEqual(['running', 'running']);
    for (const { child, ended } of [first, second]) {
      child.kill('SIGKILL');
      await ended;
    }
    process.kill(sweeper.pid, 'SIGTERM');
    await waitFor(async () => !isAlive(sweeper.pid) || undefined, 'the sweeper to go');
    expect(leftLocks()).toEqual([]);
  });

  const theSweeper = async () => holderOf(sweeperLock(await ownIdentity()), { leases: join(root, 'leases') });
});

async function waitFor<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  for (let i = 0; i < 300; i++) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await sleep(100);
  }
  throw new Error(`waited in vain for ${what}`);
}
