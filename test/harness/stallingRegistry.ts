import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A registry (OCI distribution API, what a pull needs of it) with one image, that stands still in the middle of its layer until it is told to flow. */
export interface StallingRegistry {
  readonly address: string;
  readonly image: string;
  /** How often the layer was asked for. */
  readonly asked: () => number;
  flow(): void;
  close(): Promise<void>;
}

export async function createStallingRegistry(): Promise<StallingRegistry> {
  const layer = madeLayer();
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [digest(gunzipSync(layer))] },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: digest(config) },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: layer.length, digest: digest(layer) }],
    }),
  );
  let stalls = true;
  let asked = 0;
  const send = (response: ServerResponse, type: string, body: Buffer): void => {
    response.writeHead(200, { 'content-type': type, 'content-length': body.length, 'docker-content-digest': digest(body) });
    if (body !== layer || !stalls) return void response.end(body);
    response.write(body.subarray(0, body.length / 2));
  };
  const server = createServer(({ url = '' }, response) => {
    if (url.includes('/manifests/')) return send(response, 'application/vnd.docker.distribution.manifest.v2+json', manifest);
    if (url.endsWith(digest(config))) return send(response, 'application/octet-stream', config);
    if (url.endsWith(digest(layer))) {
      asked++;
      return send(response, 'application/octet-stream', layer);
    }
    response.writeHead(url === '/v2/' ? 200 : 404).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    image: `${address}/slow/thing:1`,
    asked: () => asked,
    flow: () => {
      stalls = false;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const digest = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Noise, so that half of it is half of it when packed. */
function madeLayer(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-layer-'));
  writeFileSync(join(folder, 'noise'), randomBytes(4_000_000));
  return execFileSync('tar', ['-C', folder, '-cz', '.'], { maxBuffer: 2 ** 24 });
}
