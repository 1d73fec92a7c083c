interface Edge {
  readonly from: string;
  readonly to: string;
  readonly probability: number;
}

/** A circle of edges, from each to the next and from the last to the first; undefined where there is none. */
export function circleIn<E extends Edge>(edges: readonly E[]): readonly E[] | undefined {
  const from = startingAt(edges);
  const done = new Set<string>();
  for (const begin of from.keys()) {
    // By hand, since a chain of resources may be longer than the stack.
    const path: { readonly node: string; readonly by?: E; i: number }[] = done.has(begin) ? [] : [{ node: begin, i: 0 }];
    const open = new Map(path.map((p, i) => [p.node, i]));
    while (path.length > 0) {
      const top = path.at(-1) as (typeof path)[number];
      const edge = from.get(top.node)?.[top.i++];
      if (!edge) {
        done.add(top.node);
        open.delete(top.node);
        path.pop();
        continue;
      }
      const at = open.get(edge.to);
      if (at !== undefined) return [...path.slice(at + 1).map((p) => p.by as E), edge];
      if (done.has(edge.to)) continue;
      open.set(edge.to, path.length);
      path.push({ node: edge.to, by: edge, i: 0 });
    }
  }
  return undefined;
}

/**
 * Without circles: each is cut at its least likely edge, the one that closes it where several are. `endless` is one that nobody would ever
 * leave, by `forEver`.
 */
export function withoutCircles<E extends Edge>(
  edges: readonly E[],
  forEver: (circle: readonly E[]) => boolean,
): { kept: readonly E[]; cut: readonly E[]; endless?: readonly E[] } {
  let kept = edges;
  const cut: E[] = [];
  for (;;) {
    const circle = circleIn(kept);
    if (!circle) return { kept, cut };
    if (forEver(circle)) return { kept, cut, endless: circle };
    const weakest = circle.reduce((a, b) => (b.probability <= a.probability ? b : a));
    kept = kept.filter((e) => e !== weakest);
    cut.push(weakest);
  }
}

/** Edges in the longest chain; only where there is no circle. */
export function longestChain<E extends Edge>(nodes: readonly string[], edges: readonly E[]): number {
  const from = startingAt(edges);
  const depth = new Map<string, number>();
  let longest = 0;
  for (const node of inOrder(nodes, edges))
    for (const { to } of from.get(node) ?? []) {
      const d = Math.max(depth.get(to) ?? 0, (depth.get(node) ?? 0) + 1);
      depth.set(to, d);
      longest = Math.max(longest, d);
    }
  return longest;
}

/** Each after all that lead to it; only where there is no circle. */
export function inOrder<E extends Edge>(nodes: readonly string[], edges: readonly E[]): readonly string[] {
  const left = new Map(nodes.map((n) => [n, 0]));
  const from = startingAt(edges);
  for (const e of edges) left.set(e.to, (left.get(e.to) ?? 0) + 1);
  const order = nodes.filter((n) => left.get(n) === 0);
  for (const node of order)
    for (const { to } of from.get(node) ?? []) {
      const n = (left.get(to) as number) - 1;
      left.set(to, n);
      if (n === 0) order.push(to);
    }
  return order;
}

function startingAt<E extends Edge>(edges: readonly E[]): ReadonlyMap<string, readonly E[]> {
  const from = new Map<string, E[]>();
  for (const e of edges) {
    const list = from.get(e.from);
    if (list) list.push(e);
    else from.set(e.from, [e]);
  }
  return from;
}
