import type { Ahead, DemandReport, EngagementPattern, Result } from '../../domain/index.ts';
import type { ClockOptions } from '../../show/clock.ts';
import { demandView } from '../../show/demand.ts';
import { type FromDemand, parseFromDemand, type ToDemand } from '../../show/demandProtocol.ts';
import { english, type Translate } from '../../show/translate.ts';

/** What the demand view asks of the app. */
export interface DemandPort {
  foresee(ahead: Ahead, signal?: AbortSignal): Promise<Result<DemandReport>>;
  /** What a developer expects of a persona from now on: a pattern of the same name is replaced. Where it is absent, nothing can be said. */
  expect?(persona: string, pattern: EngagementPattern): Promise<Result<unknown>>;
}

export interface DemandMessageOptions {
  /** Undefined where there is nobody to ask. */
  readonly open: () => Promise<DemandPort | undefined>;
  readonly send: (message: ToDemand) => void;
  readonly clock: () => ClockOptions;
  readonly t?: Translate;
}

/** Answers the demand view's messages. One look at a time: a newer one ends the one before. */
export function createDemandMessages({ open, send, clock, t = english }: DemandMessageOptions) {
  let ahead: Ahead = 'day';
  let looking: AbortController | undefined;

  async function look(): Promise<void> {
    stop();
    const own = new AbortController();
    looking = own;
    send({ type: 'busy', ahead });
    const answer = await foreseen(own.signal);
    // Called off, or asked anew: the view knows already.
    if (looking !== own) return;
    looking = undefined;
    send(answer);
  }

  async function foreseen(signal: AbortSignal): Promise<ToDemand> {
    const port = await open();
    if (!port) return { type: 'failed', message: t('Prewarm works in a folder. Open one first.') };
    const report = await port.foresee(ahead, signal);
    if (report.ok) return { type: 'demand', view: demandView(report.value, { ...clock(), editable: port.expect !== undefined }, t) };
    return report.fault.code === 'cancelled' ? { type: 'stopped' } : { type: 'failed', message: report.fault.message };
  }

  async function expect({ persona, windowMs, volume }: FromDemand & { type: 'expect' }): Promise<void> {
    const done = await (await open())?.expect?.(persona, patternOf(windowMs, volume));
    if (done?.ok === false) return send({ type: 'failed', message: done.fault.message });
    if (done) await look();
  }

  /** Without a word. */
  function stop(): void {
    looking?.abort();
    looking = undefined;
  }

  async function answer(raw: unknown): Promise<void> {
    const message = parseFromDemand(raw);
    switch (message?.type) {
      case 'look':
        ahead = message.ahead;
        return look();
      case 'expect':
        return expect(message);
      case 'cancel':
        stop();
        return send({ type: 'stopped' });
    }
  }

  return { answer, stop };
}

/** A session that begins within its window is all that is wanted of it: nobody waits for its begin. */
function patternOf(windowMs: number, volume: number): EngagementPattern {
  const name = PER[windowMs] ?? `sessions per ${windowMs / 60_000} min`;
  return { name, windowMs, interactionType: 'session', expectedVolume: volume, latencyTargetMs: windowMs };
}
const PER: Readonly<Record<number, string>> = {
  3600000: 'sessions per hour',
  86400000: 'sessions per day',
  604800000: 'sessions per week',
};
