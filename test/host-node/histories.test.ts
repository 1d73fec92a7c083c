import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Histories, HistorySource, Staged } from '../../src/app/ports.ts';
import type { Activity, Result } from '../../src/domain/index.ts';
import { findHistories, idOf, type Places } from '../../src/host/node/findHistories.ts';
import { openHistories } from '../../src/host/node/histories.ts';
import { previewHistory } from '../../src/host/node/previewHistory.ts';
import { createLearner, type LearnerThread } from '../../src/host/worker/learnerClient.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'prewarm-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function put(path: string, text = 'npm test\n'): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('the preview of a history', () => {
  it('is what an import would keep, without a secret and without writing anything', async () => {
    const file = put('.bash_history', 'npm test -- --grep x\nnpm test\nexport TOKEN=hunter2\npsql postgres://me:hunter2@db/shop\n');
    const before = readdirSync(home);
    const preview = await previewHistory({ format: 'bash', path: file }, Date.now());
    if (!preview.ok) throw new Error(preview.fault.message);
    expect(preview.value.tokens.slice(0, 2)).toEqual([
      { token: 'command:npm test', count: 2 },
      { token: 'command:export', count: 1 },
    ]);
    expect(preview.value).toMatchObject({ read: 4, more: false });
    expect(preview.value.dropped.map((d) => d.kind)).toContain('argument');
    expect(JSON.stringify(preview.value)).not.toContain('hunter2');
    expect(readdirSync(home)).toEqual(before);
  });

  it('stops in a very long one, and says what it cannot read', async () => {
    const file = put('.bash_history', 'ls\n'.repeat(150_000));
    const preview = await previewHistory({ format: 'bash', path: file }, Date.now());
    expect(preview.ok && preview.value.more).toBe(true);
    const missing = await previewHistory({ format: 'bash', path: join(home, 'none') }, Date.now());
    expect(missing.ok ? '' : missing.fault.message).toMatch(/none cannot be read \(ENOENT\)/);
    expect((await previewHistory({ format: 'constructor', path: file }, 0)).ok).toBe(false);
  });
});

describe('finding histories', () => {
  const find = async (more: Partial<Places> = {}) => {
    const found = await findHistories({ home, platform: 'linux', environment: {}, folders: [], ...more });
    return found.map(({ format, path }) => `${format} ${path.slice(home.length + 1)}`);
  };

  it('finds each shell’s where it keeps it by itself, and says size and last change', async () => {
    const names = ['.bash_history', '.zsh_history', '.local/share/fish/fish_history', '.local/share/atuin/history.db'];
    for (const name of [...names, '.local/share/powershell/PSReadLine/ConsoleHost_history.txt']) put(name);
    expect(await find()).toEqual([
      'bash .bash_history',
      'zsh .zsh_history',
      'fish .local/share/fish/fish_history',
      'powershell .local/share/powershell/PSReadLine/ConsoleHost_history.txt',
      'atuin .local/share/atuin/history.db',
    ]);
    utimesSync(join(home, '.bash_history'), 1_700_000_000, 1_700_000_000);
    const [bash] = await findHistories({ home, platform: 'linux', environment: {}, folders: [] });
    expect(bash).toMatchObject({ kind: 'shell', bytes: 9, changedAt: 1_700_000_000_000, id: idOf(bash as HistorySource) });
  });

  it('finds them where the environment says, and on Windows', async () => {
    for (const name of ['dots/.zsh_history', 'state/zsh/history', 'state/bash/history', 'data/fish/work_history', 'a.db', 'mine/hist'])
      put(name);
    const environment = {
      ZDOTDIR: join(home, 'dots'),
      XDG_STATE_HOME: join(home, 'state'),
      XDG_DATA_HOME: join(home, 'data'),
      ATUIN_DB_PATH: join(home, 'a.db'),
      fish_history: 'work',
      HISTFILE: '~/mine/hist',
      SHELL: '/usr/bin/zsh',
    };
    expect(await find({ environment })).toEqual([
      'zsh mine/hist',
      'bash state/bash/history',
      'zsh dots/.zsh_history',
      'zsh state/zsh/history',
      'fish data/fish/work_history',
      'atuin a.db',
    ]);
    put('AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt');
    expect(await find({ platform: 'win32' })).toEqual([
      'powershell AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt',
    ]);
  });

  it('finds a file once, whatever leads to it, and neither an empty one nor a folder', async () => {
    const file = put('.zsh_history');
    symlinkSync(file, join(home, '.histfile'));
    put('.bash_history', '');
    mkdirSync(join(home, '.local/share/fish/fish_history'), { recursive: true });
    expect(await find({ environment: { HISTFILE: file } })).toEqual(['zsh .zsh_history']);
  });

  it('finds git’s log of the repository that a folder is in, and of a worktree', async () => {
    put('shop/.git/logs/HEAD');
    mkdirSync(join(home, 'shop/api'), { recursive: true });
    put('shop/.git/worktrees/fix/logs/HEAD');
    put('fix/.git', `gitdir: ${join(home, 'shop/.git/worktrees/fix')}\n`);
    const folders = ['shop/api', 'shop', 'fix'].map((folder) => join(home, folder));
    expect(await find({ folders })).toEqual(['git-reflog shop/.git/logs/HEAD', 'git-reflog shop/.git/worktrees/fix/logs/HEAD']);
  });
});

/** A real thread running the real program. */
describe('importing histories', () => {
  const SECRET = 'hunter2hunter2';
  let programs: string;
  let thread: LearnerThread;
  beforeAll(async () => {
    programs = mkdtempSync(join(tmpdir(), 'prewarm-thread-'));
    await build({
      entryPoints: { worker: join(import.meta.dirname, '../../src/host/node/learnerThread.ts') },
      outdir: programs,
      outExtension: { '.js': '.cjs' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'silent',
    });
    // SQLite looks for its WebAssembly beside the program.
    const wasm = 'node-sqlite3-wasm.wasm';
    copyFileSync(join(import.meta.dirname, '../../node_modules/node-sqlite3-wasm/dist', wasm), join(programs, wasm));
    thread = createLearner({ program: join(programs, 'worker.cjs'), journal: join(programs, 'journal'), now: Date.now });
  });
  afterAll(async () => {
    await thread.dispose();
    rmSync(programs, { recursive: true, force: true });
  });

  const open = (): Histories => openHistories({ folder: join(home, 'imports'), importAll: thread.importAll, now: Date.now });
  const value = (result: Result<Staged>): Staged => {
    if (!result.ok) throw new Error(result.fault.message);
    return result.value;
  };
  const kept = async (histories: Histories): Promise<readonly Activity[]> =>
    (await histories.kept()).flatMap(({ trace }) =>
      readFileSync(trace, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Activity),
    );
  const zsh = (): HistorySource => ({ format: 'zsh', path: join(home, '.zsh_history') });

  it('keeps nothing until it is told to, then a private trace without arguments; a second time it replaces the first', async () => {
    put('.zsh_history', `: 1700000000:5;npm test --password=${SECRET}\n: 1700000060:0;ls\nnot of the format: but a command\n`);
    const histories = open();
    const staged = value(await histories.stage([zsh()]));
    expect(staged.imported).toMatchObject([{ format: 'zsh', commands: 3, rejected: 0 }]);
    expect(staged.imported[0]?.dropped).toBeGreaterThan(0);
    expect(await histories.kept()).toEqual([]);
    expect(await staged.keep()).toBeUndefined();
    expect((await kept(histories)).map((a) => a.resource).slice(0, 2)).toEqual(['command:npm test', 'command:ls']);
    put('.zsh_history', ': 1700000000:5;make\n');
    await value(await histories.stage([zsh()])).keep();
    expect(await kept(histories)).toEqual([expect.objectContaining({ resource: 'command:make', actor: 'history' })]);
    const [file] = await histories.kept();
    expect(statSync(file?.trace ?? '').mode & 0o777).toBe(0o600);
    expect(readdirSync(join(home, 'imports'))).toEqual([`${idOf(zsh())}.jsonl`]);
    expect(readFileSync(file?.trace ?? '', 'utf8')).not.toContain(SECRET);
    expect(await histories.remove([file?.id ?? ''])).toBeUndefined();
    expect(await histories.kept()).toEqual([]);
  });

  it('splits a history without times where it was laid apart', async () => {
    put('.bash_history', Array.from({ length: 40 }, (_, i) => `make target${i}\n`).join(''));
    const histories = open();
    await value(await histories.stage([{ format: 'bash', path: join(home, '.bash_history') }])).keep();
    const sessions = (await kept(histories)).map((a) => a.session);
    expect(new Set(sessions).size).toBe(3);
    expect(sessions.every((s) => s?.startsWith('bash-'))).toBe(true);
  });

  it('names each history that cannot be read, and goes on with the others', async () => {
    put('.zsh_history', 'ls\n');
    put('history.db', 'no database');
    const sources = [
      { format: 'bash', path: join(home, 'gone') },
      { format: 'atuin', path: join(home, 'history.db') },
      { format: 'fish', path: home },
      zsh(),
    ];
    const staged = value(await open().stage(sources));
    expect(staged.faults.map((f) => f.message)).toEqual([
      expect.stringMatching(/gone cannot be read \(ENOENT\)/),
      expect.stringMatching(/history\.db cannot be read as this format \(file is not a database\)/),
      expect.stringMatching(/cannot be read as this format \(EISDIR\)/),
    ]);
    expect(staged.imported.map(({ format }) => format)).toEqual(['zsh']);
    await staged.discard();
    expect(readdirSync(join(home, 'imports'))).toEqual([]);
  });

  it('cancelled in the middle leaves nothing behind; what a crash left is removed after an hour', async () => {
    put('.zsh_history', 'ls -la\n'.repeat(300_000));
    put('imports/.staged-crashed/zsh-1.jsonl');
    put('imports/.staged-now/zsh-1.jsonl');
    utimesSync(join(home, 'imports/.staged-crashed'), 1_700_000_000, 1_700_000_000);
    const controller = new AbortController();
    const told: number[] = [];
    const result = await open().stage([zsh()], {
      signal: controller.signal,
      progress: (read) => {
        told.push(read);
        controller.abort();
      },
    });
    expect(result.ok ? 'imported' : result.fault.code).toBe('cancelled');
    expect(told[0]).toBeGreaterThan(0);
    expect(existsSync(join(home, 'imports/.staged-now'))).toBe(true);
    expect(readdirSync(join(home, 'imports'))).toEqual(['.staged-now']);
  });
});
