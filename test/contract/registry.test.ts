import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { createDatasetCache } from '../../src/provision/datasets/cache.ts';
import { fetchContent } from '../../src/provision/datasets/fetchContent.ts';

const PROGRAM = '/usr/bin/docker-registry';
const digestOf = (data: Buffer | string): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** The registry that Docker itself comes from (distribution 2.8), as Debian packs it. */
describe.skipIf(!existsSync(PROGRAM))(
  `an artefact in a real registry${existsSync(PROGRAM) ? '' : ' (skipped: docker-registry is not installed)'}`,
  () => {
    const root = mkdtempSync(join(tmpdir(), 'prewarm-registry-'));
    let registry: ChildProcess;
    let host: string;

    beforeAll(async () => {
      host = `127.0.0.1:${await freePort()}`;
      const config = join(root, 'config.yml');
      const storage = `{ filesystem: { rootdirectory: ${JSON.stringify(join(root, 'store'))} } }`;
      writeFileSync(config, `version: 0.1\nstorage: ${storage}\nhttp: { addr: "${host}" }\n`);
      registry = spawn(PROGRAM, ['serve', config], { stdio: 'ignore' });
      for (let tries = 0; tries < 100; tries++) {
        if (
          await fetch(`http://${host}/v2/`).then(
            (r) => r.ok,
            () => false,
          )
        )
          return;
        await sleep(100);
      }
      throw new Error('the registry did not start');
    });
    afterAll(() => {
      registry.kill('SIGKILL');
      rmSync(root, { recursive: true, force: true });
    });

    async function pushBlob(data: Buffer | string): Promise<void> {
      const start = await fetch(`http://${host}/v2/data/shop/blobs/uploads/`, { method: 'POST' });
      const at = new URL(start.headers.get('location') ?? '', `http://${host}`);
      at.searchParams.set('digest', digestOf(data));
      const put = await fetch(at, {
        method: 'PUT',
        body: typeof data === 'string' ? data : new Uint8Array(data),
        headers: { 'content-type': 'application/octet-stream' },
      });
      expect(put.status).toBe(201);
    }
    /** As `oras push` does it. */
    async function push(tag: string, files: Readonly<Record<string, Buffer>>): Promise<string> {
      await Promise.all([pushBlob('{}'), ...Object.values(files).map(pushBlob)]);
      const layers = Object.entries(files).map(([title, data]) => ({
        mediaType: 'application/octet-stream',
        digest: digestOf(data),
        size: data.length,
        annotations: { 'org.opencontainers.image.title': title },
      }));
      const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2 };
      const mediaType = 'application/vnd.oci.image.manifest.v1+json';
      const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers });
      const put = await fetch(`http://${host}/v2/data/shop/manifests/${tag}`, {
        method: 'PUT',
        body: manifest,
        headers: { 'content-type': mediaType },
      });
      expect(put.status).toBe(201);
      return digestOf(manifest);
    }

    it('is fetched by tag and by digest; a moved tag brings the new layers and fetches no old one again', async () => {
      const cache = createDatasetCache(join(root, 'cache'));
      const get = async (reference: string) => {
        const from = { type: 'oci', registry: host, repository: 'data/shop', reference };
        const dataset = { name: 'd', declaredIn: 'x', spec: { type: 'dataset', from } } as unknown as Resource;
        const step = { signal: new AbortController().signal, progress: () => {} };
        const result = await fetchContent(dataset, { cache, environment: {}, stallMs: 5000, pauseMs: 5 }, step);
        if (!result.ok) throw new Error(result.fault.message);
        return result.value.parts.map((p) => [p.name, `sha256:${p.digest}`]);
      };
      const [one, two, three] = [randomBytes(5_000_000), randomBytes(10), randomBytes(20)] as [Buffer, Buffer, Buffer];
      const first = await push('v1', { 'one.csv': one, 'two.csv': two });
      expect(await get('v1')).toEqual([
        ['one.csv', digestOf(one)],
        ['two.csv', digestOf(two)],
      ]);
      await push('v1', { 'one.csv': one, 'three.csv': three });
      expect(await get('v1')).toEqual([
        ['one.csv', digestOf(one)],
        ['three.csv', digestOf(three)],
      ]);
      expect(await get(first)).toEqual([
        ['one.csv', digestOf(one)],
        ['two.csv', digestOf(two)],
      ]);
      expect(readdirSync(join(root, 'cache', 'content'))).toHaveLength(3);
      expect(readdirSync(join(root, 'cache', 'partial'))).toEqual([]);
    });
  },
);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
