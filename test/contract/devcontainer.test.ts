import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import type { Context } from '../../src/provision/provider.ts';
import { createDevcontainerProvider } from '../../src/provision/providers/devcontainer.ts';
import { scan } from '../../src/sense/scan/scan.ts';
import { contract } from './contract.ts';
import { countContainers, docker, engineProblem, removeContainers } from './engine.ts';

const root = mkdtempSync(join(tmpdir(), 'prewarm-devcontainer-'));
const folders: string[] = [];
const cache = process.env.PREWARM_EMBEDDED_CACHE ?? join(tmpdir(), 'prewarm-devcontainer-cache');
const make = () => createDevcontainerProvider({ cache });
const IMAGE = 'prewarm-test/base';

/** Every resource is a folder with files that are really there, found by the real scan. */
function declared(name: string, config: object | string, files: Readonly<Record<string, string>> = {}): Resource {
  const folder = join(mkdtempSync(join(root, 'ws-')), name);
  folders.push(folder);
  const text = typeof config === 'string' ? config : JSON.stringify({ name, ...config }, undefined, 2);
  for (const [path, content] of Object.entries({ ...files, '.devcontainer/devcontainer.json': text })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const found = scan({ name: 'test', folder }, [{ path: '.devcontainer/devcontainer.json', text }]).resources[0];
  return (
    found ?? {
      ...declared(name, { image: IMAGE }),
      spec: { type: 'devcontainer', folder, configFile: join(folder, '.devcontainer/devcontainer.json') },
    }
  );
}
const spec = (r: Resource) => r.spec as Extract<Resource['spec'], { type: 'devcontainer' }>;
const rewrite = (r: Resource, config: object): void => writeFileSync(spec(r).configFile, JSON.stringify({ name: r.name, ...config }));

contract({
  name: 'devcontainer',
  unavailable: engineProblem,
  make,
  resource: (name) => declared(name, { image: IMAGE }),
  changed: (r) => {
    rewrite(r, { image: IMAGE, containerEnv: { CHANGED: '1' } });
    return r;
  },
  broken: [
    {
      what: 'an image that does not exist',
      resource: () => declared('noimage', { image: '127.0.0.1:9/no/such:1' }),
      message: /devcontainer:test\/noimage: the image 127\.0\.0\.1:9\/no\/such:1 could not be had/,
    },
    {
      what: 'a file that is not JSON',
      resource: () => declared('badjson', '{\n  "image": "prewarm-test/base",\n  "name" "badjson"\n}'),
      message: /\.devcontainer\/devcontainer\.json:3 is not valid JSON/,
    },
    {
      what: 'a Dockerfile that fails',
      resource: () =>
        declared(
          'nobuild',
          { build: { dockerfile: 'Dockerfile' } },
          { '.devcontainer/Dockerfile': `FROM ${IMAGE}\nRUN echo no such package; exit 4\n` },
        ),
      message: /nobuild: its image could not be built.*(no such package|code: 4)/s,
    },
    {
      what: 'a hook that fails',
      resource: () => declared('badhook', { image: IMAGE, onCreateCommand: 'echo no network; exit 3' }),
      message: /badhook: its onCreateCommand \(devcontainer\.json\) failed.*no network.*exit code 3/s,
    },
  ],
  unreachable: () => createDevcontainerProvider({ cache, host: 'tcp://127.0.0.1:9' }),
  count: countContainers,
  cleanUp: removeContainers,
});

describe.skipIf(engineProblem !== undefined)('a dev container made ahead of time', () => {
  const provider = make();
  const made: Resource[] = [];
  const track = (r: Resource): Resource => {
    made.push(r);
    return r;
  };
  const context = (more: Partial<Context> = {}): Context => ({
    workspace: `contract-${process.pid}`,
    storage: join(root, 'storage'),
    leases: join(root, 'leases'),
    instance: 'window-1-a',
    onBehalfOf: 'person' as const,
    now: Date.now,
    leaseMs: 60_000,
    signal: new AbortController().signal,
    progress: () => {},
    ...more,
  });
  const observe = async (r: Resource) => (await provider.observe([r], context()))[0];
  const reach = async (r: Resource, rung: 'absent' | 'fetched' | 'created' | 'running' | 'ready', more: Partial<Context> = {}) => {
    const result = await provider.reach(r, rung, context(more));
    if (!result.ok) throw new Error(`${result.fault.message}\n${result.fault.detail ?? ''}`);
    return result.value;
  };
  const containersOf = (r: Resource) =>
    docker.listContainers({ all: true, filters: { label: [`devcontainer.local_folder=${spec(r).folder}`] } });
  const idOf = async (r: Resource): Promise<string> => (await containersOf(r))[0]?.Id ?? 'none';

  afterEach(async () => {
    for (const r of made.splice(0)) {
      for (const { Id } of await containersOf(r)) await docker.getContainer(Id).remove({ force: true });
      await provider.reach(r, 'absent', context());
    }
  });
  afterAll(async () => {
    await removeContainers();
    await removeBuiltImages();
    rmSync(root, { recursive: true, force: true });
  });

  it('is the one that the developer’s own command line then finds: same container, hooks not run again', async () => {
    const r = track(declared('same', { image: IMAGE, onCreateCommand: 'echo once >> /hooks', postCreateCommand: 'echo later >> /hooks' }));
    await reach(r, 'ready');
    const id = await idOf(r);
    expect(await inside(r, 'cat', '/hooks')).toBe('once\n');
    const up = await user('up', '--workspace-folder', spec(r).folder);
    expect(up).toMatchObject({ outcome: 'success', containerId: id });
    expect(await inside(r, 'cat', '/hooks')).toBe('once\nlater\n');
    expect(await containersOf(r)).toHaveLength(1);
    expect(await observe(r)).toMatchObject({ rung: 'ready', owner: 'prewarm' });
  });

  it('bears our labels beside the editor’s, and writes nothing into the workspace', async () => {
    const feature = {
      '.devcontainer/tool/devcontainer-feature.json': '{ "id": "tool", "version": "1.0.0", "name": "Tool" }',
      '.devcontainer/tool/install.sh': 'echo tool > /tool',
    };
    const r = track(declared('labels', { image: IMAGE, features: { './tool': {} } }, feature));
    await reach(r, 'fetched');
    expect(await observe(r)).toMatchObject({ rung: 'fetched', owner: 'none' });
    await reach(r, 'ready');
    const [info] = await containersOf(r);
    expect(info?.Labels).toMatchObject({
      'devcontainer.local_folder': spec(r).folder,
      'devcontainer.config_file': spec(r).configFile,
      [LABEL.owner]: 'prewarm',
      [LABEL.resource]: r.id,
      [LABEL.workspace]: context().workspace,
    });
    expect(await inside(r, 'cat', '/tool')).toBe('tool\n');
    expect(existsSync(join(dirname(spec(r).configFile), 'devcontainer-lock.json'))).toBe(false);
  });

  it('is ready when the hooks up to waitFor have finished, and not before', async () => {
    const r = track(
      declared('hooks', {
        image: IMAGE,
        onCreateCommand: 'sleep 2; touch /one',
        postCreateCommand: 'touch /two',
        waitFor: 'postCreateCommand',
      }),
    );
    const seen: string[] = [];
    const climb = reach(r, 'ready', { progress: (text) => seen.push(text) });
    await until(async () => (await observe(r))?.rung === 'running');
    expect(await observe(r)).toMatchObject({ rung: 'running', detail: 'it is being prepared' });
    expect(await climb).toMatchObject({ rung: 'ready' });
    expect(await inside(r, 'ls', '/one', '/two')).toBe('/one\n/two\n');
    expect(seen.join('\n')).toMatch(/onCreateCommand.*sleep 2/);
  });

  it('created and running leave the hooks for later', async () => {
    const r = track(declared('later', { image: IMAGE, onCreateCommand: 'touch /one' }));
    expect(await reach(r, 'created')).toMatchObject({ rung: 'created' });
    expect(await reach(r, 'running')).toMatchObject({ rung: 'running', detail: 'its lifecycle hooks have not run' });
    expect(await reach(r, 'ready')).toMatchObject({ rung: 'ready' });
    expect(await inside(r, 'ls', '/one')).toBe('/one\n');
  });

  it('cancelled in the middle of a hook, it leaves nothing that would pass for whole', async () => {
    const r = track(declared('cut', { image: IMAGE, onCreateCommand: 'sleep 4; touch /whole' }));
    const controller = new AbortController();
    const climb = provider.reach(
      r,
      'ready',
      context({ signal: controller.signal, progress: (text) => text.includes('sleep 4') && controller.abort() }),
    );
    expect(await climb).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(await containersOf(r)).toHaveLength(0);
    expect(await reach(r, 'ready')).toMatchObject({ rung: 'ready' });
    expect(await inside(r, 'ls', '/whole')).toBe('/whole\n');
  });

  it('goes on when the window that began it is killed, and another takes its outcome in', async () => {
    const r = track(declared('killed', { image: IMAGE, onCreateCommand: 'sleep 3; echo once >> /hooks' }));
    const window = await spawnWindow(r, context());
    await until(async () => (await containersOf(r)).length > 0);
    window.kill('SIGKILL');
    await until(async () => (await observe(r))?.rung === 'running');
    expect(await reach(r, 'ready')).toMatchObject({ rung: 'ready', owner: 'prewarm' });
    expect(await inside(r, 'cat', '/hooks')).toBe('once\n');
    expect(await containersOf(r)).toHaveLength(1);
  });

  it('is never stopped while somebody works in it', async () => {
    const r = track(declared('used', { image: IMAGE }));
    await reach(r, 'ready');
    const id = await idOf(r);
    const terminal = spawn('docker', ['exec', '-i', id, 'sh', '-c', 'echo $$ > /pid; exec sleep 60'], { stdio: 'ignore' });
    await until(async () => ((await docker.getContainer(id).inspect()).ExecIDs ?? []).length > 0);
    for (const rung of ['created', 'fetched', 'absent'] as const)
      expect(await provider.reach(r, rung, context())).toMatchObject({
        ok: false,
        fault: { code: 'in-use', message: expect.stringContaining('Close that window') },
      });
    expect(await provider.sweep(context({ now: () => Date.now() + 3_600_000 }))).toMatchObject({ ok: true, value: [] });
    rewrite(r, { image: IMAGE, containerEnv: { CHANGED: '1' } });
    expect(await reach(r, 'ready')).toMatchObject({ rung: 'ready', detail: 'its declaration has changed since it was made' });
    expect(await idOf(r)).toBe(id);
    const exited = once(terminal, 'exit');
    const end = (): void => void execFileSync('docker', ['exec', id, 'sh', '-c', 'kill $(cat /pid)']);
    end();
    await exited;
    // The server of an editor is a process that nobody holds from outside.
    execFileSync('docker', ['exec', '-d', id, 'bash', '-c', 'echo $$ > /pid; exec -a /root/.vscode-server/bin/node sleep 61']);
    await until(async () => (await observe(r))?.owner === 'developer');
    expect(await observe(r)).toMatchObject({ rung: 'ready', detail: 'an editor is connected to it' });
    expect(await provider.reach(r, 'created', context())).toMatchObject({ ok: false, fault: { code: 'in-use' } });
    end();
    await until(async () => (await provider.reach(r, 'created', context())).ok);
    expect((await docker.getContainer(id).inspect()).State.Running).toBe(false);
  });

  it('what the developer made is seen and never changed', async () => {
    const r = track(declared('theirs', { image: IMAGE }));
    await user('up', '--workspace-folder', spec(r).folder);
    const id = await idOf(r);
    expect(await reach(r, 'ready')).toMatchObject({ rung: 'ready', owner: 'developer' });
    await reach(r, 'absent');
    expect((await docker.getContainer(id).inspect()).State.Running).toBe(true);
    await docker.getContainer(id).stop({ t: 0 });
    expect(await observe(r)).toMatchObject({ rung: 'created', owner: 'developer' });
    expect(await provider.reach(r, 'ready', context())).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining('that you made yourself') },
    });
  });

  it('keeps the last good one while its changed declaration cannot be built', async () => {
    const r = track(
      declared('good', { build: { dockerfile: 'Dockerfile' } }, { '.devcontainer/Dockerfile': `FROM ${IMAGE}\nRUN echo 1 > /v\n` }),
    );
    await reach(r, 'ready');
    const id = await idOf(r);
    const dockerfile = join(dirname(spec(r).configFile), 'Dockerfile');
    writeFileSync(dockerfile, `FROM ${IMAGE}\nRUN exit 4\n`);
    expect(await provider.reach(r, 'ready', context())).toMatchObject({ ok: false, fault: { code: 'start-failed' } });
    expect(await observe(r)).toMatchObject({ rung: 'ready', detail: 'its declaration has changed since it was made' });
    expect(await idOf(r)).toBe(id);
    writeFileSync(dockerfile, `FROM ${IMAGE}\nRUN echo 2 > /v\n`);
    await reach(r, 'ready');
    expect(await inside(r, 'cat', '/v')).toBe('2\n');
    expect(await containersOf(r)).toHaveLength(1);
  });

  it('compose: the whole project comes up, stops and goes, but for its volumes and the developer’s own', async () => {
    const compose = [
      'services:',
      '  app:',
      `    image: ${IMAGE}`,
      '    command: sleep infinity',
      '    init: true',
      '    depends_on: [cache]',
      '  cache:',
      '    image: redis:7',
      '    volumes: [data:/data]',
      'volumes: { data: }',
    ];
    const r = track(
      declared(
        'shop',
        { dockerComposeFile: 'compose.yaml', service: 'app', workspaceFolder: '/' },
        { '.devcontainer/compose.yaml': compose.join('\n') },
      ),
    );
    const project = 'shop_devcontainer';
    const services = async () =>
      (await docker.listContainers({ all: true, filters: { label: [`com.docker.compose.project=${project}`] } }))
        .map((c) => `${c.Labels['com.docker.compose.service']} ${c.State}`)
        .sort();
    try {
      await reach(r, 'ready');
      const id = await idOf(r);
      expect(await services()).toEqual(['app running', 'cache running']);
      expect((await provider.measure?.([r], context()))?.get(r.id)?.memoryBytes).toBeGreaterThan(2 ** 20);
      await reach(r, 'created');
      expect((await provider.measure?.([r], context()))?.size).toBe(0);
      expect(await services()).toEqual(['app exited', 'cache exited']);
      expect(await user('up', '--workspace-folder', spec(r).folder)).toMatchObject({
        outcome: 'success',
        containerId: id,
        composeProjectName: project,
      });
      expect(await services()).toEqual(['app running', 'cache running']);
      await until(async () => (await provider.reach(r, 'absent', context())).ok);
      expect(await services()).toEqual([]);
      expect((await docker.getVolume(`${project}_data`).inspect()).Name).toBe(`${project}_data`);
      const file = join(dirname(spec(r).configFile), 'compose.yaml');
      execFileSync('docker', ['compose', '-p', project, '-f', file, 'up', '-d', 'cache'], { stdio: 'pipe' });
      const [theirs] = await docker.listContainers({ filters: { label: [`com.docker.compose.project=${project}`] } });
      await reach(r, 'ready');
      await until(async () => (await provider.reach(r, 'absent', context())).ok);
      expect((await docker.getContainer(theirs?.Id as string).inspect()).State.Running).toBe(true);
    } finally {
      execFileSync('docker', ['compose', '-p', project, 'down', '-v'], { stdio: 'pipe' });
    }
  });

  it('a pre-built image brings its features and hooks along', async () => {
    const name = `prewarm-test/prebuilt-${process.pid}`;
    const feature = {
      '.devcontainer/tool/devcontainer-feature.json':
        '{ "id": "tool", "version": "1.0.0", "name": "Tool", "containerEnv": { "TOOL": "yes" } }',
      '.devcontainer/tool/install.sh': 'echo tool > /tool',
    };
    const source = declared('source', { image: IMAGE, features: { './tool': {} }, onCreateCommand: 'cp /tool /made' }, feature);
    await user('build', '--workspace-folder', spec(source).folder, '--image-name', name);
    const r = track(declared('prebuilt', { image: name }));
    try {
      expect(await observe(r)).toMatchObject({ rung: 'fetched' });
      await reach(r, 'ready');
      expect(await inside(r, 'sh', '-c', 'cat /made; echo $TOOL')).toBe('tool\nyes\n');
    } finally {
      for (const { Id } of await containersOf(r)) await docker.getContainer(Id).remove({ force: true });
      await docker.getImage(name).remove({ force: true });
    }
  });

  it('canary: the tool still fails on a paused container. The day it does not, give the provider the rung `paused`', async () => {
    const r = track(declared('paused', { image: IMAGE }));
    await reach(r, 'ready');
    await docker.getContainer(await idOf(r)).pause();
    expect(await observe(r)).toMatchObject({ rung: 'paused' });
    await expect(user('up', '--workspace-folder', spec(r).folder)).rejects.toThrow(/docker start/);
    expect(await reach(r, 'ready')).toMatchObject({ rung: 'ready' });
  });

  it('is left alone where Prewarm itself runs in one', async () => {
    const within = createDevcontainerProvider({ cache, environment: { REMOTE_CONTAINERS: 'true' } });
    expect(await within.check(new AbortController().signal)).toMatchObject({ ok: false, fault: { code: 'unsupported' } });
    expect(await within.reach(declared('within', { image: IMAGE }), 'ready', context())).toMatchObject({
      ok: false,
      fault: { code: 'unsupported' },
    });
  });

  it('without a command line on the path, npm fetches ours once', async () => {
    const fetching = createDevcontainerProvider({ cache, search: '/nowhere' });
    const r = track(declared('fetched', { image: IMAGE }));
    expect(await fetching.check(new AbortController().signal)).toMatchObject({ ok: true });
    expect(await fetching.reach(r, 'ready', context())).toMatchObject({ ok: true, value: { rung: 'ready' } });
    expect(existsSync(join(cache, 'devcontainers-cli-0.89.0', 'complete'))).toBe(true);
  });

  it('a named command line that is none is said to be', async () => {
    const wrong = createDevcontainerProvider({ cache, path: '/bin/true' });
    expect(await wrong.check(new AbortController().signal)).toMatchObject({
      ok: false,
      fault: { code: 'tool-missing', message: expect.stringMatching(/\/bin\/true \(`prewarm\.devcontainer\.path`\)/) },
    });
  });

  /** As a user types it: the plain command line, no flags of ours. */
  async function user(...args: string[]): Promise<Record<string, unknown>> {
    const program = join(import.meta.dirname, '..', '..', 'node_modules', '@devcontainers', 'cli', 'devcontainer.js');
    try {
      return JSON.parse((await promisify(execFile)(process.execPath, [program, ...args])).stdout) as Record<string, unknown>;
    } catch (error) {
      throw new Error((error as { stdout: string }).stdout);
    }
  }

  async function inside(r: Resource, ...command: string[]): Promise<string> {
    const program = join(import.meta.dirname, '..', '..', 'node_modules', '@devcontainers', 'cli', 'devcontainer.js');
    return (await promisify(execFile)(process.execPath, [program, 'exec', '--workspace-folder', spec(r).folder, ...command])).stdout;
  }
});

/** The tool names what it builds after the folder and the SHA-256 of its path. */
async function removeBuiltImages(): Promise<void> {
  const hashes = folders.map((folder) => createHash('sha256').update(folder).digest('hex'));
  for (const tag of (await docker.listImages()).flatMap((image) => image.RepoTags ?? []))
    if (hashes.some((hash) => tag.includes(hash))) await docker.getImage(tag).remove({ force: true });
}

/** Another window: a process of its own that climbs to ready. */
async function spawnWindow(r: Resource, { now: _, progress: __, signal: ___, ...told }: Context) {
  const folder = join(import.meta.dirname, '..', '..');
  const contents = `
    import { createDevcontainerProvider } from './src/provision/providers/devcontainer.ts';
    const context = { ...${JSON.stringify({ ...told, instance: 'window-2-killed' })}, now: Date.now, progress: () => {}, signal: new AbortController().signal };
    createDevcontainerProvider({ cache: ${JSON.stringify(cache)} }).reach(${JSON.stringify(r)}, 'ready', context);`;
  const outfile = join(root, 'window.cjs');
  await build({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    external: ['ssh2'],
    outfile,
    logLevel: 'error',
  });
  return spawn(process.execPath, [outfile], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_PATH: join(folder, 'node_modules') },
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error('it never came to hold');
}
