import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/sense/importers/formats.ts';
import { importHistory } from '../../src/sense/importers/importer.ts';

const run = (format: keyof typeof FORMATS & string, text: string) =>
  importHistory(text.split('\n'), (FORMATS[format] as () => ReturnType<(typeof FORMATS)[string]>)(), {
    actor: 'me',
    endAt: 1_700_000_000_000,
  });

describe('importers', () => {
  it.each([
    [
      'bash',
      'npm test\ngit push',
      [
        ['command:npm test', undefined],
        ['command:git push', undefined],
      ],
    ],
    ['bash', '#1700000000\nnpm test', [['command:npm test', 1_700_000_000_000]]],
    ['zsh', ': 1700000000:5;npm test', [['command:npm test', 1_700_000_000_000]]],
    [
      'zsh',
      ': 1700000000:5;echo a \\\nb',
      [
        ['command:echo', 1_700_000_000_000],
        ['command:b', 1_700_000_000_000],
      ],
    ],
    ['zsh', 'npm test', [['command:npm test', undefined]]],
    ['fish', '- cmd: npm test\n  when: 1700000000\n  paths:\n    - x', [['command:npm test', 1_700_000_000_000]]],
    [
      'powershell',
      'npm `\ntest',
      [
        ['command:npm', undefined],
        ['command:test', undefined],
      ],
    ],
  ] as const)('%s: %j', (format, text, expected) => {
    const { activities, rejected } = run(format, text);
    expect(rejected).toEqual([]);
    expect(activities.map((a) => [a.resource, a.kind === 'command.recalled' ? undefined : a.at])).toEqual(expected);
  });

  it('lays entries without times back in their order', () => {
    const { activities } = run('bash', 'a\nb\nc');
    expect(activities.map((a) => a.at)).toEqual([...activities.map((a) => a.at)].sort());
    expect(activities.every((a) => a.kind === 'command.recalled')).toBe(true);
  });

  it('parts a history without times into sessions of fifteen commands', () => {
    const { activities } = run('bash', Array.from({ length: 40 }, (_, i) => `tool${i}`).join('\n'));
    const gaps = activities.slice(1).map((a, i) => a.at - (activities[i]?.at ?? 0));
    expect(gaps.filter((g) => g > 30 * 60_000)).toHaveLength(2);
  });

  it('loses nothing without a count', () => {
    const { read, kept, emptied, rejected } = run('bash', 'npm test\n# only a comment\n"unclosed');
    expect(kept + emptied + rejected.length).toBe(read);
  });

  it('passes the gate and says what it took', () => {
    const result = run('bash', 'mysql -u root -phunter2');
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(result).toMatchObject({ read: 1, written: 1, redacted: 1 });
  });

  it('names a line that is not of the format', () => {
    expect(run('fish', 'nonsense').rejected).toEqual([{ line: 1, problem: 'not a line of fish history' }]);
  });

  it.each(Object.keys(FORMATS))('%s never throws and keeps its counts (fuzz)', (format) => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 })), (lines) => {
        const { activities, written, read, redacted } = run(format, lines.join('\n'));
        expect(written).toBe(activities.length);
        expect(redacted).toBeLessThanOrEqual(read);
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
