import { type Cost, type Need, type Rung, rungIndex } from '../domain/index.ts';
import { holdsMemory, restOf, warmRung } from './ladder.ts';
import { expectedValueS, type Prices } from './value.ts';

export interface RungValue {
  readonly rung: Rung;
  /** Expected seconds gained by being there instead of where it rests. */
  readonly valueS: number;
  readonly memoryBytes: number;
  readonly cores: number;
  /** From there to warm. */
  readonly readyMs: number;
}

export interface Standpoint {
  readonly at: Rung;
  /** Of its engine. */
  readonly rungs: readonly Rung[];
  readonly need: Need;
  readonly cost: Cost;
  readonly prices: Prices;
}

/**
 * What each rung above its rest is worth, best first. `running` is no place to stay: it costs what the top costs and answers
 * nobody. What already runs is not charged its start again, so that keeping needs less than starting.
 */
export function rungValues({ at, rungs, need, cost, prices }: Standpoint): readonly RungValue[] {
  const rest = restOf(at, rungs);
  const top = warmRung(rungs);
  const waitMs = readyMsOf(cost, rungs);
  const values = rungs
    .filter((rung) => rungIndex(rung) > rungIndex(rest) && (rung === top || rungIndex(rung) <= rungIndex('paused')))
    .map((rung): RungValue => {
      const held = { memoryBytes: holdsMemory(rung) ? cost.memoryBytes : 0, cores: rung === top ? (cost.idleCores ?? 0) : 0 };
      const savedS = (waitMs(rest) - waitMs(rung)) / 1000;
      return {
        rung,
        ...held,
        readyMs: waitMs(rung),
        valueS: expectedValueS(need, { ...held, savedS, wrongS: wrongS(at, rung, prices) }, prices),
      };
    });
  return values.sort((a, b) => b.valueS - a.valueS || rungIndex(b.rung) - rungIndex(a.rung));
}

/** Time from a rung to warm: nothing from the top. */
export function readyMsOf(cost: Cost, rungs: readonly Rung[]): (rung: Rung) => number {
  const top = warmRung(rungs);
  return (rung) => (rungIndex(rung) >= rungIndex(top) ? 0 : (cost.readyMs?.[rung] ?? cost.coldMs));
}

function wrongS(at: Rung, to: Rung, prices: Prices): number {
  if (rungIndex(to) <= rungIndex(at)) return 0;
  if (!holdsMemory(to)) return prices.secondsPerWrongPreparation;
  return holdsMemory(at) ? 0 : prices.secondsPerWrongStart;
}

/** Why this rung and not the other one: what it holds less or more, and how much later or sooner it answers. */
export function comparison(chosen: RungValue, other: RungValue): string {
  const laterMs = chosen.readyMs - other.readyMs;
  const pace = laterMs === 0 ? 'as fast' : `${duration(Math.abs(laterMs))} ${laterMs > 0 ? 'slower' : 'faster'}`;
  const memory = held(chosen.memoryBytes - other.memoryBytes, 'memory', `${Math.round(chosen.memoryBytes / 2 ** 20)} MB`);
  const cores = held(chosen.cores - other.cores, 'processor', `${Number(chosen.cores.toFixed(3))} of a core`);
  return `${title(chosen.rung)} instead of ${other.rung}: ${[memory, cores, pace].filter(Boolean).join(', ')}.`;
}

function held(more: number, what: string, amount: string): string {
  if (more === 0) return '';
  return more < 0 ? `costs no ${what}` : `costs ${amount}`;
}

export const duration = (ms: number): string => (ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`);

const title = (rung: Rung): string => rung[0]?.toUpperCase() + rung.slice(1);
