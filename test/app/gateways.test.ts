import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGateways } from '../../src/app/gateways.ts';
import { type Backend, type Fault, type Observation, ok, type Resource } from '../../src/domain/index.ts';
import { ask, createWorld, portOf, soon, until } from '../provision/gateway/world.ts';

const world = createWorld();
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const it of opened.splice(0)) await it.close();
  await world.end();
});

const DB = 'compose:shop/db';
const MINUTE = 60_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((closed) => server.close(closed));
  return port;
}

const database = (...hosts: number[]): Resource => ({
  id: DB,
  name: 'db',
  kind: 'database',
  provider: 'compose',
  declaredIn: 'compose.yaml',
  dependsOn: [],
  memoryBytes: 0,
  ports: hosts.map((host, i) => ({ container: 5432 + i, host, protocol: 'tcp' })),
  probe: { type: 'port', port: 5432, timeoutMs: 1000 },
  spec: { type: 'memory', stepMs: {} },
});

const ready = (...backends: Backend[]): Observation => ({ id: DB, rung: 'ready', at: 0, backends, owner: 'prewarm' });

function open(observation: () => Observation) {
  const clock = { now: 1_700_000_000_000 };
  const [seen, faults, turns, log]: [unknown[], Fault[], string[], string[]] = [[], [], [], []];
  const remembered = new Map<string, number>();
  const gateways = createGateways({
    now: () => clock.now,
    log: (line) => log.push(line),
    remembered: (key) => remembered.get(key),
    remember: (key, port) => remembered.set(key, port),
    wake: async () => ok(observation()),
    seen: (_, event) => seen.push(event),
    fault: (fault) => faults.push(fault),
    turned: (id, to, because) => turns.push(`${id} ${to}: ${because}`),
  });
  opened.push(gateways);
  return { gateways, clock, seen, faults, turns, log, remembered };
}

const at = (backend: Backend, containerPort = 5432): Backend => ({ ...backend, containerPort });

describe('the gateways of a workspace', () => {
  it('tell use by bytes: a silent connection of a pool is none, a long answer is one until it comes', async () => {
    const backend = await world.serve((socket) => socket.on('data', (data) => String(data) === 'quick' && socket.write('done')));
    const { gateways, clock } = open(() => ready(at(backend.at)));
    const port = await freePort();
    expect(gateways.traffic(DB)).toBeUndefined();
    await gateways.serve([database(port)]);
    expect(gateways.traffic(DB)).toEqual({ connections: 0, lastTrafficAt: undefined });
    const begun = clock.now;
    const client = await world.connect(port);
    client.socket.write('quick');
    await until(() => client.heard() === 'done', 'answered');
    clock.now += 5 * MINUTE;
    expect(gateways.traffic(DB)).toEqual({ connections: 1, lastTrafficAt: begun });
    client.socket.write('slow');
    await until(() => (gateways.traffic(DB)?.lastTrafficAt ?? 0) > begun, 'asked');
    const asked = clock.now;
    clock.now += 9 * MINUTE;
    expect(gateways.traffic(DB)).toEqual({ connections: 1, lastTrafficAt: clock.now });
    clock.now += 2 * MINUTE;
    expect(gateways.traffic(DB)).toEqual({ connections: 1, lastTrafficAt: asked });
  });

  it('tell the median time to the first byte of those that found it ready, not of those that were held', async () => {
    const backend = await world.serve((socket) => socket.on('data', () => setTimeout(() => socket.end('x'), 20)));
    const { gateways, seen } = open(() => ready(at(backend.at)));
    const port = await freePort();
    await gateways.serve([database(port)]);
    await ask(port, 'held');
    for (let i = 0; i < 4; i++) await ask(port, 'x');
    await until(() => seen.length === 10, 'all have gone');
    expect(gateways.latency(DB)).toBeUndefined();
    await ask(port, 'x');
    await until(() => gateways.latency(DB) !== undefined, 'there are enough');
    expect(gateways.latency(DB)?.samples).toBe(5);
    expect(gateways.latency(DB)?.medianMs).toBeGreaterThanOrEqual(18);
    expect(gateways.latency(DB)?.medianMs).toBeLessThan(500);
  });

  it('turn all ports of a resource to its standby together, tell it once, and stay there when they are opened anew', async () => {
    const [one, two] = [await world.named('one'), await world.named('two')];
    const [twinOne, twinTwo] = [await world.named('twin one'), await world.named('twin two')];
    const { gateways, turns } = open(() => ready(at(one.at), at(two.at, 5433)));
    const [a, b] = [await freePort(), await freePort()];
    await gateways.serve([database(a, b)]);
    gateways.backends(DB, [at(one.at), at(two.at, 5433)]);
    gateways.standby(DB, async () => ok(ready(at(twinOne.at), at(twinTwo.at, 5433))));
    expect([await ask(a, ''), await ask(b, ''), gateways.serving(DB)]).toEqual(['one', 'two', 'primary']);
    const refused = one.at.port;
    one.close();
    expect([await ask(a, ''), await ask(b, '')]).toEqual(['twin one', 'twin two']);
    expect(turns).toEqual([`${DB} standby: 127.0.0.1:${refused} does not accept connections`]);
    await gateways.serve([]);
    await gateways.serve([database(a, b)]);
    expect([await ask(b, ''), gateways.serving(DB)]).toEqual(['twin two', 'standby']);
    gateways.prefer(DB, 'primary', 'it is ready again');
    expect([await ask(b, ''), gateways.serving(DB)]).toEqual(['two', 'primary']);
  });

  it('say whose a taken port is, remember what they use instead, and take it back when it is free', async () => {
    const [other, backend] = [await world.named('other'), await world.named('database')];
    const { gateways, faults, remembered } = open(() => ready(at(backend.at)));
    await gateways.serve([database(other.at.port)]);
    const endpoint = gateways.endpoint(DB);
    expect(faults.map((f) => f.message)).toEqual([expect.stringMatching(new RegExp(`^${DB}: Port ${other.at.port} is taken by .+`))]);
    expect(endpoint).toBe(`127.0.0.1:${remembered.get(`${DB}:5432`)}`);
    await gateways.retakePorts();
    await gateways.serve([database(other.at.port)]);
    expect([gateways.endpoint(DB), faults.length]).toEqual([endpoint, 1]);
    await gateways.serve([]);
    await gateways.serve([database(other.at.port)]);
    expect(gateways.endpoint(DB)).toBe(endpoint);
  });

  it('hold who comes during a drain until it is over', async () => {
    const backend = await world.named('database');
    let wakes = 0;
    const { gateways } = open(() => {
      wakes++;
      return ready(at(backend.at));
    });
    const port = await freePort();
    await gateways.serve([database(port)]);
    gateways.backends(DB, [at(backend.at)]);
    const drained = gateways.drain(DB);
    const late = ask(port, '');
    await drained;
    expect(wakes).toBe(0);
    expect(await late).toBe('database');
    await soon(20);
    expect(wakes).toBe(1);
  });
});
