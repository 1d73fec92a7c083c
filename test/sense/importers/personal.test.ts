import { describe, expect, it } from 'vitest';
import { run } from './run.ts';

const AT = 1_700_000_000_000;

describe('the importer of Atuin', () => {
  const row = {
    id: 'a',
    timestamp: BigInt(AT) * 1_000_000n,
    duration: 5_000_000n,
    exit: 0,
    command: 'npm test',
    cwd: '/home/jane',
    deleted_at: null,
  };

  it('keeps time, duration and outcome, and neither folder nor host', async () => {
    const { activities, tally } = await run('atuin', '', { rows: [row, { ...row, exit: 1n, duration: -1n, command: 'psql -W hunter2' }] });
    expect(activities).toEqual([
      { at: AT, actor: 'me', resource: 'command:npm test', source: 'import', kind: 'command.started', durationMs: 5, ok: true },
      { at: AT, actor: 'me', resource: 'command:psql', source: 'import', kind: 'command.started', ok: false },
    ]);
    expect(tally).toMatchObject({ read: 2, kept: 2, redacted: 1 });
  });

  it('sets deleted rows aside and names rows that do not fit', async () => {
    const { tally } = await run('atuin', '', {
      rows: [{ ...row, deleted_at: 1n }, { ...row, timestamp: 'x' }, { ...row, command: null }, {}],
    });
    expect(tally).toMatchObject({ read: 4, kept: 0, emptied: 1, rejected: 3 });
    expect([...tally.asides]).toEqual([['deleted', 1]]);
    expect(tally.rejects[0]).toEqual({ line: 2, problem: 'no time in it' });
  });
});

describe('the importer of reflogs', () => {
  const line = (message: string, at = 1_700_000_000): string =>
    `${'0'.repeat(40)} ${'ab'.repeat(20)} Jane Doe <jane@example.com> ${at} +0100\t${message}`;

  it.each([
    ['commit: hunter2', 'command:git commit', 'command.started'],
    ['commit (amend): x', 'command:git commit', 'command.started'],
    ['commit (initial): x', 'command:git commit', 'command.started'],
    ['commit', 'command:git commit', 'command.started'],
    ['pull --rebase origin main: Fast-forward', 'command:git pull', 'command.started'],
    ['merge hunter2: Fast-forward', 'command:git merge', 'command.started'],
    ['rebase -i (start): checkout main', 'command:git rebase', 'command.started'],
    ['reset: moving to HEAD~1', 'command:git reset', 'command.started'],
    ['clone: from https://example.com/hunter2.git', 'command:git clone', 'command.started'],
    ['checkout: moving from main to feature/hunter2', 'branch:feature', 'branch.switched'],
    ['checkout: moving from feature/hunter2 to main', 'branch:main', 'branch.switched'],
    ['checkout: moving from main to hunter2', 'branch:other', 'branch.switched'],
  ])('%s', async (message, resource, kind) => {
    expect((await run('git-reflog', line(message))).activities).toEqual([{ at: AT, actor: 'me', resource, source: 'git', kind }]);
  });

  it('sets aside what nobody did, and names what is no line of it', async () => {
    const { tally } = await run(
      'git-reflog',
      [line('rebase (pick): x'), line('rebase (finish): y'), line('update by server'), 'nonsense'].join('\n'),
    );
    expect(tally).toMatchObject({ read: 4, kept: 0, emptied: 3, rejects: [{ line: 4, problem: 'not a line of a reflog' }] });
    expect([...tally.asides]).toEqual([
      ['steps of a rebase', 2],
      ['other moves of HEAD', 1],
    ]);
  });
});
