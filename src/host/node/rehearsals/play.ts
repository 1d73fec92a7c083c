import { setTimeout as sleep } from 'node:timers/promises';
import type { Play } from '../../../app/rehearsals/liveRehearsal.ts';
import { failed, ok, type Result } from '../../../domain/index.ts';
import { type Gateway, openGateway } from '../../../provision/gateway/gateway.ts';
import type { Player } from '../../../provision/load/asked.ts';
import { openPlayer } from '../../../provision/load/openPlayer.ts';
import type { Ask } from '../../../simulate/live/schedule.ts';
import { Histogram } from '../../../simulate/result/histogram.ts';

/** Timers are late by about a millisecond; what is left is waited for by turns of the loop. */
const TURNS_MS = 1.5;
const BEGIN_AFTER_MS = 50;
const TIMEOUT_MS = 30_000;
/** What is still under way when the time is over is waited for so long. */
const END_WITHIN_MS = 10_000;
const MOST_AT_ONCE = 1000;
/** PostgreSQL takes 100 unless told otherwise, and a developer's programs want some. */
const MOST_CONNECTIONS = { http: MOST_AT_ONCE, sql: 40, redis: 40 } as const;

/**
 * Plays sessions as real requests through gateways of their own. An open loop: who comes does not wait for anybody's answer, and each latency counts
 * from when the request was meant to be sent, so that what a slow server holds up is not left out (coordinated omission; Tene 2013). Within a
 * session, the next request follows the answer before. Whatever way it ends, all connections and gateways are closed.
 */
export const play: Play = async ({ sessions, targets, durationMs }, { recorder, signal, progress }) => {
  const gateways: Gateway[] = [];
  const players = new Map<string, Player>();
  const end = async (): Promise<void> => {
    for (const player of players.values()) player.close();
    await Promise.all(gateways.map((g) => g.close()));
  };
  const aborted = (): void => void end();
  signal.addEventListener('abort', aborted, { once: true });
  try {
    for (const target of targets) {
      const opened = await openTarget(target);
      if (!opened.ok) return opened;
      gateways.push(opened.value.gateway);
      players.set(target.resource, opened.value.player);
    }
    const playing = createPlaying(players, recorder, durationMs, signal);
    const told = setInterval(() => progress(Math.min(1, playing.elapsedMs() / durationMs)), 500);
    try {
      await playing.all(sessions);
    } finally {
      clearInterval(told);
    }
    if (signal.aborted)
      return failed('cancelled', 'now', 'The rehearsal was cancelled; all its requests were ended, and nothing was kept.');
    return ok(playing.outcome());
  } finally {
    signal.removeEventListener('abort', aborted);
    await end();
  }
};

type Target = Parameters<Play>[0]['targets'][number];

async function openTarget({ resource, by, backend, login, inject }: Target): Promise<Result<{ gateway: Gateway; player: Player }>> {
  const gateway = await openGateway({
    port: 0,
    now: Date.now,
    wake: async () => failed('not-ready', 'later', `${resource} stopped during the rehearsal.`),
    onEvent: () => {},
    onFault: () => {},
    ...(inject ? { inject: { ...inject, random: Math.random } } : {}),
  });
  if (!gateway.ok) return gateway;
  gateway.value.backend(backend);
  const options = { host: '127.0.0.1', port: gateway.value.port, timeoutMs: TIMEOUT_MS, mostConnections: MOST_CONNECTIONS[by] };
  const player = await openPlayer(by, options, login);
  if (player.ok) return ok({ gateway: gateway.value, player: player.value });
  await gateway.value.close();
  return player;
}

type Recorder = Parameters<Play>[1]['recorder'];

function createPlaying(players: ReadonlyMap<string, Player>, recorder: Recorder, durationMs: number, signal: AbortSignal) {
  const start = performance.now() + BEGIN_AFTER_MS;
  const late = new Histogram();
  const underWay = new Set<Promise<void>>();
  let asking = 0;
  let overloadedAt: number | undefined;
  const over = (): boolean => signal.aborted || overloadedAt !== undefined;

  async function until(due: number): Promise<void> {
    const ahead = due - performance.now() - TURNS_MS;
    if (ahead > 0) await sleep(ahead, undefined, { signal }).catch(() => {});
    while (performance.now() < due && !over()) await new Promise((turn) => setImmediate(turn));
  }

  async function session({ at, visitors, asks }: Parameters<Play>[0]['sessions'][number]): Promise<void> {
    let due = start + at;
    for (const ask of asks) {
      due += ask.pauseMs;
      if (due > start + durationMs) return;
      await until(due);
      if (over()) return;
      due = await one(ask, visitors, due);
    }
  }

  /** When it was answered. */
  async function one({ resource, request }: Ask, visitors: number, due: number): Promise<number> {
    late.add(performance.now() - due);
    if (++asking > MOST_AT_ONCE) overloadedAt ??= performance.now();
    const outcome = await (players.get(resource) as Player).ask(request);
    asking--;
    const now = performance.now();
    if (!signal.aborted) recorder.answered(visitors, resource, due - start, now - due, outcome);
    return now;
  }

  return {
    elapsedMs: () => Math.max(0, performance.now() - start),
    async all(sessions: Parameters<Play>[0]['sessions']): Promise<void> {
      for (const coming of sessions) {
        await until(start + coming.at);
        if (over()) break;
        const playing = session(coming).finally(() => underWay.delete(playing));
        underWay.add(playing);
      }
      if (!over()) await until(start + durationMs);
      if (over()) return;
      const patience = new AbortController();
      signal.addEventListener('abort', () => patience.abort(), { once: true });
      await Promise.race([Promise.all(underWay), sleep(END_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => {})]);
      patience.abort();
    },
    outcome: () => ({
      end: overloadedAt === undefined ? ('done' as const) : ('overloaded' as const),
      playedMs: overloadedAt === undefined ? durationMs : overloadedAt - start,
      lateMs: late.quantile(0.99) || 0,
    }),
  };
}
