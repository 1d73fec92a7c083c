import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../src/provision/engine/choose.ts';
import { usualSockets } from '../../../src/provision/engine/usualSockets.ts';

const root = mkdtempSync(join(tmpdir(), 'pw-choose-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let serial = 0;
/** A folder as the docker command keeps it. */
function dockerFolder(current: string | undefined, contexts: Readonly<Record<string, string>>): string {
  const folder = join(root, String(++serial));
  mkdirSync(folder);
  if (current !== undefined) writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: current }));
  for (const [name, host] of Object.entries(contexts)) {
    const meta = { Name: name, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
    write(join(folder, 'contexts', 'meta', idOf(name)), 'meta.json', JSON.stringify(meta));
  }
  return folder;
}
const idOf = (name: string): string => createHash('sha256').update(name).digest('hex');
function write(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
}

describe('the engine', () => {
  const folder = dockerFolder('current', { current: 'unix:///current', named: 'ssh://me@named', set: 'unix:///set' });
  const all = { DOCKER_CONFIG: folder, DOCKER_HOST: 'unix:///host', DOCKER_CONTEXT: 'named' };

  it.each([
    ['the setting of an endpoint', { host: 'unix:///wish', context: 'set', environment: all }, '/wish', /docker\.host/],
    ['the setting of a context', { context: 'set', environment: all }, '/set', /docker\.context/],
    ['DOCKER_HOST', { environment: all }, '/host', /DOCKER_HOST/],
    ['`docker context use`', { environment: { DOCKER_CONFIG: folder } }, '/current', /docker context use/],
  ])('%s', async (_, wish, path, because) => {
    const chosen = await chooseEngine(wish);
    expect(chosen).toMatchObject({ ok: true, value: { endpoint: { by: 'socket', path }, because: expect.stringMatching(because) } });
  });

  it('DOCKER_CONTEXT goes before the current one', async () => {
    const chosen = await chooseEngine({ environment: { ...all, DOCKER_HOST: '' } });
    expect(chosen).toMatchObject({ ok: true, value: { endpoint: { by: 'ssh', user: 'me', host: 'named' } } });
  });

  it('tools are told what only Prewarm’s settings say, and what they know is left to them', async () => {
    const tools = async (wish: Parameters<typeof chooseEngine>[0]) => {
      const chosen = await chooseEngine(wish);
      return chosen.ok ? chosen.value.tools : undefined;
    };
    expect(await tools({ host: 'unix:///wish', environment: all })).toMatchObject({ DOCKER_HOST: 'unix:///wish', DOCKER_CONTEXT: '' });
    expect(await tools({ context: 'set', environment: all })).toMatchObject({ DOCKER_HOST: '', DOCKER_CONTEXT: 'set' });
    expect(await tools({ environment: all })).not.toHaveProperty('DOCKER_HOST');
  });

  it('brings the certificates of a context along', async () => {
    const secured = dockerFolder(undefined, { secured: 'tcp://10.0.0.5' });
    const tls = join(secured, 'contexts', 'tls', idOf('secured'), 'docker');
    for (const name of ['ca', 'cert', 'key']) write(tls, `${name}.pem`, name);
    const chosen = await chooseEngine({ context: 'secured', environment: { DOCKER_CONFIG: secured } });
    expect(chosen).toMatchObject({
      ok: true,
      value: { endpoint: { by: 'tcp', host: '10.0.0.5', port: 2376, tls: { ca: 'ca', cert: 'cert', key: 'key' } } },
    });
  });

  it('DOCKER_TLS_VERIFY brings those of DOCKER_CERT_PATH', async () => {
    const certificates = join(root, 'certificates');
    write(certificates, 'ca.pem', 'ca');
    const environment = { DOCKER_HOST: 'tcp://10.0.0.5', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
    expect(await chooseEngine({ environment })).toMatchObject({ ok: true, value: { endpoint: { port: 2376, tls: { ca: 'ca' } } } });
  });

  it.each([
    ['a context that is not there', { context: 'gone', environment: all }, /no Docker context “gone”.*docker\.context/],
    ['a current one that is not there', { environment: { DOCKER_CONFIG: dockerFolder('lost', {}) } }, /“lost”.*docker context use/],
    [
      'one without an endpoint',
      { context: 'x', environment: { DOCKER_CONFIG: dockerFolder(undefined, { x: '' }) } },
      /“x” has no endpoint/,
    ],
    ['an endpoint that is none', { environment: { DOCKER_HOST: 'gopher://x' } }, /gopher.*DOCKER_HOST/],
  ])('%s is said', async (_, wish, message) => {
    expect(await chooseEngine(wish)).toMatchObject({ ok: false, fault: { message: expect.stringMatching(message) } });
  });

  it('a damaged store is no context, never an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
        const damaged = dockerFolder(undefined, { x: 'unix:///x' });
        write(join(damaged, 'contexts', 'meta', idOf('x')), 'meta.json', text);
        expect((await chooseEngine({ context: 'x', environment: { DOCKER_CONFIG: damaged } })).ok).toBe(false);
        writeFileSync(join(damaged, 'config.json'), text);
        expect((await chooseEngine({ environment: { DOCKER_CONFIG: damaged } })).ok).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.runIf(process.platform === 'linux')('where nothing names one, the first that listens in a usual place', async () => {
    const runtime = join(root, 'runtime');
    mkdirSync(join(runtime, 'podman'), { recursive: true });
    const server = createServer().listen(join(runtime, 'podman', 'podman.sock'));
    const environment = { DOCKER_CONFIG: root, XDG_RUNTIME_DIR: runtime };
    const chosen = await chooseEngine({ environment });
    server.close();
    // Docker itself may run on this machine, and goes before Podman.
    expect(chosen).toMatchObject({ ok: true, value: { because: expect.stringMatching(/usually does$/) } });
    if (!chosen.ok || chosen.value.endpoint.by !== 'socket') throw new Error('no socket');
    if (!/where rootless Podman/.test(chosen.value.because)) return;
    expect(chosen.value.endpoint.path).toBe(join(runtime, 'podman', 'podman.sock'));
    expect(chosen.value.tools).toMatchObject({ DOCKER_HOST: `unix://${join(runtime, 'podman', 'podman.sock')}` });
  });
});

describe('the usual places', () => {
  const of = (platform: NodeJS.Platform, environment = {}) => usualSockets({ platform, home: '/home/me', environment });

  it.each(['linux', 'darwin', 'win32'] as const)('on %s: Docker before Podman, none twice', (platform) => {
    const places = of(platform, { XDG_RUNTIME_DIR: '/run/user/1000', WSL_DISTRO_NAME: 'Debian' });
    const names = places.map((p) => p.of);
    expect(new Set(places.map((p) => p.path)).size).toBe(places.length);
    expect(names.indexOf('Docker')).toBeLessThan(names.findIndex((name) => /Podman/.test(name)));
    expect(names).toContain('Docker');
  });

  it('knows the user’s own only where there is a folder for them', () => {
    expect(of('linux').map((p) => p.of)).not.toContain('rootless Docker');
    expect(of('linux', { XDG_RUNTIME_DIR: '/run/user/1000' })).toContainEqual({
      path: '/run/user/1000/docker.sock',
      of: 'rootless Docker',
    });
  });
});
