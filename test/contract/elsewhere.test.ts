import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { createEngineLink, type EngineLink } from '../../src/provision/engine/link.ts';
import { createComposeProvider } from '../../src/provision/providers/compose.ts';
import { createDevcontainerProvider } from '../../src/provision/providers/devcontainer.ts';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import { scan } from '../../src/sense/scan/scan.ts';
import { createSshServer, type SshServer, sshProblem } from '../harness/sshServer.ts';
import { redis } from './dockerSubject.ts';
import { countContainers, engineProblem, removeContainers } from './engine.ts';

/** This machine by an address that does not look like it, so that it stands for another one. */
const OTHER = '::ffff:7f00:1';
const unavailable = engineProblem ?? sshProblem();

describe.skipIf(unavailable !== undefined)(
  unavailable ? `an engine elsewhere (skipped: ${unavailable})` : 'an engine of another machine',
  () => {
    const root = mkdtempSync(join(tmpdir(), 'pw-elsewhere-'));
    const path = process.env.PATH;
    let server: SshServer;
    let wire: Server;
    let bySsh: EngineLink;
    let byTcp: EngineLink;

    beforeAll(async () => {
      server = await createSshServer();
      // The tools start ssh by themselves.
      process.env.PATH = server.environment.PATH;
      wire = createServer((client) => {
        const engine = connect('/var/run/docker.sock');
        client.pipe(engine).pipe(client);
        client.on('error', () => engine.destroy()).on('close', () => engine.destroy());
        engine.on('error', () => client.destroy()).on('close', () => client.destroy());
      });
      await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
      bySsh = createEngineLink({ host: server.url });
      byTcp = createEngineLink({ host: `tcp://[${OTHER}]:${(wire.address() as AddressInfo).port}` });
    });
    afterAll(async () => {
      process.env.PATH = path;
      await removeContainers();
      bySsh.close();
      byTcp.close();
      wire.close();
      await server.remove();
      rmSync(root, { recursive: true, force: true });
    });

    const calling = {
      workspace: `contract-${process.pid}`,
      storage: join(root, 'storage'),
      leases: join(root, 'leases'),
      now: Date.now,
      leaseMs: 60_000,
      signal: new AbortController().signal,
      instance: 'test',
      onBehalfOf: 'prediction' as const,
      progress: () => {},
    };

    function service(name: string, lines: readonly string[]): Resource {
      const folder = join(root, name);
      mkdirSync(folder);
      const text = [`name: prewarm-elsewhere`, 'services:', `  ${name}:`, ...lines.map((l) => `    ${l}`)].join('\n');
      writeFileSync(join(folder, 'compose.yaml'), text);
      return scan({ name: 'test', folder }, [{ path: 'compose.yaml', text }]).resources[0] as Resource;
    }

    it('by ssh, the compose tool makes its containers there, and its port is served here', async () => {
      const compose = createComposeProvider({ engine: bySsh });
      const resource = service('plain', ['image: redis:7', 'ports: ["26379:6379"]', 'healthcheck: { test: ["CMD", "redis-cli", "ping"] }']);
      const ready = await compose.reach(resource, 'ready', calling);
      expect(ready, ready.ok ? '' : ready.fault.message).toMatchObject({
        ok: true,
        value: { rung: 'ready', owner: 'prewarm', backends: [{ host: '127.0.0.1', containerPort: 6379 }] },
      });
      expect(await countContainers(resource, calling)).toBe(1);
      expect(await compose.reach(resource, 'absent', calling)).toMatchObject({ ok: true });
    });

    it('a service that mounts a folder of this machine is refused, and nothing is made', async () => {
      const compose = createComposeProvider({ engine: bySsh });
      const resource = service('mounts', ['image: redis:7', 'volumes: ["./seed:/seed"]']);
      expect(await compose.reach(resource, 'ready', calling)).toMatchObject({
        ok: false,
        fault: {
          code: 'unsupported',
          retry: 'never',
          message: expect.stringMatching(/mounts \.\/seed of this machine.*runs on test-engine/),
        },
      });
      expect(await countContainers(resource, calling)).toBe(0);
    });

    it('dev containers are left alone', async () => {
      const provider = createDevcontainerProvider({ engine: bySsh, cache: join(root, 'cache'), environment: {} });
      expect(await provider.check(calling.signal)).toMatchObject({
        ok: false,
        fault: { code: 'unsupported', message: expect.stringMatching(/runs on test-engine, where the folders of this machine are not/) },
      });
      await provider.close();
    });

    it('by TCP, what would be published on its loopback only is refused, and nothing is made', async () => {
      const docker = createDockerProvider({ engine: byTcp });
      const resource = redis('by-tcp');
      expect(await docker.check(calling.signal)).toMatchObject({ ok: true });
      expect(await docker.reach(resource, 'ready', calling)).toMatchObject({
        ok: false,
        fault: { code: 'unsupported', retry: 'never', message: expect.stringMatching(/publishes ports on loopback only.*by ssh/) },
      });
      expect(await countContainers(resource, calling)).toBe(0);
      const portless = { ...resource, id: 'docker:test/portless', ports: [] };
      expect(await docker.reach(portless, 'ready', calling)).toMatchObject({ ok: true, value: { rung: 'ready', backends: [] } });
      await docker.reach(portless, 'absent', calling);
      await docker.close();
    });

    it('by TCP, a port that its machine serves to others is served here', async () => {
      const echo = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
      await new Promise((resolve) => echo.once('listening', resolve));
      const { port } = echo.address() as AddressInfo;
      expect(await byTcp.portHere({ ip: '127.0.0.1', port })).toBeUndefined();
      const here = await byTcp.portHere({ ip: '0.0.0.0', port });
      const heard = await new Promise((resolve) => connect(here ?? 0, '127.0.0.1').once('data', (data) => resolve(String(data))));
      expect(heard).toBe('hello');
      echo.close();
    });
  },
);
