import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngineLink } from '../../src/provision/engine/link.ts';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import { createTlsProxy, type TlsProxy, tlsProblem } from '../harness/tlsProxy.ts';
import { redis } from './dockerSubject.ts';
import { countContainers, engineProblem, removeContainers } from './engine.ts';

const SOCKET = '/var/run/docker.sock';
const unavailable = engineProblem ?? tlsProblem();

describe.skipIf(unavailable !== undefined)(unavailable ? `docker by TLS (skipped: ${unavailable})` : 'docker by TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pw-tls-context-'));
  let proxy: TlsProxy;

  beforeAll(async () => {
    proxy = await createTlsProxy(SOCKET);
    context('ours', proxy.ours, ['ca', 'cert', 'key']);
    context('strange-authority', proxy.strange, ['ca']);
    context('strange-client', proxy.ours, ['ca']);
    for (const name of ['cert', 'key']) cpSync(join(proxy.strange, `${name}.pem`), join(tlsOf('strange-client'), `${name}.pem`));
  });
  afterAll(async () => {
    await removeContainers();
    proxy.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const idOf = (name: string): string => createHash('sha256').update(name).digest('hex');
  const tlsOf = (name: string): string => join(folder, 'contexts', 'tls', idOf(name), 'docker');

  /** As `docker context create` writes it. */
  function context(name: string, from: string, pems: readonly string[]): void {
    const meta = join(folder, 'contexts', 'meta', idOf(name));
    mkdirSync(meta, { recursive: true });
    const endpoint = { Host: `tcp://127.0.0.1:${proxy.port}`, SkipTLSVerify: false };
    writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: endpoint } }));
    mkdirSync(tlsOf(name), { recursive: true });
    for (const pem of pems) cpSync(join(from, `${pem}.pem`), join(tlsOf(name), `${pem}.pem`));
  }

  const provider = (name: string) =>
    createDockerProvider({ engine: createEngineLink({ context: name, environment: { ...process.env, DOCKER_CONFIG: folder } }) });
  const calling = {
    workspace: `contract-${process.pid}`,
    storage: folder,
    leases: folder,
    now: Date.now,
    leaseMs: 60_000,
    signal: new AbortController().signal,
    instance: 'test',
    onBehalfOf: 'prediction' as const,
    progress: () => {},
  };

  it('climbs and comes down by a context with certificates', async () => {
    const docker = provider('ours');
    const resource = redis('tls');
    expect(await docker.reach(resource, 'ready', calling)).toMatchObject({
      ok: true,
      value: { rung: 'ready', backends: [{ containerPort: 6379 }] },
    });
    expect(await countContainers(resource, calling)).toBe(1);
    expect(await docker.reach(resource, 'absent', calling)).toMatchObject({ ok: true });
    await docker.close();
  });

  it.each([
    ['strange-authority', /was not trusted over TLS: its certificate is not signed by the authority in `ca\.pem`/],
    ['strange-client', /refused this machine’s certificate|ended the TLS connection.*trust this machine’s certificate/],
    ['gone', /There is no Docker context “gone”/],
  ])('%s: one message, and what it has is unknown', async (name, message) => {
    const docker = provider(name);
    expect(await docker.check(calling.signal)).toMatchObject({
      ok: false,
      fault: { code: 'engine-unreachable', message: expect.stringMatching(message) },
    });
    expect((await docker.observe([redis('tls')], calling))[0]).toMatchObject({ rung: 'unknown', detail: expect.stringMatching(message) });
    await docker.close();
  });
});
