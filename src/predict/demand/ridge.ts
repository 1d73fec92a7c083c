/**
 * Linear least squares with an L2 penalty (Hoerl & Kennard 1970): the coefficients that minimise |X·b − y|² + penalty·|b|², by Cholesky
 * decomposition of the normal equations. The last column is the constant and is not penalised.
 *
 * @param rows of X, each `width` long, one after the other.
 * @param target one value for each row.
 */
export function ridge(rows: Float64Array, width: number, target: Float64Array, penalty: number): Float64Array {
  const normal = new Float64Array(width * width);
  const right = new Float64Array(width);
  for (let r = 0, at = 0; r < target.length; r++, at += width) {
    const y = target[r] as number;
    for (let i = 0; i < width; i++) {
      const x = rows[at + i] as number;
      right[i] = (right[i] as number) + x * y;
      for (let j = 0, k = i * width; j <= i; j++, k++) normal[k] = (normal[k] as number) + x * (rows[at + j] as number);
    }
  }
  for (let i = 0; i < width; i++) normal[i * width + i] = (normal[i * width + i] as number) + (i === width - 1 ? 1e-9 : penalty);
  return solve(normal, right, width);
}

/** A·x = b for a symmetric positive definite A, of which the lower triangle is read; A and b are overwritten, b with x. */
function solve(a: Float64Array, b: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (a[i * n + k] as number) * (a[j * n + k] as number);
      // What rounding has made negative is a direction that the rows do not determine: the penalty alone holds it.
      a[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (a[j * n + j] as number);
    }
  }
  for (let i = 0; i < n; i++) {
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (a[i * n + k] as number) * (b[k] as number);
    b[i] = sum / (a[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number;
    for (let k = i + 1; k < n; k++) sum -= (a[k * n + i] as number) * (b[k] as number);
    b[i] = sum / (a[i * n + i] as number);
  }
  return b;
}
