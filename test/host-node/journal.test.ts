import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { openJournal } from '../../src/host/node/journal.ts';

const DAY = 86_400_000;
let folder: string;
let now = 1_700_000_000_000;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-journal-'));
  now = 1_700_000_000_000;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const a = (resource: string): Activity => ({ at: now, actor: 'me', resource });
const open = (instance = 'one', more = {}) => openJournal({ folder, instance, now: () => now, ...more });
const all = async (journal: Awaited<ReturnType<typeof open>>): Promise<string[]> => {
  const found: string[] = [];
  for await (const activity of journal.read()) found.push(activity.resource);
  return found;
};
const files = (): string[] => readdirSync(folder).sort();

describe('the journal', () => {
  it('gives back what was appended, over several processes', async () => {
    const one = await open('one');
    const two = await open('two');
    one.append([a('x'), a('y')]);
    two.append([a('z')]);
    expect((await all(await open('three'))).sort()).toEqual(['x', 'y', 'z']);
    await one.close();
    await two.close();
  });

  it('sets a torn last line aside and keeps the rest', async () => {
    const journal = await open();
    journal.append([a('kept')]);
    await journal.close();
    const file = join(folder, files()[0] as string);
    appendFileSync(file, '{"at":17000000');
    const again = await open('two');
    expect(again.problems[0]?.message).toContain('torn');
    expect(await all(again)).toEqual(['kept']);
    expect(files().some((f) => f.endsWith('.torn'))).toBe(true);
  });

  it('skips a bad line and names it', async () => {
    writeFileSync(join(folder, `${now}-x.jsonl`), `${JSON.stringify(a('before'))}\nnonsense\n{"at":1}\n${JSON.stringify(a('after'))}\n`);
    const journal = await open();
    expect(await all(journal)).toEqual(['before', 'after']);
    expect(journal.problems[0]?.message).toMatch(/-x\.jsonl:2: .*not JSON/);
  });

  it('sets an unreadable segment aside and goes on', async () => {
    mkdirSync(join(folder, `${now - 1}-bad.jsonl`));
    writeFileSync(join(folder, `${now}-good.jsonl`), `${JSON.stringify(a('good'))}\n`);
    const journal = await open();
    expect(await all(journal)).toEqual(['good']);
    expect(journal.problems.map((p) => p.message).join()).toMatch(/bad\.jsonl cannot be read \(EISDIR\) and was set aside/);
  });

  it('rotates by size and by day, and forgets after the retention', async () => {
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

  it('erases everything', async () => {
    const journal = await open();
    journal.append([a('x')]);
    await journal.erase();
    expect(files()).toEqual([]);
  });
});
