/** Keeps vectors of which none is at most another in every component. */
export interface Frontier {
  /** Whether it was not dominated by what was added before; then it is added. */
  readonly add: (vector: readonly number[]) => boolean;
}

/** Beyond two components it is looked at this many of the last: to miss a dominated one costs time alone. */
const LOOKED_AT = 256;

export function frontierOf(width: number): Frontier {
  if (width <= 1) return line();
  return width === 2 ? staircase() : list();
}

function line(): Frontier {
  let least = Number.POSITIVE_INFINITY;
  return {
    add: ([x = 0]) => {
      if (x >= least) return false;
      least = x;
      return true;
    },
  };
}

/** The first component rises, the second falls, so that one look by bisection is enough. */
function staircase(): Frontier {
  const steps: { readonly x: number; readonly y: number }[] = [];
  const firstAbove = (x: number): number => {
    let [low, high] = [0, steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((steps[middle]?.x as number) <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    add: ([x = 0, y = 0]) => {
      const at = firstAbove(x);
      const before = steps[at - 1];
      if (before && before.y <= y) return false;
      let from = at;
      while (from > 0 && (steps[from - 1]?.x as number) >= x) from--;
      let until = at;
      while (until < steps.length && (steps[until]?.y as number) >= y) until++;
      steps.splice(from, until - from, { x, y });
      return true;
    },
  };
}

function list(): Frontier {
  const kept: (readonly number[])[] = [];
  return {
    add: (vector) => {
      for (let i = kept.length - 1, last = Math.max(0, kept.length - LOOKED_AT); i >= last; i--)
        if (kept[i]?.every((x, b) => x <= (vector[b] as number))) return false;
      kept.push(vector);
      return true;
    },
  };
}
