import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/sense/importers/formats.ts';
import { type Imported, importHistory } from '../../src/sense/importers/importer.ts';

const END = 1_800_000_000_000;
const AT = 1_700_000_000_000;
const RECALLED = undefined;

function run(format: string, text: string): Imported {
  const create = FORMATS[format];
  if (!create) throw new Error(`no format ${format}`);
  return importHistory(text.split('\n'), create(), { actor: 'me', endAt: END });
}

describe('importers', () => {
  it.each<[string, string, readonly (readonly [string, number | undefined])[]]>([
    [
      'bash',
      'npm test\ngit push',
      [
        ['npm test', RECALLED],
        ['git push', RECALLED],
      ],
    ],
    ['bash', '#1700000000\nnpm test', [['npm test', AT]]],
    [
      'bash',
      'ls\n#1700000000\nfor i in 1 2; do\nnpm test\ndone\n#1700000060\npsql',
      [
        ['ls', RECALLED],
        ['npm test', AT],
        ['psql', AT + 60_000],
      ],
    ],
    [
      'bash',
      'cat > .env <<EOF\nhunter2\nEOF\npsql',
      [
        ['cat', RECALLED],
        ['psql', RECALLED],
      ],
    ],
    ['bash', 'cat <<EOF\nhunter2', [['cat', RECALLED]]],
    ['zsh', ': 1700000000:5;npm test', [['npm test', AT]]],
    [
      'zsh',
      ': 1700000000:5;ls a \\\npsql',
      [
        ['ls', AT],
        ['psql', AT],
      ],
    ],
    ['zsh', ': 1700000000:5;npm \\\\\n test', [['npm test', AT]]],
    ['zsh', 'npm test', [['npm test', RECALLED]]],
    ['fish', '- cmd: npm test\n  when: 1700000000\n  paths:\n    - x', [['npm test', AT]]],
    [
      'fish',
      '- cmd: ls a\\\\nb\\npsql\n  when: 1700000000',
      [
        ['ls', AT],
        ['psql', AT],
      ],
    ],
    [
      'powershell',
      'ls `\npsql',
      [
        ['ls', RECALLED],
        ['psql', RECALLED],
      ],
    ],
    ['powershell', 'npm ``\n test', [['npm test', RECALLED]]],
  ])('%s: %j', (format, text, expected) => {
    const { activities, rejected } = run(format, text);
    expect(rejected).toEqual([]);
    expect(activities.map((a) => [a.resource, a.kind === 'command.recalled' ? RECALLED : a.at])).toEqual(
      expected.map(([token, at]) => [`command:${token}`, at]),
    );
  });

  it('keeps how long a command took, where the format does', () => {
    expect(run('zsh', ': 1700000000:5;npm test').activities).toEqual([
      { at: AT, actor: 'me', resource: 'command:npm test', source: 'import', kind: 'command.started', durationMs: 5000 },
    ]);
  });

  it('lays entries without times back from the end, in their order', () => {
    const { activities } = run('bash', 'a\nb\nc');
    expect(activities.map((a) => a.at)).toEqual([END - 60_000, END - 40_000, END - 20_000]);
  });

  it('lays them back from the next time that is known', () => {
    const { activities } = run('bash', 'a\nb\n#1700000000\nc');
    expect(activities.map((a) => a.at)).toEqual([AT - 40_000, AT - 20_000, AT]);
  });

  it('passes the gate and says what it took', () => {
    const result = run('bash', 'mysql -u root -phunter2\nTOKEN=hunter2\n# hunter2');
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(result).toMatchObject({ read: 3, kept: 1, emptied: 1, written: 1, redacted: 2 });
    expect(result.rejected).toEqual([{ line: 3, problem: 'no command in it' }]);
    expect(result.dropped).toContainEqual({ kind: 'password-flag', count: 1 });
  });

  it('names a line that is not of the format', () => {
    expect(run('fish', '- cmd: ls\nnonsense')).toMatchObject({
      read: 2,
      kept: 1,
      rejected: [{ line: 2, problem: 'not a line of fish history' }],
    });
  });

  it('looks for the end of a here-document so far and no further', () => {
    const { activities } = run('bash', `cat <<EOF\n${'x\n'.repeat(200)}psql`);
    expect(activities.map((a) => a.resource)).toEqual(['command:cat', 'command:psql']);
  });

  const shellish = fc.constantFrom(
    '#1700000000',
    ': 1700000000:5;npm test',
    '- cmd: ls',
    '  when: 1700000000',
    'cat <<E',
    'E',
    'A=hunter2',
    'x \\',
    'x `',
    '#',
    '',
  );
  it.each(Object.keys(FORMATS))('%s never throws, loses nothing and keeps the order of times (fuzz)', (format) => {
    fc.assert(
      fc.property(fc.array(fc.oneof(shellish, fc.string({ unit: 'binary', maxLength: 60 })), { maxLength: 20 }), (lines) => {
        const { activities, read, kept, emptied, written, redacted, rejected } = run(format, lines.join('\n'));
        expect(read).toBe(kept + emptied + rejected.length);
        expect(written).toBe(activities.length);
        expect(written).toBeGreaterThanOrEqual(kept);
        expect(redacted).toBeLessThanOrEqual(read);
        expect(JSON.stringify(activities)).not.toContain('A=hunter2');
        for (const { at } of activities) expect(Number.isSafeInteger(at) && at >= 0).toBe(true);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('reads 20,000 entries fast', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `#${1_700_000_000 + i}\ngit commit -m "message ${i}" && npm test`).join('\n');
    const began = performance.now();
    expect(run('bash', text).written).toBe(40_000);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
