import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellCommands, shellWords } from '../../src/sense/shellCommands.ts';

describe('lines without anything special', () => {
  const plain = fc.string({ unit: fc.constantFrom('a', 'B', '7', ' ', '\t', '\u00a0', '-', '=', '$', '{', '*', '~', '!', '/', '.', 'ü') });
  it('have the words that the grammar gives (property)', () => {
    fc.assert(
      fc.property(plain, (line) => {
        // An empty quoted word at the end takes the long way.
        const { words, aside } = shellWords(`${line} ''`);
        expect(shellWords(line)).toEqual({ words: words.slice(0, -1), aside });
      }),
      { seed: 1, numRuns: 500 },
    );
  });
  it('are one command, or none (property)', () => {
    fc.assert(
      fc.property(plain, (line) => {
        expect(shellCommands(line)).toEqual(shellCommands(`${line}\n`));
      }),
      { seed: 2, numRuns: 500 },
    );
  });
  it.each([
    ['ls -la  src', ['ls', '-la', 'src']],
    ['  ', []],
    ['', []],
  ])('%j', (line, words) => expect(shellWords(line)).toEqual({ words, aside: 0 }));
});
