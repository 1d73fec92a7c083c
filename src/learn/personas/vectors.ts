import { type Bags, rowsOf } from './bags.ts';

/** Tokens that a vector has room for: those of the most sessions. */
const DIMENSIONS = 400;

/**
 * Sessions as dense vectors of length 1 (all zero where a session shares no token): weight · ln(sessions / sessions with the
 * token), the tf-idf of Salton and Buckley (1988).
 */
export function vectorsOf(bags: Bags): number[][] {
  const sessions = rowsOf(bags);
  const column = columnsOf(bags);
  const width = Math.min(DIMENSIONS, bags.size);
  return Array.from({ length: sessions }, (_, row) => {
    const vector = new Array<number>(width).fill(0);
    let square = 0;
    for (let i = bags.offsets[row] as number; i < (bags.offsets[row + 1] as number); i++) {
      const token = bags.tokens[i] as number;
      const at = column[token] as number;
      if (at >= width) continue;
      const value = (bags.weights[i] as number) * Math.log((sessions + 1) / (bags.sessionsWith[token] as number));
      vector[at] = value;
      square += value * value;
    }
    const length = Math.sqrt(square);
    return length > 0 ? vector.map((v) => v / length) : vector;
  });
}

function columnsOf(bags: Bags): Int32Array {
  const order = Array.from({ length: bags.size }, (_, token) => token).sort(
    (a, b) => (bags.sessionsWith[b] as number) - (bags.sessionsWith[a] as number) || a - b,
  );
  const column = new Int32Array(bags.size);
  for (const [at, token] of order.entries()) column[token] = at;
  return column;
}
