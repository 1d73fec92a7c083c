import { describe, expect, it } from 'vitest';
import {
  historyChange,
  historyOutcome,
  historyPreview,
  historyProgress,
  historyRows,
  type ShownHistory,
} from '../../src/show/histories.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const view = { home: '/home/me', now: NOW };
const zsh: ShownHistory = {
  id: 'zsh-00000001',
  format: 'zsh',
  path: '/home/me/.zsh_history',
  kind: 'shell',
  bytes: 1_234_567,
  changedAt: NOW - 3 * DAY,
};
const bash: ShownHistory = {
  id: 'bash-00000002',
  format: 'bash',
  path: '/home/meier/.bash_history',
  kind: 'shell',
  bytes: 999,
  changedAt: NOW,
};
const git: ShownHistory = {
  id: 'git-reflog-00000003',
  format: 'git-reflog',
  path: '/home/me/shop/.git/logs/HEAD',
  kind: 'git',
  bytes: 4200,
  changedAt: NOW - 400 * DAY,
};

describe('the histories to choose from', () => {
  it('names each by a short path, what it is, its size and its age; at first all shells are ticked', () => {
    expect(historyRows([zsh, bash, git], [], view).map(({ label, description, picked }) => [label, description, picked])).toEqual([
      ['~/.zsh_history', 'Z shell · 1.2 MB · changed 3 days ago', true],
      ['/home/meier/.bash_history', 'Bash · 999 B · changed just now', true],
      ['~/shop/.git/logs/HEAD', 'Git: branches and commits · 4 kB · changed 1 year ago', false],
    ]);
  });

  it('later what was imported is ticked, also where its file is gone', () => {
    const rows = historyRows([zsh, bash, git], [{ id: git.id }, { id: 'fish-0badcafe' }], view);
    expect(rows.map(({ id, picked }) => [id, picked])).toEqual([
      [zsh.id, false],
      [bash.id, false],
      [git.id, true],
      ['fish-0badcafe', true],
    ]);
    expect(rows[2]?.description).toMatch(/imported$/);
    expect(rows[3]).toMatchObject({ label: 'fish, a file that is no longer there' });
    expect(rows[3]?.source).toBeUndefined();
  });

  it('reads what is ticked, forgets what no longer is, and leaves alone what is ticked and gone', () => {
    const rows = historyRows([zsh, bash, git], [{ id: zsh.id }, { id: 'fish-0badcafe' }], view);
    const ticked = rows.filter(({ id }) => id === bash.id || id === 'fish-0badcafe');
    expect(historyChange(rows, ticked)).toEqual({ read: [{ format: 'bash', path: bash.path }], forget: [zsh.id] });
    expect(historyChange(rows, [])).toEqual({ read: [], forget: [zsh.id, 'fish-0badcafe'] });
  });

  it('says what came of it', () => {
    const imported = [
      { commands: 1200, dropped: 16 },
      { commands: 4, dropped: 1 },
    ];
    expect(historyOutcome(3, imported)).toBe('3 personas from 1,204 commands (17 things dropped by the gate).');
    expect(historyOutcome(1, [{ commands: 1, dropped: 1 }])).toBe('1 persona from 1 command (1 thing dropped by the gate).');
    expect(historyOutcome(0, [{ commands: 2, dropped: 0 }])).toMatch(/^0 personas from 2 commands .* too little/);
    expect([historyProgress({ read: 30_000 }), historyProgress({ learnt: 0.4 })]).toEqual(['30,000 commands read', 'learning: 40 %']);
  });
});

describe('the preview of a history', () => {
  const row = { label: '~/.zsh_history', description: 'Z shell · 1.2 MB' };
  const tokens = [
    { token: 'command:npm test', count: 12 },
    { token: 'command:psql', count: 3 },
  ];

  it('says what is in it, all that would be kept, and what would be dropped', () =>
    expect(
      historyPreview(row, {
        read: 1200,
        kept: 15,
        rejected: 1,
        tokens,
        dropped: [
          { kind: 'argument', count: 7 },
          { kind: 'environment-value', count: 2 },
          { kind: 'email', count: 1 },
          { kind: 'of-tomorrow', count: 2 },
        ],
        more: false,
      }),
    ).toBe(`~/.zsh_history (Z shell · 1.2 MB)

Nothing of this is stored yet, and nothing leaves this machine.
1,200 entries read. Of 15 this would be kept:

  12 × npm test
   3 × psql

Dropped by the gate, never stored:

  7 arguments
  2 values of variables
  1 e-mail address
  2 of-tomorrow

1 line is not of this format, and left out.
`));

  it('of a long one says so, and how much is not shown', () => {
    const many = Array.from({ length: 700 }, (_, i) => ({ token: `command:c${i}`, count: 1 }));
    const page = historyPreview(row, { read: 100_000, kept: 700, rejected: 0, tokens: many, dropped: [], more: true });
    expect(page).toContain('The first 100,000 entries read');
    expect(page).toContain('and 200 more kinds, each as short as these');
    expect(page).toContain('There is nothing in it that the gate would drop.');
  });
});
