const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Whether a run of letters, digits and `+/_-` is random, as keys are, and not made of words, as paths and names are.
 * Random text changes between small letters, capitals and digits about every second character (2.1 on average in base64, 2.1 in
 * hexadecimal); words do so every five or six. That tells short runs apart better than their Shannon entropy does, which
 * for 20 characters lies near its maximum for words too.
 */
export function looksOpaque(run: string): boolean {
  return UUID.test(run) || run.split(/[-_/+=]+/).some(isRandom) || (run.length >= 24 && changesOften(run));
}

function isRandom(part: string): boolean {
  if (part.length < 16) return false;
  const isHex = /^[0-9a-f]+$/i.test(part) && /\d/.test(part);
  return isHex || (/[A-Za-z]{28}/.test(part) && !isOfWords(part)) || changesOften(part);
}

/** `DescribeReservedInstancesOfferings`: capitals that begin words of usual length, where 28 random letters have ten or more. */
function isOfWords(part: string): boolean {
  const pieces = part.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? [];
  return pieces.length > 1 && part.length / pieces.length >= 5 && pieces.every((piece) => piece.length <= 18);
}

/** Words of one case with a few digits get by with less: `v2`, `x86`, `getUserById`. */
function changesOften(run: string): boolean {
  const pieces = run.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? [];
  const mean = pieces.reduce((sum, piece) => sum + piece.length, 0) / Math.max(1, pieces.length);
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(run)).length;
  return mean < (kinds === 3 ? 4 : kinds === 2 ? 2.8 : 1.5);
}
