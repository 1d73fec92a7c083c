import pg from 'pg';
import { PASSWORD } from './database.ts';

export interface Storm {
  readonly answers: number;
  readonly errors: readonly string[];
  readonly firstMs: number;
  readonly lastMs: number;
}

/** All connect at once, ask `select 1`, and stay until the last has its answer. */
export async function connectAll(port: number, clients: number): Promise<Storm> {
  const begun = performance.now();
  const all = Array.from({ length: clients }, () => new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: PASSWORD }));
  const outcomes = await Promise.allSettled(all.map((client) => ask(client).then(() => performance.now() - begun)));
  await Promise.all(all.map((client) => client.end().catch(() => {})));
  const times = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value] : []));
  return {
    answers: times.length,
    errors: outcomes.flatMap((o) => (o.status === 'rejected' ? [String(o.reason)] : [])),
    firstMs: Math.min(...times),
    lastMs: Math.max(...times),
  };
}

async function ask(client: pg.Client): Promise<void> {
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ one: number }>('select 1 as one');
  if (rows[0]?.one !== 1) throw new Error('another answer than 1');
}
