const MAX_DEPTH = 200;
/** `- - - x` and `? ? x` open a level each, in one line. */
const COMPACT = /(?:[-?:][ \t]+){100}/;

/**
 * Whether a YAML or JSON text opens more levels than any declaration does. The parsers call themselves for every level, and a
 * stack that overflows inside a regular expression ends the whole process, so this is asked before they are.
 * Brackets in strings count too: what is meant honestly closes what it opens.
 */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const bracket of text.matchAll(/[[\]{}]/g)) {
    depth = bracket[0] === '[' || bracket[0] === '{' ? depth + 1 : Math.max(0, depth - 1);
    if (depth > MAX_DEPTH) return true;
  }
  return COMPACT.test(text);
}

export const TOO_DEEP = `it is nested more than ${MAX_DEPTH} levels deep, as no declaration is; it is skipped. Write it flatter.`;
