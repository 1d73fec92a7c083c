import type { Edge } from '../../domain/index.ts';

type Arc = Pick<Edge, 'from' | 'to' | 'probability'>;

export interface ProvisioningOrder {
  /** Every node once: before it, all that it follows by an arc that was kept. */
  readonly order: readonly string[];
  /** The weakest arc of each cycle. */
  readonly dropped: readonly Arc[];
}

/**
 * An order to provision in. Arcs are kept from the strongest down unless one closes a cycle, so that each dropped arc is the
 * weakest of a cycle; among nodes that wait for nothing the given order decides. The order of the arcs does not matter.
 */
export function provisioningOrder(nodes: readonly string[], arcs: readonly Arc[]): ProvisioningOrder {
  const all = [...new Set([...nodes, ...arcs.flatMap((e) => [e.from, e.to])])];
  const next = new Map<string, Set<string>>(all.map((node) => [node, new Set<string>()]));
  const dropped: Arc[] = [];
  for (const arc of [...arcs].sort(byStrength)) {
    if (reaches(next, arc.to, arc.from)) dropped.push(arc);
    else next.get(arc.from)?.add(arc.to);
  }
  return { order: sorted(all, next), dropped };
}

function byStrength(a: Arc, b: Arc): number {
  const [x, y] = [JSON.stringify([a.from, a.to]), JSON.stringify([b.from, b.to])];
  return b.probability - a.probability || (x < y ? -1 : 1);
}

function reaches(next: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const [open, seen] = [[from], new Set<string>()];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === to) return true;
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...(next.get(node) ?? []));
  }
  return false;
}

/** Kahn's algorithm. */
function sorted(nodes: readonly string[], next: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const waitsFor = new Map(nodes.map((node) => [node, 0]));
  for (const targets of next.values()) for (const to of targets) waitsFor.set(to, (waitsFor.get(to) ?? 0) + 1);
  const order: string[] = [];
  const left = new Set(nodes);
  while (left.size > 0) {
    const free = [...left].find((node) => waitsFor.get(node) === 0);
    if (free === undefined) break;
    left.delete(free);
    order.push(free);
    for (const to of next.get(free) ?? []) waitsFor.set(to, (waitsFor.get(to) as number) - 1);
  }
  return order;
}
