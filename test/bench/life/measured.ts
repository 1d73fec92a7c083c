import { setTimeout as sleep } from 'node:timers/promises';
import { asked, type Shop } from './containers.ts';

/** What one request takes where nobody else is there: what the model is told, ms. */
export interface Fitted {
  /** Of the processor, each: quantiles. */
  readonly apiMs: readonly number[];
  readonly dbMs: readonly number[];
  /** On the way and not of a processor of theirs: to the API, and from it to the database. */
  readonly transferMs: number;
  readonly lagMs: number;
}

const QUANTILES = 101;

/**
 * One request after another with pauses in which all is still. The spread is of single requests (the API tells by `Server-Timing` what was the
 * database's); how much of the time is a processor's follows from what the containers took of it, less what they take when nobody asks.
 */
export async function measured(shop: Shop, requests: number, pauseMs: number): Promise<Fitted> {
  const idleMs = 5000;
  const before = await shop.taken();
  await sleep(idleMs);
  const idle = await shop.taken();
  const began = performance.now();
  const samples: { whole: number; db: number }[] = [];
  for (let i = 0; i < requests; i++) {
    const sent = performance.now();
    const answer = await asked(shop.apiPort, `/orders?customer=${1 + (i % 1000)}`);
    const whole = performance.now() - sent;
    const parts = new Map(
      [...String(answer.headers['server-timing'] ?? '').matchAll(/(\w+);dur=([\d.]+)/g)].map((m) => [m[1], Number(m[2])]),
    );
    samples.push({ whole, db: parts.get('db') ?? 0 });
    await sleep(pauseMs);
  }
  const elapsed = performance.now() - began;
  const after = await shop.taken();
  const each = (of: 'api' | 'db'): number => (after[of] - idle[of] - ((idle[of] - before[of]) * elapsed) / idleMs) / requests;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const own = samples.map((s) => s.whole - s.db);
  const db = samples.map((s) => s.db);
  const transferMs = Math.max(0, mean(own) - each('api'));
  const lagMs = Math.max(0, mean(db) - each('db'));
  return { transferMs, lagMs, apiMs: quantiles(own.map((ms) => ms - transferMs)), dbMs: quantiles(db.map((ms) => ms - lagMs)) };
}

function quantiles(values: readonly number[]): readonly number[] {
  const sorted = values.map((v) => Math.max(0.05, v)).sort((a, b) => a - b);
  return Array.from({ length: QUANTILES }, (_, q) => {
    const at = (q / (QUANTILES - 1)) * (sorted.length - 1);
    const below = sorted[Math.floor(at)] as number;
    return below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] as number) - below);
  });
}
