import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSource, Resource } from '../../../src/domain/index.ts';
import { createDatasetCache, type DatasetCache } from '../../../src/provision/datasets/cache.ts';
import { stillWhole } from '../../../src/provision/datasets/content.ts';
import { fetchContent, heldContent } from '../../../src/provision/datasets/fetchContent.ts';
import { type Served, sendCut, sendFile, serve } from './serve.ts';

const DATA = randomBytes(3_000_000);
const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
let folder: string;
let cache: DatasetCache;
let served: Served | undefined;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-datasets-'));
  cache = createDatasetCache(join(folder, 'cache'));
  said = [];
});
afterEach(async () => {
  await served?.close();
  served = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const dataset = (from: DatasetSource, more: { sha256?: string } = {}): Resource =>
  ({
    id: 'dataset:ws/d',
    name: 'd',
    declaredIn: '.prewarm/datasets.json',
    spec: { type: 'dataset', from, ...more },
  }) as unknown as Resource;
const get = (resource: Resource, more: { environment?: Record<string, string>; signal?: AbortSignal; stallMs?: number } = {}) =>
  fetchContent(
    resource,
    { cache, environment: more.environment ?? {}, stallMs: more.stallMs ?? 5000, pauseMs: 5 },
    { signal: more.signal ?? new AbortController().signal, progress: (text) => void said.push(text) },
  );
const must = async (resource: Resource, more = {}) => {
  const result = await get(resource, more);
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
};
const http = async (answer: Parameters<typeof serve>[0], path = '/data/a.csv'): Promise<Resource> => {
  served = await serve(answer);
  return dataset({ type: 'http', url: `${served.url}${path}` });
};
const content = (): string[] => {
  try {
    return readdirSync(join(folder, 'cache', 'content'));
  } catch {
    return [];
  }
};

describe('a path', () => {
  it('of a file is read where it lies, and not again until it changes', async () => {
    writeFileSync(join(folder, 'a.csv'), 'id\n1\n');
    const it = dataset({ type: 'path', path: join(folder, 'a.csv') });
    expect(await must(it)).toMatchObject({ digest: sha256('id\n1\n'), bytes: 5, name: 'a.csv' });
    expect(await heldContent(it, cache)).toBeDefined();
    said.length = 0;
    await must(it);
    expect(said).toEqual([]);
    writeFileSync(join(folder, 'a.csv'), 'id\n2\n3\n');
    expect(await heldContent(it, cache)).toBeUndefined();
    expect((await must(it)).digest).toBe(sha256('id\n2\n3\n'));
    expect(content()).toEqual([]);
  });

  it('of a folder is its files in the order of their names', async () => {
    mkdirSync(join(folder, 'f'));
    for (const name of ['b.sql', 'a.sql', '.hidden']) writeFileSync(join(folder, 'f', name), name);
    const got = await must(dataset({ type: 'path', path: join(folder, 'f') }));
    expect(got.parts.map((p) => p.name)).toEqual(['a.sql', 'b.sql']);
    expect(got.digest).toBe(sha256(`${sha256('a.sql')}  a.sql\n${sha256('b.sql')}  b.sql\n`));
  });

  it('that is not there is told once and for all; of another digest, too', async () => {
    expect(await get(dataset({ type: 'path', path: join(folder, 'no') }))).toMatchObject({
      ok: false,
      fault: { code: 'not-found', retry: 'never' },
    });
    writeFileSync(join(folder, 'a'), 'x');
    const wrong = await get(dataset({ type: 'path', path: join(folder, 'a') }, { sha256: sha256('y') }));
    expect(wrong).toMatchObject({ ok: false, fault: { code: 'fetch-failed', retry: 'never' } });
  });
});

describe('a URL', () => {
  it('is fetched with progress, kept by its digest, and asked only whether it changed', async () => {
    const it = await http((request, response) => sendFile(request, response, DATA, '"v1"'));
    expect(await must(it)).toMatchObject({ digest: sha256(DATA), bytes: DATA.length, name: 'a.csv' });
    expect(said.at(-1)).toBe('fetching 3 MB of 3 MB');
    expect(content()).toEqual([sha256(DATA)]);
    await must(it);
    expect(served?.requests[1]?.headers['if-none-match']).toBe('"v1"');
  });

  it('cut half-way is resumed from there, within one try', async () => {
    const it = await http((request, response, before) =>
      before === 0 ? sendCut(response, DATA, '"v1"', 1_000_000) : sendFile(request, response, DATA, '"v1"'),
    );
    expect((await must(it)).digest).toBe(sha256(DATA));
    const range = Number(/bytes=(\d+)-/.exec(served?.requests[1]?.headers.range ?? '')?.[1]);
    expect(range).toBeGreaterThan(0);
    expect(served?.requests[1]?.headers['if-range']).toBe('"v1"');
  });

  it('cut again and again is given up, and resumed by the next try from what was kept', async () => {
    let cut = true;
    const it = await http((request, response) => {
      if (!cut) return sendFile(request, response, DATA, '"v1"');
      if (request.headers.range) return void response.destroy();
      return sendCut(response, DATA, '"v1"', 2_000_000);
    });
    expect(await get(it)).toMatchObject({
      ok: false,
      fault: {
        code: 'fetch-failed',
        retry: 'later',
        message: expect.stringMatching(/^d: the connection to .* broke .*goes on from there/),
      },
    });
    expect(content()).toEqual([]);
    cut = false;
    expect((await must(it)).digest).toBe(sha256(DATA));
    expect(served?.requests.at(-1)?.headers.range).toMatch(/^bytes=\d{3,}-$/);
  });

  it('that changed between two tries is fetched from its beginning', async () => {
    const next = randomBytes(2_500_000);
    const it = await http((request, response, before) =>
      before === 0 ? sendCut(response, DATA, '"v1"', 1_000_000) : sendFile(request, response, next, '"v2"'),
    );
    expect((await must(it)).digest).toBe(sha256(next));
  });

  it('of a server without ranges or validators is fetched from its beginning', async () => {
    const it = await http((_, response, before) => {
      response.writeHead(200, { 'content-length': DATA.length });
      if (before === 0) response.write(DATA.subarray(0, 9), () => setTimeout(() => response.destroy(), 30));
      else response.end(DATA);
    });
    expect((await must(it)).digest).toBe(sha256(DATA));
    expect(served?.requests[1]?.headers.range).toBeUndefined();
  });

  it('that answers with a range which was not asked for is fetched anew', async () => {
    const it = await http((_, response, before) => {
      if (before === 0) return sendCut(response, DATA, '"v1"', 1_000_000);
      if (before === 1) return void response.writeHead(206, { etag: '"v1"', 'content-range': 'bytes 5-9/3000000' }).end('abcde');
      return void response.writeHead(200, { etag: '"v1"' }).end(DATA);
    });
    expect((await must(it)).digest).toBe(sha256(DATA));
  });

  it('that stalls is given up after its time', async () => {
    const it = await http((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('abc');
    });
    expect(await get(it, { stallMs: 100 })).toMatchObject({
      ok: false,
      fault: { code: 'fetch-failed', retry: 'later', message: expect.stringMatching(/nothing came from .* for 0 s/) },
    });
    expect(served?.requests).toHaveLength(4);
  });

  it('of another digest than declared is refused, and leaves nothing', async () => {
    const it = await http((request, response) => sendFile(request, response, DATA, '"v1"'));
    const wrong = await get({ ...it, spec: { ...it.spec, sha256: sha256('other') } } as Resource);
    expect(wrong).toMatchObject({
      ok: false,
      fault: { code: 'fetch-failed', retry: 'never', message: expect.stringContaining(sha256(DATA)) },
    });
    expect([...content(), ...readdirSync(join(folder, 'cache', 'partial'))]).toEqual([]);
  });

  it('with its digest declared and there is never asked again', async () => {
    const it = await http((request, response) => sendFile(request, response, DATA, '"v1"'));
    const right = { ...it, spec: { ...it.spec, sha256: sha256(DATA) } } as Resource;
    await must(right);
    await must(right);
    expect(served?.requests).toHaveLength(1);
  });

  it.each([
    [404, 'not-found', 'never', 1],
    [410, 'not-found', 'never', 1],
    [403, 'fetch-failed', 'never', 1],
    [418, 'fetch-failed', 'never', 1],
    [503, 'fetch-failed', 'later', 4],
    [429, 'fetch-failed', 'later', 4],
  ])('HTTP %i is %s, retry %s, after %i requests', async (status, code, retry, requests) => {
    const it = await http((_, response) => void response.writeHead(status).end('no'));
    expect(await get(it)).toMatchObject({ ok: false, fault: { code, retry } });
    expect(served?.requests).toHaveLength(requests);
  });

  it('busy once is asked again', async () => {
    const it = await http((request, response, before) =>
      before === 0 ? void response.writeHead(500).end() : sendFile(request, response, DATA, '"v1"'),
    );
    expect((await must(it)).bytes).toBe(DATA.length);
  });

  it('whose server is gone goes on with what it last gave', async () => {
    let up = true;
    const it = await http((request, response) => (up ? sendFile(request, response, DATA, '"v1"') : void response.destroy()));
    await must(it);
    up = false;
    expect((await must(it)).digest).toBe(sha256(DATA));
    expect(said.at(-1)).toMatch(/going on with what was fetched before/);
  });

  it('cancelled stops at once, and what came is kept', async () => {
    const controller = new AbortController();
    const it = await http((_, response) => {
      response.writeHead(200, { etag: '"v1"', 'content-length': DATA.length });
      response.write(DATA.subarray(0, 500_000), () => setTimeout(() => controller.abort(), 50));
    });
    expect(await get(it, { signal: controller.signal })).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    expect(readdirSync(join(folder, 'cache', 'partial'))).toHaveLength(2);
  });

  it('is compressed by its server all the same: the length is not held against it', async () => {
    const { gzipSync } = await import('node:zlib');
    const it = await http((_, response) => {
      const body = gzipSync('id\n1\n');
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length, etag: '"z"' }).end(body);
    });
    expect((await must(it)).digest).toBe(sha256('id\n1\n'));
  });

  it('gets its secrets from the environment, and no word of them comes out', async () => {
    const it = await http((_, response) => void response.writeHead(403).end(), '/a.csv?sig=${SIG}');
    const missing = await get(it);
    expect(missing).toMatchObject({ ok: false, fault: { retry: 'never', message: expect.stringContaining('the variable SIG') } });
    const refused = await get(it, { environment: { SIG: 'hunter2&x' } });
    expect(served?.requests[0]?.url).toBe('/a.csv?sig=hunter2%26x');
    expect(JSON.stringify([refused, said, it])).not.toContain('hunter2');
  });
});

describe('the cache', () => {
  it('finds damage: a cut file is fetched again, a changed one is not loaded', async () => {
    const it = await http((request, response) => sendFile(request, response, DATA, '"v1"'));
    const got = await must(it);
    const file = got.parts[0]?.file ?? '';
    const step = { signal: new AbortController().signal, progress: () => {} };
    expect(await stillWhole(got, 'd', step)).toMatchObject({ ok: true });
    const bad = readFileSync(file);
    bad[1000] = (bad[1000] ?? 0) ^ 1;
    writeFileSync(file, bad);
    expect(await stillWhole(got, 'd', step)).toMatchObject({ ok: false, fault: { code: 'storage-failed', retry: 'now' } });
    truncateSync(file, 10);
    expect(await heldContent(it, cache)).toBeUndefined();
    expect((await must(it)).bytes).toBe(DATA.length);
  });

  it('an index that is nonsense is none', async () => {
    const it = await http((request, response) => sendFile(request, response, DATA, '"v1"'));
    await must(it);
    for (const name of readdirSync(join(folder, 'cache', 'index'))) writeFileSync(join(folder, 'cache', 'index', name), '{"content":');
    expect(await heldContent(it, cache)).toBeUndefined();
    await must(it);
    expect(await heldContent(it, cache)).toBeDefined();
  });
});

describe('S3', () => {
  const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'hunter2secret', AWS_REGION: 'eu-north-1' };

  /** A store that reckons the signature from the secret by itself (AWS: “Authenticating Requests”, Signature Version 4). */
  function isSigned(request: IncomingMessage): boolean {
    const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
    const [, scope = '', names = '', signature] =
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
        request.headers.authorization ?? '',
      ) ?? [];
    const headers = names.split(';').map((n) => `${n}:${request.headers[n]}\n`);
    const canonical = ['GET', request.url, '', headers.join(''), names, request.headers['x-amz-content-sha256']].join('\n');
    const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
    const key = scope.split('/').reduce<string | Buffer>((k, part) => hmac(k, part), `AWS4${KEYS.AWS_SECRET_ACCESS_KEY}`);
    return scope.endsWith('/eu-north-1/s3/aws4_request') && names.includes('host') && hmac(key, toSign).toString('hex') === signature;
  }
  const store = async (): Promise<Resource> => {
    served = await serve((request, response: ServerResponse) => {
      if (request.url === '/public/a.csv') return sendFile(request, response, DATA, '"v1"');
      if (isSigned(request)) sendFile(request, response, DATA, '"v1"');
      else response.writeHead(403).end();
    });
    return dataset({ type: 's3', bucket: 'private', key: 'x/ä b.csv', endpoint: served.url });
  };

  it('is asked with a signature that the store reckons by itself', async () => {
    const it = await store();
    expect((await must(it, { environment: KEYS })).digest).toBe(sha256(DATA));
    expect(served?.requests[0]?.url).toBe('/private/x/%C3%A4%20b.csv');
    expect(JSON.stringify(served?.requests[0]?.headers)).not.toContain('hunter2');
  });

  it('with wrong keys or none is refused with advice; without keys a public bucket serves', async () => {
    const it = await store();
    for (const environment of [{}, { ...KEYS, AWS_SECRET_ACCESS_KEY: 'wrong' }])
      expect(await get(it, { environment })).toMatchObject({
        ok: false,
        fault: { retry: 'never', message: expect.stringMatching(/s3:\/\/private.*credentials/) },
      });
    const free = dataset({ type: 's3', bucket: 'public', key: 'a.csv', endpoint: served?.url ?? '' });
    expect((await must(free)).digest).toBe(sha256(DATA));
  });
});

describe('an OCI registry', () => {
  const BLOBS = [DATA, Buffer.from('id\n1\n')] as const;
  const layer = (data: Buffer, title: string) => ({
    mediaType: 'text/csv',
    digest: `sha256:${sha256(data)}`,
    size: data.length,
    annotations: { 'org.opencontainers.image.title': title },
  });
  const manifestOf = (...layers: object[]): string => JSON.stringify({ schemaVersion: 2, config: {}, layers });

  /** One that wants a token for each pull, as Docker Hub and GitHub do; `spoil` may answer in its place. */
  async function registry(
    manifest: () => string,
    spoil: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
  ): Promise<Resource> {
    served = await serve((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/token?')) {
        expect(path).toContain('scope=repository%3Adata%2Fshop%3Apull');
        return void response.end(JSON.stringify({ token: 'pulltoken' }));
      }
      if (request.headers.authorization !== 'Bearer pulltoken')
        return void response
          .writeHead(401, { 'www-authenticate': `Bearer realm="${served?.url}/token",service="reg",scope="repository:data/shop:pull"` })
          .end();
      if (spoil(request, response)) return;
      if (/\/v2\/data\/shop\/manifests\/(v1|sha256:)/.test(path)) return void response.end(manifest());
      const blob = BLOBS.find((b) => path === `/v2/data/shop/blobs/sha256:${sha256(b)}`);
      if (blob) sendFile(request, response, blob, `"${sha256(blob)}"`);
      else response.writeHead(404).end();
    });
    return dataset({ type: 'oci', registry: `127.0.0.1:${served.port}`, repository: 'data/shop', reference: 'v1' });
  }

  it('gives the layers of an artefact by their titles; a tag that stands still costs one request', async () => {
    const it = await registry(() => manifestOf(layer(BLOBS[0], 'big.csv'), layer(BLOBS[1], 'small.csv')));
    const got = await must(it);
    expect(got.parts.map((p) => [p.name, p.digest])).toEqual([
      ['big.csv', sha256(BLOBS[0])],
      ['small.csv', sha256(BLOBS[1])],
    ]);
    const before = served?.requests.length ?? 0;
    await must(it);
    expect(served?.requests.slice(before).map((r) => r.url?.split('/').at(-2))).toEqual(['manifests', expect.any(String), 'manifests']);
  });

  it('a layer that breaks off is resumed, and one of another digest refused', async () => {
    let cuts = 0;
    const it = await registry(
      () => manifestOf(layer(BLOBS[0], 'a.csv')),
      (request, response) => {
        if (!request.url?.includes('/blobs/') || cuts++ > 0) return false;
        sendCut(response, BLOBS[0], `"${sha256(BLOBS[0])}"`, 1_000_000);
        return true;
      },
    );
    expect((await must(it)).digest).toBe(sha256(BLOBS[0]));
    expect(served?.requests.some((r) => r.headers.range)).toBe(true);
  });

  it('that lies about a layer or a manifest is refused', async () => {
    const it = await registry(
      () => manifestOf(layer(BLOBS[1], 'a.csv')),
      (request, response) => {
        if (!request.url?.includes('/blobs/')) return false;
        response.end('something else');
        return true;
      },
    );
    expect(await get(it)).toMatchObject({ ok: false, fault: { code: 'fetch-failed', retry: 'never' } });
    const pinned = dataset({
      ...(it.spec as { from: Extract<DatasetSource, { type: 'oci' }> }).from,
      reference: `sha256:${'0'.repeat(64)}`,
    });
    expect(await get(pinned)).toMatchObject({ ok: false, fault: { message: expect.stringContaining('manifest of another digest') } });
  });

  it.each([
    ['{"layers":[]}', /no artefact of files/],
    ['{"layers":[{"digest":"md5:1"}]}', /no artefact of files/],
    ['not json', /no artefact of files/],
    [manifestOf({ ...layer(DATA, 'd'), annotations: { 'io.deis.oras.content.unpack': 'true' } }), /packed folder/],
  ])('with the manifest %.40s is refused once and for all', async (manifest, message) => {
    const it = await registry(() => manifest);
    expect(await get(it)).toMatchObject({ ok: false, fault: { retry: 'never', message: expect.stringMatching(message) } });
  });

  it('that is gone, or has no such tag', async () => {
    const it = await registry(() => manifestOf(layer(BLOBS[1], 'a.csv')));
    const { from } = it.spec as { from: Extract<DatasetSource, { type: 'oci' }> };
    expect(await get(dataset({ ...from, reference: 'nope' }))).toMatchObject({ ok: false, fault: { code: 'not-found', retry: 'never' } });
    expect(await get(dataset({ ...from, registry: '127.0.0.1:9' }))).toMatchObject({
      ok: false,
      fault: { code: 'fetch-failed', retry: 'later' },
    });
    await must(it);
    await served?.close();
    expect((await must(it)).digest).toBe(sha256(BLOBS[1]));
  });
});
