import { describe, expect, it } from 'vitest';
import { historyChange, historyOutcome, historyProgress, historyRows, type ShownHistory } from '../../src/show/histories.ts';

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
