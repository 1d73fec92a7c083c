import { type Distribution, type Fault, failed, ok, type Persona, type Resource, type ResourceId, type Result } from '../domain/index.ts';
import { type CapacityPlan, planCapacity } from '../plan/capacity/capacity.ts';
import type { PersonaDemand } from '../plan/capacity/demand.ts';
import { DIMENSIONS, type Dimension } from '../plan/capacity/dimension.ts';
import type { PatternDemand } from '../plan/capacity/engagement.ts';
import type { Budgets, CostPlan, Unmet } from '../plan/cost/leastWaiting.ts';
import { type Placeable, placingsOf } from '../plan/cost/placings.ts';
import { DEFAULT_PRICES, type PriceTable, readPriceTable } from '../plan/cost/priceTable.ts';
import { tradeOff } from '../plan/cost/tradeOff.ts';
import { isReplica } from '../plan/replica.ts';
import { budgetBytes } from '../plan/situation.ts';
import { isStandby } from '../plan/standby.ts';
import type { Look, View } from './pipeline.ts';
import type { Ports } from './ports.ts';

/** What is expected to be asked for, planned and free, and what would give way. */
export interface CapacityReport extends CapacityPlan {
  /** Who is active is known from the session under way, or only from how often each workflow comes. */
  readonly basis: 'session' | 'shares';
}

/** Cost against expected waiting. */
export interface TradeOffReport {
  readonly currency: string;
  /** The cheapest first; each is the plan of its point. */
  readonly front: readonly CostPlan[];
}

export interface ForesightPorts extends Pick<Ports, 'readings' | 'readPrices'> {
  readonly view: () => View | undefined;
  readonly look: () => Look;
  readonly tell: (fault: Fault) => void;
}

const PRICES_FILE = '.prewarm/prices.json';
const SESSION = 'session';
/** Below this a persona adds nothing that could be seen. */
const LEAST = 1e-4;

/** Looks ahead, without deciding anything: how much will be asked for, and what more or less of it would cost. */
export function createForesight({ view, look, readings, readPrices, tell }: ForesightPorts) {
  async function free(at: Look): Promise<Partial<Record<Dimension, number>>> {
    const { processorCount, disks = [] } = (await readings?.()) ?? {};
    return {
      memoryBytes: budgetBytes(at.limits),
      ...(processorCount === undefined ? {} : { cpuCores: processorCount }),
      ...(disks.length > 0 ? { storageBytes: Math.min(...disks.map((d) => d.freeBytes)) } : {}),
    };
  }

  async function prices(): Promise<PriceTable> {
    const text = await readPrices?.();
    if (text === undefined) return DEFAULT_PRICES;
    const table = readPriceTable(text, PRICES_FILE);
    if (table.ok) return table.value;
    tell(table.fault);
    return DEFAULT_PRICES;
  }

  return {
    async capacity(quantile?: number): Promise<CapacityReport> {
      const at = look();
      const who = activeOf(view());
      const personas = who.personas.map(([persona, probability]) => demandOf(persona, probability, at));
      const plan = planCapacity({
        personas,
        now: at.now,
        aheadMs: at.horizonMs,
        free: await free(at),
        ...(quantile === undefined ? {} : { quantile }),
      });
      return { ...plan, basis: who.basis };
    },
    async tradeOff(budgets: Budgets = {}): Promise<Result<TradeOffReport>> {
      const at = look();
      const table = await prices();
      const chances = chancesOf(view());
      const placeable = at.resources.filter(canBeWarm).map((r) => placeableOf(r, chances.get(r.id) ?? 0, at, table, view()));
      const known = placeable.filter((p) => p.placings.length > 0);
      const result = tradeOff(known, { memoryBytes: budgetBytes(at.limits), ...budgets });
      if (!result.ok) return failed('unsupported', 'never', unmetText(result.unmet));
      return ok({ currency: table.currency, front: result.front });
    },
  };
}

export type Foresight = ReturnType<typeof createForesight>;

/** Who the session may be; before it says anything, who comes how often. */
function activeOf(view: View | undefined): {
  readonly basis: CapacityReport['basis'];
  readonly personas: readonly (readonly [Persona, number])[];
} {
  const personas = view?.personas ?? [];
  const matched = new Map(view?.match.personas.map((p) => [p.id, p.probability]));
  const basis = matched.size > 0 ? 'session' : 'shares';
  const active = personas.map((p): readonly [Persona, number] => [p, basis === 'session' ? (matched.get(p.id) ?? 0) : p.weight]);
  return { basis, personas: active.filter(([, probability]) => probability > LEAST) };
}

/** One session is one of them. Of what they ask for, what is measured or declared of each resource is known. */
function demandOf(persona: Persona, probability: number, { resources, costs }: Look): PersonaDemand {
  const byId = new Map(resources.map((r) => [r.id, r]));
  const requirements = persona.uses.flatMap((use) => {
    const resource = byId.get(use.resource);
    if (!resource || !canBeWarm(resource)) return [];
    const cost = costs.get(use.resource);
    const demand = persona.profile?.demands[use.resource];
    return [
      {
        resource: use.resource,
        usedWith: use.probability,
        priority: demand?.priority ?? ('medium' as const),
        latencyTargetMs: demand?.latencyTargetMs ?? 0,
        memoryBytes: certain(cost?.memoryBytes ?? resource.memoryBytes),
        ...(cost?.idleCores ? { cpuCores: certain(cost.idleCores) } : {}),
        ...(demand?.bandwidthMbps ? { networkMbps: demand.bandwidthMbps } : {}),
        // What people wrote of it holds over what was measured.
        ...asksSaid(persona, use.resource),
      },
    ];
  });
  return { persona: persona.name, probability, oneOf: SESSION, requirements, patterns: patternsOf(persona) };
}

function asksSaid({ said }: Persona, resource: ResourceId): Partial<Record<Dimension, Distribution>> {
  const own = said?.requirements.find((r) => r.resource === resource);
  return Object.fromEntries(DIMENSIONS.flatMap((d) => (own?.[d] ? [[d, own[d]]] : [])));
}

/** Of what no profile tells what it takes, nothing can be planned. */
const patternsOf = ({ said }: Persona): readonly PatternDemand[] =>
  (said?.patterns ?? []).flatMap((pattern) => {
    const profile = said?.profiles.find((p) => p.pattern === pattern.name);
    return profile ? [{ pattern, profile, priority: 'medium' }] : [];
  });

const certain = (value: number) => [{ value, probability: 1 }];

const canBeWarm = (resource: Resource): boolean => resource.spec.type !== 'data-file' && !isStandby(resource) && !isReplica(resource);

/** Of each resource that it is used: as needed now, else as personas use it. */
function chancesOf(view: View | undefined): ReadonlyMap<ResourceId, number> {
  const chances = new Map<ResourceId, number>();
  for (const [persona, probability] of activeOf(view).personas)
    for (const use of persona.uses)
      chances.set(use.resource, Math.min(1, (chances.get(use.resource) ?? 0) + probability * use.probability));
  for (const need of view?.needs ?? []) chances.set(need.resource, need.probability);
  return chances;
}

function placeableOf(resource: Resource, probability: number, at: Look, prices: PriceTable, view: View | undefined): Placeable {
  const engine = at.engineOf(resource);
  const cost = at.costs.get(resource.id);
  const target = pinnedTarget(resource.id, view);
  return {
    resource: resource.id,
    placings: cost ? placingsOf({ resource: resource.id, probability, cost, ...(engine ? { engine } : {}) }, prices) : [],
    ...(target === undefined ? {} : { latencyTargetMs: target }),
  };
}

/** Only what a person pinned must be kept to; what was learnt is a wish, and its weight is the probability of use. */
function pinnedTarget(id: ResourceId, view: View | undefined): number | undefined {
  const pins = (view?.personas ?? [])
    .flatMap((p) => p.profile?.pins ?? [])
    .filter((p) => p.field === 'latency_target_ms' && p.resource === id);
  const targets = pins.map((p) => Number(p.value)).filter(Number.isFinite);
  return targets.length > 0 ? Math.min(...targets) : undefined;
}

function unmetText({ targets, budgets, impossible }: Unmet): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const words = [
    ...impossible.map((id) => `there is no way to have ${id}`),
    ...targets.map(
      (t) => `${t.resource} cannot be ready within ${seconds(t.targetMs)}; with the least change it is within ${seconds(t.possibleMs)}`,
    ),
    ...budgets.map((b) => `${b.budget} is limited to ${Number(b.is.toPrecision(6))} and ${Number(b.needed.toPrecision(6))} are needed`),
  ];
  return `No plan keeps to all targets and budgets: ${words.join('; ')}. Raise the target or the budget.`;
}
