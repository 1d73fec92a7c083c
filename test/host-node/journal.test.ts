import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { type JournalOptions, type NodeJournal, openJournal } from '../../src/host/node/journal.ts';

const DAY = 86_400_000;
let folder: string;
let now = 1_700_000_000_000;
let opened: NodeJournal[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-journal-'));
  now = 1_700_000_000_000;
});
afterEach(async () => {
  await Promise.all(opened.map((journal) => journal.close()));
  opened = [];
  rmSync(folder, { recursive: true, force: true });
});

const a = (resource: string): Activity => ({ at: now, actor: 'me', resource });
const lineOf = (resource: string): string => `${JSON.stringify(a(resource))}\n`;
async function open(instance = 'one', more: Partial<JournalOptions> = {}): Promise<NodeJournal> {
  const journal = await openJournal({ folder, instance, now: () => now, ...more });
  opened.push(journal);
  return journal;
}
async function all(journal: NodeJournal, since?: number): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const activity of journal.read(since)) found.push(activity.resource);
  return found;
}
const files = (): readonly string[] => readdirSync(folder).sort();
const problemsOf = (journal: NodeJournal): readonly string[] => journal.problems.map((p) => p.message);
const place = (name: string, text: string): void => writeFileSync(join(folder, name), text);

describe('the journal', () => {
  it('gives back what was appended, over several processes, each with a segment of its own', async () => {
    const one = await open('one');
    const two = await open('two');
    one.append([a('x'), a('y')]);
    two.append([a('z')]);
    expect([...(await all(await open('three')))].sort()).toEqual(['x', 'y', 'z']);
    expect(files()).toHaveLength(2);
  });

  it('leaves out what was appended before, where it is asked to', async () => {
    (await open('one')).append([a('x')]);
    const [old] = files();
    utimesSync(join(folder, old as string), 1000, 1000);
    (await open('two')).append([a('y')]);
    const three = await open('three');
    expect(await all(three, 999_000)).toHaveLength(2);
    expect(await all(three, 1_001_000)).toEqual(['y']);
  });

  it('has on file what was appended, before it is flushed or closed: a killed process loses nothing', async () => {
    const journal = await open();
    for (let i = 0; i < 100; i++) journal.append([a(`x${i}`)]);
    expect(readFileSync(join(folder, files()[0] as string), 'utf8').split('\n')).toHaveLength(101);
    await journal.flush();
  });

  it.runIf(process.platform !== 'win32')('lets nobody but its owner read it', async () => {
    (await open()).append([a('x')]);
    expect(statSync(join(folder, files()[0] as string)).mode & 0o777).toBe(0o600);
  });

  it('never writes to a file that is there', async () => {
    place(`0${now}-one.jsonl`, lineOf('earlier'));
    const journal = await open('one');
    journal.append([a('x')]);
    expect(await all(journal)).toEqual(['earlier', 'x']);
    expect(files()).toHaveLength(2);
  });

  it('writes nothing for nothing', async () => {
    (await open()).append([]);
    expect(files()).toEqual([]);
  });
});

describe('what a crash leaves', () => {
  it('all that a killed process had appended', async () => {
    const program = join(folder, 'program.mjs');
    const contents = `import { openJournal } from './src/host/node/journal.ts';
      const journal = await openJournal({ folder: ${JSON.stringify(folder)}, instance: 'killed', now: () => ${now} });
      for (let i = 0; ; i++) {
        journal.append([{ at: ${now}, actor: 'me', resource: 'x' + i }]);
        if (i % 500 === 0) await new Promise((written) => process.stdout.write(i + '\\n', written));
      }`;
    buildSync({ stdin: { contents, resolveDir: '.' }, bundle: true, platform: 'node', format: 'esm', outfile: program });
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = 0;
    for await (const line of createInterface(child.stdout)) {
      said = Number(line);
      if (said >= 5000) break;
    }
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const found = await all(await open('next'));
    expect(found.length).toBeGreaterThan(said);
    expect(found).toEqual(found.map((_, i) => `x${i}`));
  });

  it('a torn last line is set aside and the rest kept', async () => {
    const journal = await open();
    journal.append([a('kept')]);
    await journal.close();
    const file = files()[0] as string;
    appendFileSync(join(folder, file), '{"at":17000000');
    const again = await open('two');
    expect(problemsOf(again)[0]).toContain(`${file}: its last line was torn`);
    expect(await all(again)).toEqual(['kept']);
    expect(readFileSync(join(folder, `${file}.torn`), 'utf8')).toBe('{"at":17000000');
    expect(problemsOf(await open('three'))).toEqual([]);
  });

  it('a segment that is torn from its first byte becomes empty', async () => {
    place(`${now}-x.jsonl`, '{"at"');
    expect(await all(await open())).toEqual([]);
    expect(files()).toEqual([`${now}-x.jsonl`, `${now}-x.jsonl.torn`]);
  });

  it('a line that another window is just writing is left alone', async () => {
    const file = join(folder, `${now}-live.jsonl`);
    writeFileSync(file, lineOf('x').slice(0, 10));
    setTimeout(() => appendFileSync(file, lineOf('x').slice(10)), 10);
    const journal = await open();
    expect(await all(journal)).toEqual(['x']);
    expect(problemsOf(journal)).toEqual([]);
  });
});

describe('what cannot be used', () => {
  it('a bad line is skipped and named, the others of its file counted, however often it is read', async () => {
    place(`${now}-x.jsonl`, `${lineOf('before')}nonsense\n{"at":1}\n${lineOf('after')}`);
    const journal = await open();
    expect(await all(journal)).toEqual(['before', 'after']);
    expect(await all(journal)).toEqual(['before', 'after']);
    expect(problemsOf(journal)).toHaveLength(1);
    expect(problemsOf(journal)[0]).toMatch(/-x\.jsonl:2: not JSON; this line and 1 more of this file are skipped/);
  });

  it('an unreadable segment is named once and skipped', async () => {
    mkdirSync(join(folder, `${now - 1}-bad.jsonl`));
    place(`${now}-good.jsonl`, lineOf('good'));
    const journal = await open();
    expect(await all(journal)).toEqual(['good']);
    expect(problemsOf(journal)).toHaveLength(1);
    expect(problemsOf(journal)[0]).toMatch(/bad\.jsonl cannot be read \(EISDIR\) and is skipped/);
  });

  it('a folder that cannot be made is told; nothing throws', async () => {
    place('file', '');
    const journal = await open('one', { folder: join(folder, 'file', 'journal') });
    journal.append([a('x'), a('y')]);
    journal.append([a('z')]);
    expect(await all(journal)).toEqual([]);
    expect(problemsOf(journal).join('\n')).toMatch(/cannot be read[\s\S]*3 activities could not be kept/);
  });
});

describe('how long it is kept', () => {
  it('begins a segment by size and by day, and forgets after the retention', async () => {
    const journal = await open('one', { maxSegmentBytes: 10 });
    journal.append([a('x')]);
    now += 1;
    journal.append([a('y')]);
    now += DAY;
    journal.append([a('z')]);
    await journal.close();
    expect(files()).toHaveLength(3);
    now += 90 * DAY;
    expect(await all(await open('two'))).toEqual(['z']);
    expect(files()).toHaveLength(1);
  });

  it('keeps all segments of one millisecond apart and in order', async () => {
    const journal = await open('one', { maxSegmentBytes: 1 });
    for (const name of ['a', 'b', 'c']) journal.append([a(name)]);
    expect(files()).toHaveLength(3);
    expect(await all(journal)).toEqual(['a', 'b', 'c']);
  });

  it('keeps a segment until its whole day is older than the retention', async () => {
    const journal = await open();
    journal.append([a('x')]);
    now += 90 * DAY + DAY / 2;
    expect(await all(await open('two'))).toEqual(['x']);
  });

  it('erases its own files and no others, and goes on in every window', async () => {
    place('notes.txt', 'mine');
    const one = await open('one');
    const two = await open('two');
    one.append([a('x')]);
    two.append([a('y')]);
    await one.erase();
    expect(files()).toEqual(['notes.txt']);
    two.append([a('z')]);
    expect(await all(one)).toEqual(['z']);
  });
});
