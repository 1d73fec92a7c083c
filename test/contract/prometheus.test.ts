import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedAnswer } from '../../src/app/feeds/feed.ts';
import { type FeedSettings, readFeedSettings } from '../../src/app/feeds/feedSettings.ts';
import { failed, type Series } from '../../src/domain/index.ts';
import { createFeedPorts } from '../../src/host/node/feeds/feedPorts.ts';
import { until } from '../harness/until.mjs';
import { engineProblem } from './engine.ts';
import { createShop } from './shop.ts';

const unavailable = spawnSync('prometheus', ['--version']).error
  ? 'there is no `prometheus` on the PATH; the package of that name has it'
  : undefined;
const folder = mkdtempSync(join(tmpdir(), 'prewarm-prometheus-'));

/** Requests a second that the pattern has at that second: quiet, busy, quiet. */
const QUIET = 20;
const BUSY = 200;
const PHASE_S = 12;
const loadAt = (second: number): number => (Math.floor(second / PHASE_S) % 2 === 1 ? BUSY : QUIET);

let target: Server;
let prometheus: ChildProcess | undefined;
let url = '';
/** Of the target: it can be asked, or is gone for a while. */
let answering = true;
let beganAt = 0;

/** What was counted until now, by the pattern. */
function counted(): number {
  const seconds = (Date.now() - beganAt) / 1000;
  let sum = 0;
  for (let s = 0; s < seconds; s++) sum += loadAt(s) * Math.min(1, seconds - s);
  return Math.floor(sum);
}

/** Jobs come in every other fifteen seconds, four a second; else none. */
const JOBS_PHASE_S = 15;
const jobsAt = (second: number): number => (Math.floor(second / JOBS_PHASE_S) % 2 === 1 ? 4 : 0);
const phaseOf = (at: number): { readonly busy: boolean; readonly intoS: number } => {
  const second = (at - beganAt) / 1000;
  return { busy: jobsAt(second) > 0, intoS: second % JOBS_PHASE_S };
};

function jobs(): number {
  const seconds = (Date.now() - beganAt) / 1000;
  let sum = 0;
  for (let s = 0; s < seconds; s++) sum += jobsAt(s) * Math.min(1, seconds - s);
  return Math.floor(sum);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

beforeAll(async () => {
  if (unavailable) return;
  target = createServer((_request, response) => {
    if (!answering) return void response.writeHead(503).end();
    response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' });
    response.end(
      `# TYPE shop_jobs_total counter\nshop_jobs_total ${jobs()}\n# TYPE shop_requests_total counter\nshop_requests_total{route="/orders"} ${counted()}\n# TYPE shop_nothing gauge\nshop_nothing NaN\n`,
    );
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
  beganAt = Date.now();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const config = join(folder, 'prometheus.yml');
  const { port: targetPort } = target.address() as AddressInfo;
  writeFileSync(
    config,
    `global: { scrape_interval: 1s, scrape_timeout: 900ms }\nscrape_configs:\n  - job_name: shop\n    static_configs: [{ targets: ["127.0.0.1:${targetPort}"] }]\n`,
  );
  prometheus = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: 'ignore' },
  );
  const end = Date.now() + 60_000;
  while (
    Date.now() < end &&
    !(await fetch(`${url}/-/ready`).then(
      (r) => r.ok,
      () => false,
    ))
  )
    await sleep(200);
}, 90_000);

afterAll(async () => {
  if (prometheus && prometheus.exitCode === null) {
    prometheus.kill();
    await once(prometheus, 'exit');
  }
  target?.closeAllConnections();
  target?.close();
  rmSync(folder, { recursive: true, force: true });
});

function ask(query: string): Promise<FeedAnswer> {
  const { feeds, problems } = readFeedSettings([{ name: 'shop', type: 'prometheus', url, query, quantity: 'rate', stepMinutes: 1 / 60 }]);
  expect(problems).toEqual([]);
  const secret = async () => failed('not-found', 'never', 'none');
  const { ask } = createFeedPorts({ folder, storage: folder, secret, log: () => {} });
  const now = Date.now();
  return ask(feeds[0] as FeedSettings, { since: now - 120_000, until: now }, new AbortController().signal);
}

async function only(query: string): Promise<Series> {
  const answer = await ask(query);
  if (!answer.ok) throw new Error(answer.fault.message);
  expect(answer.value.series.length).toBe(1);
  return answer.value.series[0] as Series;
}

describe.skipIf(unavailable !== undefined)(`Prometheus${unavailable ? ` (skipped: ${unavailable})` : ''}`, () => {
  it('tells the load of the target as it was, with a gap where the target was away', async () => {
    await sleep(Math.max(0, beganAt + 2 * PHASE_S * 1000 - Date.now()));
    answering = false;
    await sleep(8000);
    answering = true;
    await sleep(4000);
    const { values, startAt, stepMs, id } = await only('rate(shop_requests_total[3s])');
    expect(id).toMatch(/^prometheus:shop\/\{instance="127\.0\.0\.1:\d+",job="shop",route="\/orders"\}$/);
    expect(stepMs).toBe(1000);
    // Well inside each phase, since a rate looks back over three seconds.
    const within = (fromS: number, untilS: number): readonly number[] =>
      [...values].filter((value, i) => {
        const second = (startAt + i * stepMs - beganAt) / 1000;
        return !Number.isNaN(value) && second >= fromS && second < untilS;
      });
    const busy = within(PHASE_S + 4, 2 * PHASE_S - 1);
    const quiet = within(4, PHASE_S - 1);
    expect(busy.length).toBeGreaterThan(3);
    for (const value of busy) expect(Math.abs(value / BUSY - 1)).toBeLessThan(0.2);
    for (const value of quiet) expect(Math.abs(value / QUIET - 1)).toBeLessThan(0.4);
    const away = [...values].filter((value, i) => {
      const second = (startAt + i * stepMs - beganAt) / 1000;
      return Number.isNaN(value) && second > 2 * PHASE_S;
    });
    expect(away.length).toBeGreaterThan(1);
  });

  it('what is never a number is no series', async () => {
    expect(await ask('shop_nothing')).toEqual({ ok: true, value: { series: [], events: [] } });
  });

  it('a query that it can’t read is said to be so', async () => {
    expect(await ask('rate(')).toMatchObject({
      ok: false,
      fault: { retry: 'never', message: expect.stringMatching(/bad_data.*Mend “query”/) },
    });
  });

  it.skipIf(engineProblem !== undefined)(
    `a load that follows a pattern: its next peak is foreseen, and a real container is ready before it${engineProblem ? ` (skipped: ${engineProblem})` : ''}`,
    async () => {
      const shop = createShop('feeds');
      const log: string[] = [];
      try {
        // Two seasons of the past, and then the beginning of a quiet phase.
        await until(() => Date.now() - beganAt > 4.5 * JOBS_PHASE_S * 1000 && phaseOf(Date.now()).busy, 120_000, 'there is no past');
        await until(() => !phaseOf(Date.now()).busy, 60_000, 'it is never quiet');
        const feed = { name: 'jobs', type: 'prometheus', url, query: 'rate(shop_jobs_total[2s])', quantity: 'rate', stepMinutes: 1 / 60 };
        const feeds = [{ ...feed, everyMinutes: 0.1, resource: shop.id('cache'), seasonMinutes: (2 * JOBS_PHASE_S) / 60 }];
        const app = await shop.open(undefined, { horizonMs: 8000, feeds }, (line) => log.push(line));
        const cache = () => app.state().resources.find((r) => r.resource.id === shop.id('cache'));
        await until(
          () => cache()?.rung === 'ready',
          60_000,
          () => `it stayed ${cache()?.rung}: ${app.why(shop.id('cache')).join(' ')}\n${log.slice(-20).join('\n')}`,
        );
        const { busy, intoS } = phaseOf(Date.now());
        console.info(
          `ready ${busy ? `${intoS.toFixed(1)} s after the peak began` : `${(JOBS_PHASE_S - intoS).toFixed(1)} s before the peak`}`,
        );
        expect(busy, 'the peak was there first').toBe(false);
        expect(app.why(shop.id('cache')).join(' ')).toMatch(/By the feed “jobs” .* interactions are foreseen/);
        // Nobody asks for the database, so nobody starts it.
        expect(app.state().resources.find((r) => r.resource.id === shop.id('db'))?.rung).not.toBe('ready');
      } finally {
        await shop.remove();
      }
    },
  );
});
