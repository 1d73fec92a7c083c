import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type Docker from 'dockerode';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Resource, VolumeTarget } from '../../src/domain/index.ts';
import { ifThere } from '../../src/provision/containers/engine.ts';
import { SHELF } from '../../src/provision/datasets/shelf.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import type { Context, Provider } from '../../src/provision/provider.ts';
import { createDatasetProvider } from '../../src/provision/providers/dataset.ts';
import { bundled } from '../harness/bundled.ts';
import { contract } from './contract.ts';
import { docker, engineProblem } from './engine.ts';

const program = await bundled(join(import.meta.dirname, 'programs/loadVolume.ts'));
const root = mkdtempSync(join(tmpdir(), 'prewarm-volume-'));
const data = join(root, 'data');
mkdirSync(data);
/** All volumes of this test begin so. */
const prefix = `test-volume-${process.pid}-`;

const make = (): Provider =>
  createDatasetProvider({
    cache: join(root, 'cache'),
    environment: {},
    parquetProgram: '',
    execute: () => Promise.reject(new Error('nothing is executed for a volume')),
  });

function dataset(name: string, file: string, into: Partial<VolumeTarget> = {}): Resource {
  return {
    id: `dataset:test/${name}`,
    name,
    kind: 'dataset',
    provider: 'dataset',
    declaredIn: '.prewarm/datasets.json',
    ports: [],
    dependsOn: [],
    probe: { type: 'health', timeoutMs: 60_000 },
    memoryBytes: 0,
    spec: { type: 'dataset', from: { type: 'path', path: join(data, file), deep: true }, into: { volume: `${prefix}${name}`, ...into } },
  };
}
function put(name: string, content: string | Uint8Array): string {
  mkdirSync(join(data, name, '..'), { recursive: true });
  writeFileSync(join(data, name), content);
  return name;
}
type Item = readonly [header: Partial<Header> & { name: string }, body?: string];
async function tar(...items: readonly Item[]): Promise<Buffer> {
  const stream = pack();
  for (const [header, body] of items) stream.entry(header, body ?? '');
  stream.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Eight bytes before each piece of a log say whose it is. */
const FRAME = new RegExp(`[${String.fromCharCode(1, 2)}]${String.fromCharCode(0).repeat(3)}[^]{4}`, 'g');

const started: Docker.Container[] = [];
async function mounting(volume: string, command: readonly string[], user = '0'): Promise<Docker.Container> {
  const container = await docker.createContainer({
    Image: 'redis:7',
    User: user,
    Entrypoint: [...command],
    Cmd: [],
    Labels: { 'prewarm.test': 'volume' },
    HostConfig: { NetworkMode: 'none', Mounts: [{ Type: 'volume', Source: volume, Target: '/data', ReadOnly: false }] },
  });
  started.push(container);
  return container;
}
/** What a container of the developer's sees. */
async function inside(name: string, script: string, user = '0'): Promise<string> {
  const container = await mounting(`${prefix}${name}`, ['sh', '-c', script], user);
  await container.start();
  await container.wait();
  const log = String(await container.logs({ stdout: true, stderr: true, follow: false }));
  await container.remove({ force: true, v: true });
  return log.replace(FRAME, '').trim();
}
const volumesOf = async (name: string): Promise<readonly string[]> => {
  const filters = JSON.stringify({ label: [`${SHELF.volume}=${prefix}${name}`] });
  return ((await docker.listVolumes({ filters: filters as never })).Volumes ?? []).map((v) => v.Name).sort();
};
const contentsOf = async (name: string): Promise<readonly string[]> => (await volumesOf(name)).filter((v) => /\.[0-9a-f]{16}$/.test(v));

afterAll(async () => {
  if (!engineProblem) {
    for (const container of started) await ifThere(() => container.remove({ force: true, v: true }));
    for (const { Name } of (await docker.listVolumes()).Volumes ?? [])
      if (Name.startsWith(prefix) || Name.startsWith(`prewarm-dataset-${prefix}`)) await ifThere(() => docker.getVolume(Name).remove());
  }
  rmSync(root, { recursive: true, force: true });
});

const CUT = (await tar([{ name: 'a', size: 5000 }, 'x'.repeat(5000)])).subarray(0, 3000);
const OUT = await tar([{ name: 'fine' }, 'x'], [{ name: '../evil' }, 'x']);

const UNPACK = { unpack: true } as const;
contract({
  name: 'dataset in a volume',
  unavailable: engineProblem,
  make,
  resource: (name) => dataset(`c-${name}`, put(`c-${name}/a.txt`, name).split('/')[0] ?? ''),
  changed: (r) => {
    put(`${r.name}/b.txt`, 'more');
    return r;
  },
  broken: [
    { what: 'a file that is not there', resource: () => dataset('gone', 'gone.bin'), message: /gone: there is no file or folder/ },
    {
      what: 'what is no archive',
      resource: () => dataset('plain', put('plain.bin', 'hm'), UNPACK),
      message: /^plain: plain\.bin is no tar, tar\.gz or zip archive\. Leave out “unpack”/,
    },
    {
      what: 'a tar.gz that is cut',
      resource: () => dataset('cut', put('cut.tar.gz', gzipSync(randomBytes(90_000)).subarray(0, 40_000)), UNPACK),
      message: /^cut: cut\.tar\.gz is damaged/,
    },
    {
      what: 'a tar that is cut',
      resource: () => dataset('half', put('half.tar', CUT), UNPACK),
      message: /^half: half\.tar is damaged/,
    },
    {
      what: 'a zip that is cut',
      resource: () => dataset('zip', put('cut.zip', Buffer.from(`504b0304${'00'.repeat(60)}`, 'hex')), UNPACK),
      message: /^zip: cut\.zip is damaged/,
    },
    {
      what: 'an archive that leads outside',
      resource: () => dataset('out', put('out.tar', OUT), UNPACK),
      message: /^out: out\.tar: “\.\.\/evil” is refused: it leads outside\.$/,
    },
  ],
  count: async (resource, context) => {
    const folder = join(context.storage, 'datasets');
    const held = existsSync(folder) ? readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8'))) : [];
    return held.filter((labels) => labels[LABEL.resource] === resource.id).length;
  },
  cleanUp: async () => {},
});

describe.skipIf(engineProblem !== undefined)('a dataset in a volume', () => {
  const provider = make();
  let said: string[];
  let controller: AbortController;
  beforeEach(() => {
    said = [];
    controller = new AbortController();
  });
  const context = (): Context => ({
    workspace: `volumes-${process.pid}`,
    storage: join(root, 'storage'),
    leases: join(root, 'leases'),
    instance: 'window-1-v',
    onBehalfOf: 'person',
    now: Date.now,
    leaseMs: 60_000,
    signal: controller.signal,
    progress: (text) => said.push(text),
  });
  const ready = (resource: Resource) => provider.reach(resource, 'ready', context());
  async function load(resource: Resource): Promise<void> {
    const reached = await ready(resource);
    expect(reached).toMatchObject({ ok: true, value: { rung: 'ready', owner: 'prewarm' } });
  }
  const rung = async (resource: Resource) => (await provider.observe([resource], context()))[0]?.rung;
  async function refused(resource: Resource, message: RegExp): Promise<void> {
    const reached = await ready(resource);
    expect(reached.ok ? 'loaded' : reached.fault.message).toMatch(message);
  }
  const loads = () => said.filter((s) => /^loading/.test(s)).length;

  it('puts a folder with its folders into a volume that a container reads, as anybody; loads it once, and keeps it when it cools', async () => {
    put('models/a.bin', 'weights');
    put('models/deep/er/b.txt', 'words');
    put('models/.git/config', 'no');
    chmodSync(join(data, 'models/a.bin'), 0o700);
    const models = dataset('models', 'models');
    await load(models);
    expect(await inside('models', 'cat /data/a.bin /data/deep/er/b.txt; find /data | sort', '999')).toBe(
      'weightswords/data\n/data/a.bin\n/data/deep\n/data/deep/er\n/data/deep/er/b.txt',
    );
    said = [];
    await load(models);
    expect(loads()).toBe(0);
    await provider.reach(models, 'absent', context());
    expect(await rung(models)).toBe('absent');
    expect(await inside('models', 'cat /data/a.bin')).toBe('weights');
    await load(models);
    expect(loads()).toBe(0);
  });

  it('keeps owners, modes, links and the top folder of an archive', async () => {
    const archive = await tar(
      [{ name: './', type: 'directory', mode: 0o1777, uid: 999, gid: 999 }],
      [{ name: './bin/run.sh', mode: 0o750, uid: 12, gid: 34 }, 'echo hi'],
      [{ name: './latest', type: 'symlink', linkname: 'bin/run.sh' }],
      [{ name: './same', type: 'link', linkname: './bin/run.sh', mode: 0o750, uid: 12, gid: 34 }],
      [{ name: `./${'long/'.repeat(40)}ä.txt` }, 'far'],
    );
    await load(dataset('owned', put('owned.tar.gz', gzipSync(archive)), UNPACK));
    expect(
      await inside('owned', "stat -c '%a %u %g %h' /data /data/bin /data/bin/run.sh; readlink /data/latest; cat /data/latest /data/same"),
    ).toBe('1777 999 999 4\n755 0 0 2\n750 12 34 2\nbin/run.sh\necho hiecho hi');
    expect(await inside('owned', `cat /data/${'long/'.repeat(40)}ä.txt; echo mine > /data/mine; cat /data/mine`, '999')).toBe('farmine');
  });

  it('a source that changed takes its place at once, also under a container that has stopped; the last is kept, and no older', async () => {
    const shop = dataset('shop', put('shop/v.txt', 'one').split('/')[0] ?? '');
    await load(shop);
    const stopped = await mounting(`${prefix}shop`, ['sh', '-c', 'cat /data/v.txt; echo; sleep 300']);
    const seen = async (text: string): Promise<void> => {
      for (let tries = 0; tries < 50 && !String(await stopped.logs({ stdout: true, stderr: true })).includes(text); tries++)
        await sleep(100);
    };
    await stopped.start();
    await seen('one');
    await stopped.stop({ t: 0 });
    for (const version of ['two', 'three', 'four']) {
      put('shop/v.txt', version);
      expect(await rung(shop)).toBe('absent');
      await load(shop);
      expect(await inside('shop', 'cat /data/v.txt')).toBe(version);
    }
    expect(await contentsOf('shop')).toHaveLength(2);
    await stopped.start();
    await seen('four');
    expect(String(await stopped.logs({ stdout: true }))).toMatch(/one[\s\S]*four/);
  });

  it('in use, it waits: what runs keeps what it has, and what was loaded goes in without being loaded again', async () => {
    const used = dataset('used', put('used/v.txt', 'old').split('/')[0] ?? '');
    await load(used);
    const running = await mounting(`${prefix}used`, ['sh', '-c', 'sleep 300']);
    await running.start();
    put('used/v.txt', 'new');
    await refused(used, /^used: the volume \S+ is in use by \S+\. Stop what uses it; what was loaded waits/);
    expect(loads()).toBeGreaterThan(0);
    expect(await inside('used', 'cat /data/v.txt')).toBe('old');
    await running.stop({ t: 0 });
    said = [];
    await load(used);
    expect(loads()).toBe(0);
    expect(await inside('used', 'cat /data/v.txt')).toBe('new');
  });

  it("a volume of the developer's is never written", async () => {
    await docker.createVolume({ Name: `${prefix}theirs`, Labels: { 'prewarm.test': 'volume' } });
    await inside('theirs', 'echo precious > /data/x');
    await refused(
      dataset('theirs', put('theirs.txt', 'x')),
      /^theirs: the volume \S+ is yours, and nothing is written into it\. Remove it/,
    );
    expect(await inside('theirs', 'cat /data/*')).toBe('precious');
    expect(await volumesOf('theirs')).toEqual([]);
  });

  it('a load that fails leaves the last good copy in use, and nothing of its own', async () => {
    const good = dataset('good', put('good.tar', await tar([{ name: 'v' }, 'good'])), UNPACK);
    await load(good);
    const before = await volumesOf('good');
    put(
      'good.tar',
      await tar([{ name: 'v' }, 'bad'], [{ name: 'w' }, 'x'.repeat(100_000)], [{ name: 'l', type: 'symlink', linkname: '/etc' }]),
    );
    await refused(good, /^good: good\.tar: “l” is refused: it is a link to \/etc, outside\.$/);
    expect(await volumesOf('good')).toEqual(before);
    expect(await inside('good', 'cat /data/v')).toBe('good');
  });

  it('cancelled in the middle, likewise', async () => {
    const big = dataset('big', put('big/v', 'small').split('/')[0] ?? '');
    await load(big);
    const before = await volumesOf('big');
    put('big/w', '');
    truncateSync(join(data, 'big/w'), 3e8);
    const loading = ready(big);
    while (!said.some((s) => /^loading w: [1-9]\d* MB/.test(s))) await sleep(5);
    controller.abort();
    expect(await loading).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(await volumesOf('big')).toEqual(before);
    expect(await inside('big', 'ls /data')).toBe('v');
  });

  it('a file streams: it takes no memory of its own', async () => {
    put('wide/w', '');
    truncateSync(join(data, 'wide/w'), 4e8);
    let most = 0;
    const before = process.memoryUsage().rss;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 20);
    await load(dataset('wide', 'wide'));
    clearInterval(watch);
    expect(most - before).toBeLessThan(2e8);
    expect(await inside('wide', 'stat -c %s /data/w')).toBe('400000000');
  });

  it('a volume that the developer removed is made anew, from what was fetched and not from what they changed', async () => {
    const fresh = dataset('fresh', put('fresh/v', 'fresh').split('/')[0] ?? '');
    await load(fresh);
    await inside('fresh', 'echo changed > /data/v');
    await docker.getVolume(`${prefix}fresh`).remove();
    expect(await rung(fresh)).toBe('fetched');
    await load(fresh);
    expect(await inside('fresh', 'cat /data/v')).toBe('fresh');
  });

  it('whatever was killed, the next climb mends: its mark, its pointer', async () => {
    const mended = dataset('mended', put('mended/v', 'one').split('/')[0] ?? '');
    await load(mended);
    const all = await volumesOf('mended');
    for (const ending of ['.current', '.pointer']) {
      const mark = all.find((v) => v.endsWith(ending)) ?? '';
      await docker.getVolume(mark).remove();
      expect(await rung(mended)).toBe('fetched');
      await load(mended);
      expect(await inside('mended', 'cat /data/v')).toBe('one');
      expect(await volumesOf('mended')).toEqual(all);
    }
  });

  it('a process that is killed while it loads leaves the last good copy in use, and the next one goes on', async () => {
    const killed = dataset('killed', put('killed/v', 'good').split('/')[0] ?? '');
    await load(killed);
    put('killed/v', 'next');
    put('killed/w', '');
    truncateSync(join(data, 'killed/w'), 1e9);
    const { signal: _, progress: __, now: ___, ...plain } = context();
    const child: ChildProcess = fork(program, [], {
      stdio: ['ignore', 'inherit', openSync(join(root, 'killed.log'), 'w'), 'ipc'],
    });
    child.send({ resource: killed, cache: join(root, 'cache'), context: plain });
    const died = new Promise((resolve) => child.once('exit', resolve));
    await new Promise<void>((resolve, reject) => {
      child.on('message', (said) => /^loading w: [1-9]\d* MB/.test(String(said)) && resolve());
      child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${readFileSync(join(root, 'killed.log'), 'utf8')}`)));
    });
    child.kill('SIGKILL');
    await died;
    expect(await contentsOf('killed')).toHaveLength(2);
    expect(await inside('killed', 'cat /data/v; ls /data')).toBe('goodv');
    await load(killed);
    expect(await inside('killed', 'cat /data/v; ls /data')).toBe('nextv\nw');
  });
});
