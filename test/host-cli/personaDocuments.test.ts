import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Invocation } from '../../src/host/cli/command.ts';
import { personasCommand } from '../../src/host/cli/personasCommand.ts';
import { SAMPLE } from '../sense/pdl/sample.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prewarm-pdl-'));
  await mkdir(join(folder, 'shop', '.prewarm'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

const own = () => join(folder, 'shop', '.prewarm', 'personas.json');

async function run(words: readonly string[], options: Invocation['options'] = {}) {
  const terminal = { progress: () => {}, message: () => {}, out: () => {} } as unknown as Invocation['terminal'];
  return personasCommand({
    positionals: words,
    options: { workspace: join(folder, 'shop'), state: join(folder, 'state'), ...options },
    terminal,
    signal: new AbortController().signal,
  });
}

async function report(words: readonly string[], options?: Invocation['options']) {
  const result = await run(words, options);
  if (!result.ok) throw new Error(result.fault.message);
  return result.value as { json: Record<string, unknown>; lines: readonly string[]; faults?: readonly { message: string }[] };
}

describe('prewarm personas check', () => {
  it('says of every finding where it is, and fails where one is an error', async () => {
    const file = join(folder, 'broken.json');
    await writeFile(file, SAMPLE.replace('"weight": 0.4', '"weight": 4').replace('"PT1H"', '"1h"'));
    const { json, lines, faults } = await report(['check', file]);
    expect(lines[0]).toBe(`${file}:8:17: error: “weight” is 4, and must be 0 to 1. [Change to 0.04]`);
    expect(json).toMatchObject({ file, errors: 2, warnings: 0 });
    expect(json.findings).toMatchObject([
      {
        line: 8,
        column: 17,
        path: 'personas[0].weight',
        severity: 'error',
        fixes: [{ title: 'Change to 0.04', edits: [{ length: 1, content: '0.04' }] }, {}],
      },
      { line: 67, path: 'personas[0].engagement_patterns[0].time_window' },
    ]);
    expect(faults).toMatchObject([{ message: `${file} has 2 errors. Mend what stands above.` }]);
  });

  it('looks at the workspace’s own document, and passes one that is right', async () => {
    await writeFile(own(), SAMPLE);
    const { lines, faults } = await report(['check']);
    expect([lines, faults]).toEqual([[`${own()}: nothing is wrong with it`], undefined]);
    await rm(own());
  });

  it('says what it could not read', async () => {
    const result = await run(['check', join(folder, 'nowhere.json')]);
    expect(result.ok ? '' : result.fault.message).toMatch(/nowhere\.json could not be read \(ENOENT\)/);
  });
});

describe('prewarm personas import, export and compare', () => {
  it('takes in a document, writes it where asked, and tells versions apart', async () => {
    const file = join(folder, 'theirs.json');
    await writeFile(file, SAMPLE);
    const { json } = await report(['import', file]);
    expect(json.changed).toMatchObject([
      { name: 'Month end', came: 'new in the file' },
      { name: 'Browser checks', came: 'new in the file' },
    ]);
    expect((await report(['list'])).lines.join()).toContain('Month end');
    await writeFile(file, SAMPLE.replace('"expected_volume": 1200', '"expected_volume": 1500'));
    await report(['import', file]);
    const { lines } = await report(['compare', 'Month end', '1', '2']);
    expect(lines).toContain('  engagement_patterns / evening orders / expected_volume: 1200 → 1500');
    expect((await report(['compare', 'Month end', '2'])).lines).toEqual(['They are the same.']);
    expect((await run(['compare', 'Month end', '9'])).ok).toBe(false);
    await report(['rollback', 'Month end', '1']);
    expect((await report(['compare', 'Month end', '1'])).lines).toEqual(['They are the same.']);
  }, 120_000);

  it('writes over nothing that is no document, and keeps what others wrote in one that is', async () => {
    const file = join(folder, 'out.json');
    await writeFile(file, 'my notes');
    const refused = await run(['export'], { output: file });
    expect(refused.ok ? '' : refused.fault.message).toMatch(/out\.json:1:1: .*Mend it first/);
    await writeFile(file, '// ours\n{"version": 1, "personas": [], "owner": "us"}\n');
    await report(['export'], { output: file });
    const text = await readFile(file, 'utf8');
    expect(text.startsWith('// ours\n')).toBe(true);
    expect(text).toContain('"owner": "us"');
    expect(text).toContain('Month end');
    expect((await report(['check', file])).faults).toBeUndefined();
  }, 60_000);

  it('writes the workspace’s own document only where it is named', async () => {
    await expect(readFile(own())).rejects.toThrow('ENOENT');
    expect((await report(['export'], { output: own() })).json).toMatchObject({ written: '.prewarm/personas.json', changed: true });
    const text = await readFile(own(), 'utf8');
    expect((await report(['export'], { output: own() })).json).toMatchObject({ changed: false });
    expect(await readFile(own(), 'utf8')).toBe(text);
  }, 60_000);
});
