import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandsByGrammar, shellCommands, shellWords, wordsByGrammar } from '../../src/sense/shellCommands.ts';

describe('lines without anything special', () => {
  const plain = fc.string({ unit: fc.constantFrom('a', 'B', '7', ' ', '\t', '\u00a0', '-', '=', '$', '{', '*', '~', '!', '/', '.', 'ü') });
  it('have the words that the grammar gives (property)', () => {
    fc.assert(
      fc.property(plain, (line) => {
        expect(shellWords(line)).toEqual(wordsByGrammar(line));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
  it('are one command, or none (property)', () => {
    fc.assert(
      fc.property(plain, (line) => {
        expect(shellCommands(line)).toEqual(commandsByGrammar(line));
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

describe('any line', () => {
  const signs = [...`"'"';&|()\`<>\\#{ \t\n\r\u00a0\u2028ü`];
  const part = fc.constantFrom(...signs, 'git', '-m', 'a=b', '&&', '||', '<<A', '#c', '$x', '‹value›', '""', '"a b"', "'c;d'", ' ', ' ');
  const line = fc.oneof(
    fc.array(part, { maxLength: 14 }).map((parts) => parts.join('')),
    fc.string({ maxLength: 30 }),
  );
  it('has the words and commands that the grammar gives (property)', () => {
    fc.assert(
      fc.property(line, (text) => {
        expect(shellWords(text)).toEqual(wordsByGrammar(text));
        expect(shellCommands(text)).toEqual(commandsByGrammar(text));
      }),
      { seed: 3, numRuns: 20_000 },
    );
  });
});
