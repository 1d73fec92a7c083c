import type { CapacityReport, TradeOffReport } from '../../app/foresight.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import { DIMENSIONS, type Dimension, quantity } from '../../plan/capacity/dimension.ts';
import type { CostPlan } from '../../plan/cost/leastWaiting.ts';
import type { Invocation, Report } from './command.ts';
import { withApp } from './liveCommands.ts';

/** `prewarm capacity`: what will be asked for, whether there is enough, and what less waiting costs. */
export async function capacityCommand(invocation: Invocation): Promise<Result<Report>> {
  const asked = invocation.options.quantile;
  const quantile = asked === undefined ? undefined : Number(asked);
  if (quantile !== undefined && !(quantile > 0 && quantile < 1))
    return failed('wrong-usage', 'never', `--quantile must be between 0 and 1, not “${asked}”.`);
  return withApp(invocation, async (app) => {
    const capacity = await app.capacity(quantile);
    const curve = await app.tradeOff();
    return ok({
      json: { ...jsonOf(capacity), ...(curve.ok ? { curve: curve.value } : {}) },
      lines: [...capacityLines(capacity), '', ...(curve.ok ? curveLines(curve.value) : [curve.fault.message])],
      faults: curve.ok ? [] : [curve.fault],
    });
  });
}

function jsonOf({ quantile, basis, dimensions, givingWay }: CapacityReport): object {
  return {
    quantile,
    basis,
    dimensions,
    givingWay: givingWay.map(({ claim, dimension, because }) => ({
      persona: claim.persona,
      resource: claim.what,
      probability: claim.probability,
      priority: claim.priority,
      latencyTargetMs: claim.latencyTargetMs,
      dimension,
      because,
    })),
  };
}

const TITLES: Readonly<Record<Dimension, string>> = {
  cpuCores: 'processor',
  memoryBytes: 'memory',
  storageBytes: 'storage',
  networkMbps: 'network',
};

function capacityLines({ quantile, basis, dimensions, givingWay }: CapacityReport): readonly string[] {
  const known = DIMENSIONS.filter((d) => dimensions[d].planned > 0 || dimensions[d].expected > 0);
  const why = basis === 'session' ? 'by the session under way' : 'by how often each workflow comes, since no session is under way';
  return [
    `What will be asked for, ${why}; planned is enough with a probability of ${quantile}:`,
    `  ${''.padEnd(12)}${'expected'.padStart(16)}${'planned'.padStart(16)}${'free'.padStart(16)}`,
    ...known.map((d) => {
      const { expected, planned, free } = dimensions[d];
      const cells = [expected, planned, free].map((v) => (v === undefined ? 'unknown' : quantity(d, v)).padStart(16));
      return `  ${TITLES[d].padEnd(12)}${cells.join('')}`;
    }),
    ...(known.length === 0 ? ['  Nothing is known yet that workflows ask for.'] : []),
    ...(givingWay.length === 0 ? ['Nothing has to give way.'] : ['What would give way, first to last:']),
    ...givingWay.map(({ claim, because }) => `  ${claim.what} (${claim.persona}): ${because}.`),
  ];
}

function curveLines({ currency, front }: TradeOffReport): readonly string[] {
  return [
    'Cost against waiting, the best plan for each cost:',
    `  ${`${currency} an hour`.padStart(14)}${'of it money'.padStart(14)}${'waiting'.padStart(12)}${'memory'.padStart(12)}  warm`,
    ...front.map(curveLine),
  ];
}

function curveLine({ totals, placings, gap }: CostPlan): string {
  const warm = placings.filter((p) => p.memoryBytes > 0 || p.moneyPerHour > 0).map((p) => `${p.resource} (${p.rung})`);
  const waiting = `${totals.waitingS.toFixed(2)} s`;
  return `  ${totals.costPerHour.toFixed(4).padStart(14)}${totals.moneyPerHour.toFixed(4).padStart(14)}${waiting.padStart(12)}${quantity('memoryBytes', totals.memoryBytes).padStart(12)}  ${warm.join(', ') || 'nothing'}${gap > 0 ? ' (perhaps not the best)' : ''}`;
}
