import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../harness/run.mjs';
import { ROOT } from '../harness/workspace.mjs';

const CLI = join(ROOT, 'dist', 'cli.js');
const PASSWORD = 'declared-canary-51c0';
const CACHE = 'compose:shop/cache';
let temp: string;
let folder: string;
let env: Record<string, string>;
const clients: Client[] = [];

beforeAll(async () => {
  temp = mkdtempSync(join(tmpdir(), 'prewarm-mcp-'));
  folder = join(temp, 'shop');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'compose.yaml'),
    `name: shop
services:
  db: { image: "postgres:15", ports: ["5432:5432"], environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: ${PASSWORD} } }
  cache: { image: "redis:7", ports: ["6379:6379"] }
  mail: { image: "invalid.invalid/mail:1" }`,
  );
  // No Docker, and a server of this machine in its place: so it runs anywhere.
  env = {
    ...(process.env as Record<string, string>),
    DOCKER_HOST: `tcp://127.0.0.1:${await closedPort()}`,
    PATH: `${redisServer()}:${process.env.PATH}`,
  };
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(async () => {
  await must(process.execPath, [CLI, 'down', 'cache', ...places()], { env });
  rmSync(temp, { recursive: true, force: true });
});

const places = (): string[] => ['--workspace', folder, '--state', join(temp, 'state')];

/** What of Redis the provider asks: it reads its port from its file and answers PING. */
function redisServer(): string {
  const bin = join(temp, 'bin');
  mkdirSync(bin);
  const script = `#!${process.execPath}
const { readFileSync } = require('node:fs');
if (process.argv[2] === '--version') console.log('Redis server v=7.0.0'), process.exit(0);
const port = Number(/^port (\\d+)$/m.exec(readFileSync(process.argv[2], 'utf8'))[1]);
require('node:net').createServer((s) => s.on('error', () => {}).on('data', () => s.write('+PONG\\r\\n'))).listen(port, '127.0.0.1');
`;
  writeFileSync(join(bin, 'redis-server'), script);
  chmodSync(join(bin, 'redis-server'), 0o755);
  return bin;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

const connect = (...args: string[]) => connectAs({}, ...args);

async function connectAs(options: ConstructorParameters<typeof Client>[1], ...args: string[]) {
  const transport = new StdioClientTransport({ command: process.execPath, args: [CLI, 'mcp', ...places(), ...args], env, stderr: 'pipe' });
  let told = '';
  transport.stderr?.on('data', (data) => (told += data));
  const client = new Client({ name: 'test', version: '1' }, options);
  clients.push(client);
  await client.connect(transport);
  const call = async (name: string, input: Record<string, unknown> = {}, options = {}) => {
    const { content, structuredContent, isError } = await client.callTool({ name, arguments: input }, options);
    const [part] = content as { type: string; text: string }[];
    return { text: part?.text ?? '', structured: structuredContent as Record<string, unknown>, isError: isError === true };
  };
  return { client, call, transport, told: () => told };
}

describe('prewarm mcp, asked by the official client', () => {
  it('offers what reads, each with what it is for; what acts is not offered, and refused all the same', async () => {
    const { client, call } = await connect();
    expect(client.getServerVersion()).toMatchObject({ name: 'prewarm', title: 'Prewarm' });
    const { tools } = await client.listTools();
    expect(tools.map((t) => t.name)).toEqual(['list_resources', 'get_readiness', 'explain_warmth']);
    for (const tool of tools) {
      expect(tool.annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
      expect(tool.description?.length).toBeGreaterThan(80);
      expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    }
    const refused = await call('warm_persona', { resources: ['cache'] });
    expect(refused).toMatchObject({ isError: true, text: expect.stringMatching(/--allow-warm/) });
    expect((await call('get_readiness', { resource: 'cache' })).structured).toMatchObject({ resources: [{ ready: false }] });
    await expect(client.callTool({ name: 'drop_tables', arguments: {} })).rejects.toThrow('There is no tool “drop_tables”.');
  });

  it('answers every reading tool, in words and as data, without a password', async () => {
    const { call, told } = await connect();
    const list = await call('list_resources');
    expect(list.structured).toMatchObject({
      workspace: 'shop',
      resources: [{ name: 'db', kind: 'database', ports: [5432] }, { id: CACHE }, { name: 'mail' }],
    });
    const all = await call('get_readiness');
    expect(all.structured.resources).toHaveLength(3);
    expect(all.text).toContain(`cache (${CACHE}): absent, not ready`);
    const why = await call('explain_warmth', { resource: 'cache' });
    expect(why.text).toMatch(/local stands in for compose/);
    for (const answer of [list, all, why]) {
      expect(answer.isError).toBe(false);
      expect(JSON.stringify(answer)).not.toContain(PASSWORD);
    }
    expect(await call('explain_warmth', {})).toMatchObject({ isError: true, text: '“resource” is missing.' });
    expect(await call('get_readiness', { resource: 'nope' })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/^There is no resource “nope” here\. Known: /),
    });
    expect(told()).not.toContain(PASSWORD);
  });

  it('speaks the protocol of 2026, too', async () => {
    const { client, call } = await connectAs({ versionNegotiation: { mode: { pin: '2026-07-28' } } });
    expect((await client.listTools()).tools).toHaveLength(3);
    expect((await call('get_readiness', { resource: 'cache' })).structured).toMatchObject({ resources: [{ resource: CACHE }] });
  });

  it('keeps nothing of what it looked at', async () => {
    const { call } = await connect();
    await call('get_readiness');
    const files = readdirSync(join(temp, 'state'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((f) => /memory\.json|\.jsonl|sweeper\.log/.test(f))).toEqual([]);
  });

  it('with --allow-warm it warms what is named, tells of its progress, and says what failed', async () => {
    const { client, call } = await connect('--allow-warm');
    const { tools } = await client.listTools();
    expect(tools.find((t) => t.name === 'warm_persona')?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: false });
    const progress: string[] = [];
    const warmed = await call(
      'warm_persona',
      { resources: ['cache'] },
      { onprogress: ({ message }: { message?: string }) => progress.push(message ?? '') },
    );
    expect(warmed).toMatchObject({
      isError: false,
      structured: { resources: [{ resource: CACHE, ready: true, owner: 'prewarm' }], problems: [] },
    });
    expect(warmed.text).toMatch(/ready at 127\.0\.0\.1:\d+/);
    expect(progress.join(' ')).toContain('starting redis-server');
    const failed = await call('warm_persona', { resources: ['mail'] });
    expect(failed).toMatchObject({ isError: true, text: expect.stringMatching(/Docker/) });
    const unknown = await call('warm_persona', { persona: 'nobody' });
    expect(unknown).toMatchObject({ isError: true, text: expect.stringMatching(/no persona “nobody”/) });
    // Another one, which only looks, sees it.
    const looking = await connect();
    expect((await looking.call('get_readiness', { resource: 'cache' })).structured).toMatchObject({ resources: [{ ready: true }] });
  });

  it('a call that is cancelled ends, and the next one is answered', async () => {
    const { call } = await connect('--allow-warm');
    const stop = new AbortController();
    const warming = call('warm_persona', { resources: ['mail'] }, { signal: stop.signal });
    stop.abort();
    await expect(warming).rejects.toThrow();
    expect((await call('list_resources')).isError).toBe(false);
  });

  it('a folder that is not there is an answer, not a crash', async () => {
    const { call } = await connect('--workspace', join(temp, 'gone'));
    expect(await call('list_resources')).toMatchObject({ isError: true, text: expect.stringMatching(/is not a folder/) });
  });

  it('ends when its client goes, and says nothing on standard output but the protocol', async () => {
    const { transport, client, call } = await connect();
    await call('list_resources');
    const pid = transport.pid as number;
    await client.close();
    for (let i = 0; i < 50 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isAlive(pid)).toBe(false);
    const silent = await must(process.execPath, [CLI, 'mcp', '--json', ...places()], { env });
    expect(silent).toBe('');
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
