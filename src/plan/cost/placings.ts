import { type Cost, type Probability, type ResourceId, RUNGS, type Rung, rungIndex } from '../../domain/index.ts';
import { holdsMemory, warmRung } from '../ladder.ts';
import { readyMsOf } from '../rungValues.ts';
import type { PriceTable, ProviderPrices, Size } from './priceTable.ts';

/** One way to have a resource: how warm, how large, and with whom. */
export interface Placing {
  readonly resource: ResourceId;
  readonly rung: Rung;
  readonly provider: string;
  /** Undefined: as it is declared. */
  readonly size?: Size;
  /** From there to the first answer, ms. */
  readonly readyMs: number;
  /** Expected: P(use) × how long the use waits, seconds. */
  readonly waitingS: number;
  readonly moneyPerHour: number;
  /** Of this machine. */
  readonly memoryBytes: number;
  readonly cpuCores: number;
  /** Money, power, and what the machine's memory and cores are worth, per hour, in the table's currency. */
  readonly costPerHour: number;
}

/** A resource with all that could be chosen for it. */
export interface Placeable {
  readonly resource: ResourceId;
  /** How long a use may wait, ms; undefined: as long as it takes. */
  readonly latencyTargetMs?: number;
  readonly placings: readonly Placing[];
}

export interface Wanted {
  readonly resource: ResourceId;
  readonly probability: Probability;
  readonly cost: Cost;
  /** The engine of this machine and its rungs; undefined: none can make it here. */
  readonly engine?: { readonly provider: string; readonly rungs: readonly Rung[] };
  /** What it takes while it is used. */
  readonly cpuCores?: number;
}

const GIGABYTE = 2 ** 30;

/** Every rung on this machine at which something can stay, and every size elsewhere that is large enough. */
export function placingsOf(wanted: Wanted, prices: PriceTable): readonly Placing[] {
  const elsewhere = prices.providers.filter((p) => p.elsewhere && !p.example);
  return [...here(wanted, prices), ...elsewhere.flatMap((provider) => thereOf(wanted, provider))];
}

function here({ resource, probability, cost, engine }: Wanted, prices: PriceTable): readonly Placing[] {
  if (!engine) return [];
  const own = prices.providers.find((p) => p.name === engine.provider && !p.elsewhere) ?? prices.providers.find((p) => p.name === '*');
  const top = warmRung(engine.rungs);
  const readyMs = readyMsOf(cost, engine.rungs);
  return engine.rungs
    .filter((rung) => rung === top || rungIndex(rung) <= rungIndex('paused'))
    .map((rung) => {
      const memoryBytes = holdsMemory(rung) ? cost.memoryBytes : 0;
      const cpuCores = rung === top ? (cost.idleCores ?? 0) : 0;
      const gigabytes = memoryBytes / GIGABYTE;
      const moneyPerHour = gigabytes * (own?.per_gb_hour ?? 0) + cpuCores * (own?.per_core_hour ?? 0);
      const watts = gigabytes * (own?.watts_per_gb ?? 0) + cpuCores * (own?.watts_per_core ?? 0);
      const worth = gigabytes * (prices.own_memory_gb_hour ?? 0) + cpuCores * (prices.own_core_hour ?? 0);
      return {
        resource,
        rung,
        provider: engine.provider,
        readyMs: readyMs(rung),
        waitingS: (probability * readyMs(rung)) / 1000,
        moneyPerHour,
        memoryBytes,
        cpuCores,
        costPerHour: moneyPerHour + (watts / 1000) * (prices.per_kwh ?? 0) + worth,
      };
    });
}

/** Either it runs there, or it is started there when it is used. */
function thereOf({ resource, probability, cost, cpuCores = 0 }: Wanted, provider: ProviderPrices): readonly Placing[] {
  const fitting = (provider.sizes ?? []).filter((s) => s.memory_gb * GIGABYTE >= cost.memoryBytes && s.cpu_cores >= cpuCores);
  const startMs = provider.start_ms ?? 0;
  const placing = (rung: Rung, readyMs: number, moneyPerHour: number, size?: Size): Placing => ({
    resource,
    rung,
    provider: provider.name,
    ...(size ? { size } : {}),
    readyMs,
    waitingS: (probability * readyMs) / 1000,
    moneyPerHour,
    memoryBytes: 0,
    cpuCores: 0,
    costPerHour: moneyPerHour,
  });
  const hourly = (s: Size): number => s.per_hour ?? s.cpu_cores * (provider.per_core_hour ?? 0) + s.memory_gb * (provider.per_gb_hour ?? 0);
  const cold = fitting.length > 0 ? [placing(RUNGS[0], startMs, 0)] : [];
  return [...cold, ...fitting.map((size) => placing('ready', 0, hourly(size), size))];
}
