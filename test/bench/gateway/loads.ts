import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import pg from 'pg';
import { at, environment, PASSWORD } from './database.ts';

interface Place {
  readonly host: string;
  readonly port: number;
}

export const BULK_BYTES = 2 ** 30;
const ROW_BYTES = 1024;
const QUERIES_A_BLOCK = 300;
/** A run that takes longer hangs. */
const MOST_MS = 120_000;

export async function pgbenchTps(place: Place, words: readonly string[]): Promise<number> {
  const { stdout } = await promisify(execFile)('pgbench', ['-n', '-j', '2', ...words, ...at(place)], {
    env: environment(),
    timeout: MOST_MS,
  });
  const tps = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
  if (tps === undefined) throw new Error(`pgbench said: ${stdout}`);
  return Number(tps);
}

/** `COPY … TO STDOUT` through psql; what it prints is thrown away. */
export async function sqlBulkMBs(place: Place): Promise<number> {
  const rows = BULK_BYTES / ROW_BYTES;
  const sql = `copy (select repeat('x', ${ROW_BYTES - 1}) from generate_series(1, ${rows})) to stdout`;
  const begun = performance.now();
  const psql = spawn('psql', ['-X', '-q', '-c', sql, ...at(place)], {
    env: environment(),
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: MOST_MS,
  });
  const [code] = await once(psql, 'close');
  if (code !== 0) throw new Error(`psql ended with ${code}`);
  return BULK_BYTES / 1e3 / (performance.now() - begun);
}

export function rawBulkMBs(place: Place): Promise<number> {
  const begun = performance.now();
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const callback = (length: number): boolean => {
      bytes += length;
      return true;
    };
    const socket = connect({ ...place, onread: { buffer: Buffer.allocUnsafeSlow(2 ** 18), callback } }, () => socket.write('send'));
    socket.on('error', reject);
    socket.on('end', () => {
      if (bytes !== BULK_BYTES) reject(new Error(`${bytes} bytes came`));
      resolve(bytes / 1e3 / (performance.now() - begun));
    });
  });
}

/** Medians of blocks of `select 1`, one connection to each place, the blocks of all places taking turns. */
export async function latencyMs(places: readonly Place[], blocks: number): Promise<readonly (readonly number[])[]> {
  const clients = await Promise.all(
    places.map(async (place) => {
      const client = new pg.Client({ ...place, user: 'postgres', password: PASSWORD });
      await client.connect();
      await block(client);
      return client;
    }),
  );
  const medians: number[][] = places.map(() => []);
  for (let i = 0; i < blocks; i++) for (const [k, client] of clients.entries()) medians[k]?.push(await block(client));
  await Promise.all(clients.map((client) => client.end()));
  return medians;
}

async function block(client: pg.Client): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < QUERIES_A_BLOCK; i++) {
    const begun = performance.now();
    await client.query('select 1');
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[QUERIES_A_BLOCK / 2] as number;
}
