import { afterEach, describe, expect, it } from 'vitest';
import { dockerStatistics } from '../../../src/host/node/feeds/dockerStats.ts';
import { createEngineLink } from '../../../src/provision/engine/link.ts';
import { closeServers, json, type Reply, serve } from './server.ts';

const linkTo = (url: string) => createEngineLink({ host: url.replace('http:', 'tcp:') });

afterEach(closeServers);

async function ask(reply: Reply, signal = new AbortController().signal) {
  const { url, heard } = await serve(reply);
  const answer = await dockerStatistics(linkTo(url))('db', 'shop-db-1', signal);
  return { answer, asked: heard[0]?.url };
}

describe('statistics of Docker', () => {
  it('are asked of its API, two samples at once', async () => {
    const { answer, asked } = await ask((_, response) => json(response, 200, { read: '2026-03-29T12:00:00Z' }));
    expect(answer).toEqual({ ok: true, value: { read: '2026-03-29T12:00:00Z' } });
    expect(asked?.pathname).toMatch(/\/containers\/shop-db-1\/stats$/);
    expect(asked?.searchParams.get('stream')).toBe('false');
    expect(asked?.searchParams.has('one-shot')).toBe(false);
  });

  it('a container that is not there is named', async () => {
    const { answer } = await ask((_, response) => json(response, 404, { message: 'No such container: shop-db-1' }));
    expect(answer).toMatchObject({
      ok: false,
      fault: { code: 'not-found', retry: 'later', message: expect.stringContaining('no container shop-db-1') },
    });
  });

  it('an engine that is away, or hangs when somebody has enough of it', async () => {
    const { url } = await serve(() => {});
    const asks = dockerStatistics(linkTo(url));
    expect(await asks('db', 'x', AbortSignal.timeout(100))).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
    await closeServers();
    expect(await asks('db', 'x', new AbortController().signal)).toMatchObject({
      ok: false,
      fault: { code: 'engine-unreachable', retry: 'later' },
    });
  });
});
