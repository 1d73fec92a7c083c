import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { END, run } from './run.ts';

const AT = 1_700_000_000_000;
const RECALLED = undefined;
const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

describe('importers of shell histories', () => {
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
  ])('%s: %j', async (format, text, expected) => {
    const { activities, tally } = await run(format, text);
    expect(tally.rejects).toEqual([]);
    expect(activities.map((a) => [a.resource, a.kind === 'command.recalled' ? RECALLED : a.at])).toEqual(
      expected.map(([token, at]) => [`command:${token}`, at]),
    );
  });

  it('keeps how long a command took, where the format does', async () => {
    expect((await run('zsh', ': 1700000000:5;npm test')).activities).toEqual([
      { at: AT, actor: 'me', resource: 'command:npm test', source: 'import', kind: 'command.started', durationMs: 5000 },
    ]);
  });

  it('reads what zsh wrote as meta characters', async () => {
    // é is C3 A9, of which zsh writes no byte as it is: 83 and the byte with bit 5 turned.
    const bytes = [...Buffer.from(': 1700000000:5;node '), 0x83, 0xc3 ^ 0x20, 0x83, 0xa9 ^ 0x20, ...Buffer.from('.js && npm test\n')];
    for (const chunk of [1, 7, 1000]) {
      const { activities, tally } = await run('zsh', Uint8Array.from(bytes), { chunk });
      expect(activities.map((a) => a.resource)).toEqual(['command:node', 'command:npm test']);
      expect(tally.read).toBe(1);
    }
  });

  it('reads UTF-16, as Windows PowerShell writes it', async () => {
    const text = Buffer.from('\ufeffnpm test\r\npsql\r\n', 'utf16le');
    for (const chunk of [1, 1000])
      expect((await run('powershell', text, { chunk })).activities.map((a) => a.resource)).toEqual(['command:npm test', 'command:psql']);
  });

  it('lays entries without times back from the end, in their order', async () => {
    const { activities } = await run('bash', 'a\nb\nc');
    expect(activities.map((a) => a.at)).toEqual([END - 60_000, END - 40_000, END - 20_000]);
  });

  it('lays them back from the next time that is known', async () => {
    const { activities } = await run('bash', 'a\nb\n#1700000000\nc');
    expect(activities.map((a) => a.at)).toEqual([AT - 40_000, AT - 20_000, AT]);
  });

  it('never lays one before what stands before it', async () => {
    const { activities } = await run('zsh', ': 1700000000:0;a\nb\nc\n: 1700000030:0;d');
    expect(activities.map((a) => a.at - AT)).toEqual([0, 0, 10_000, 30_000]);
  });

  it('lays long runs the same, whether the source is read twice or once, and in pieces of any size', async () => {
    const run1 = Array.from({ length: 5000 }, (_, i) => `a${i}`);
    const run2 = Array.from({ length: 9000 }, (_, i) => `b${i}`);
    const text = [...run1, ': 1700000000:0;c', 'd', ': 1700000100:0;e', ...run2].join('\n');
    const twice = (await run('zsh', text)).activities;
    expect(twice).toHaveLength(14_003);
    expect((await run('zsh', text, { rereadable: false })).activities).toEqual(twice);
    expect((await run('zsh', text, { chunk: 999 })).activities).toEqual(twice);
    // 5000 entries are 333 sessions of 15 and 5 more: an hour apart, 20 s within.
    expect(AT - (twice[0]?.at ?? 0)).toBe(5000 * 20_000 + 333 * (3_600_000 - 20_000));
    expect(END - (twice.at(-1)?.at ?? 0)).toBe(20_000);
    expect(twice.every((a, i) => i === 0 || a.at >= (twice[i - 1]?.at ?? 0))).toBe(true);
  });

  it('passes the gate and says what it took', async () => {
    const { activities, tally } = await run('bash', 'mysql -u root -phunter2\nTOKEN=hunter2\n# hunter2');
    expect(JSON.stringify([activities, [...tally.dropped], tally])).not.toContain('hunter2');
    expect(tally).toMatchObject({ read: 3, kept: 1, emptied: 1, written: 1, redacted: 2, rejected: 1 });
    expect(tally.rejects).toEqual([{ line: 3, problem: 'no command in it' }]);
    expect(tally.dropped.get('password-flag')).toBe(1);
  });

  it('names a line that is not of the format', async () => {
    expect((await run('fish', '- cmd: ls\nnonsense')).tally).toMatchObject({
      read: 2,
      kept: 1,
      rejects: [{ line: 2, problem: 'not a line of fish history' }],
    });
  });

  it('names the first of many, and counts them all', async () => {
    const { tally } = await run('fish', 'nonsense\n'.repeat(1000));
    expect(tally.rejected).toBe(1000);
    expect(tally.rejects).toHaveLength(100);
  });

  it('rejects a line that is longer than any, and goes on behind it', async () => {
    const { activities, tally } = await run('bash', `psql\n${'x'.repeat(5_000_000)}\nnpm test\n`);
    expect(activities.map((a) => a.resource)).toEqual(['command:psql', 'command:npm test']);
    expect(tally.rejects).toMatchObject([{ line: 2 }]);
  });

  it('looks for the end of a here-document so far and no further', async () => {
    const { activities } = await run('bash', `cat <<EOF\n${'x\n'.repeat(200)}psql`);
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
  it.each(SHELLS)('%s never throws, loses nothing and keeps the order of times (fuzz)', async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(shellish, fc.string({ unit: 'binary', maxLength: 60 })), { maxLength: 20 }), async (lines) => {
        const { activities, tally } = await run(format, lines.join('\n'), { chunk: 13 });
        expect(tally.read).toBe(tally.kept + tally.emptied + tally.rejected);
        expect(tally.written).toBe(activities.length);
        expect(tally.written).toBeGreaterThanOrEqual(tally.kept);
        expect(tally.redacted).toBeLessThanOrEqual(tally.read);
        expect(JSON.stringify(activities)).not.toContain('A=hunter2');
        for (const { at } of activities) expect(Number.isSafeInteger(at) && at >= 0).toBe(true);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('reads 50,000 entries fast, repeated or all different', async () => {
    for (const entry of [
      (i: number) => `git commit -m "message ${i % 50}" && npm test`,
      (i: number) => `git commit -m "m ${i}" && npm test`,
    ]) {
      const text = Array.from({ length: 50_000 }, (_, i) => `#${1_700_000_000 + i}\n${entry(i)}`).join('\n');
      const began = performance.now();
      expect((await run('bash', text)).tally.written).toBe(100_000);
      expect(performance.now() - began).toBeLessThan(5000);
    }
  });
});
