import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exportLines } from '../../src/host/cli/exportLines.ts';

it.skipIf(process.platform === 'win32')('a shell reads back what was said, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (value) => {
      const script = `${exportLines({ X: value }, 'linux').join('\n')}\nprintf %s "$X"`;
      expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(value);
    }),
    { numRuns: 30 },
  );
});

it('PowerShell has its own way', () => expect(exportLines({ X: "it's" }, 'win32')).toEqual(["$env:X = 'it''s'"]));
