import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PersonaDocument } from '../../src/app/personaDocument.ts';
import type { Activity } from '../../src/domain/index.ts';
import { learnCommand } from '../../src/host/cli/learnCommand.ts';
import { createTerminal } from '../../src/host/cli/terminal.ts';
import { plantedSessions } from '../learn/planted.ts';

describe('prewarm learn', () => {
  let folder = '';
  let output = '';
  let trace = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prewarm-learn-'));
    [output, trace] = [join(folder, 'personas.json'), join(folder, 'trace.jsonl')];
    const lines = plantedSessions(80, 71).flatMap((s, i) => s.activities.map((a) => JSON.stringify({ ...a, session: `s${i}` })));
    await writeFile(trace, [...lines, 'not json'].join('\n'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const learn = (signal = new AbortController().signal) =>
    learnCommand({ positionals: [trace], options: { output }, terminal: createTerminal('quiet'), signal });
  const written = async (): Promise<PersonaDocument> => JSON.parse(await readFile(output, 'utf8'));

  it('says what it found, and what it could not read', async () => {
    const result = await learn();
    expect(result.ok && result.value.json).toMatchObject({ sessions: 80, rejected: 1 });
    const { personas } = await written();
    const { noise } = (result.ok ? result.value.json : {}) as { noise: number };
    expect(personas.reduce((sum, p) => sum + p.weight, noise)).toBeCloseTo(1, 6);
    expect(personas.length).toBe(4);
  });

  it('keeps the names and pins of the document that it writes over', async () => {
    await learn();
    const before = await written();
    const edited = before.personas.map((p, i) => ({ ...p, name: `Mine ${i}`, pins: [{ field: 'use_case', value: `case ${i}` }] }));
    await writeFile(output, JSON.stringify({ ...before, personas: edited }));
    await learn();
    const after = await written();
    expect(after.personas.map((p) => [p.name, p.attributes.use_case])).toEqual(edited.map((p, i) => [p.name, `case ${i}`]));
  });

  it('writes the traffic that the trace tells of, and keeps it while nothing newer is known', async () => {
    const DB = 'compose:shop/db';
    const sessions = plantedSessions(80, 71).map((s) => s.activities);
    const uses = sessions.flat().filter((a) => a.resource === DB);
    const closings = uses.map(
      (use, i): Activity => ({ ...use, at: use.at + 1000, kind: 'connection.closed', bytes: 100 + i, firstByteMs: 3 }),
    );
    const plain = sessions.flat().map((a) => JSON.stringify(a));
    await writeFile(trace, [...plain, ...closings.map((a) => JSON.stringify(a))].join('\n'));
    await learn();
    const trafficIn = (document: PersonaDocument) =>
      document.personas.flatMap((p) => p.resources).find((r) => r.id === DB && r.traffic)?.traffic;
    const first = trafficIn(await written());
    expect(first).toMatchObject({ requests: uses.length, interaction_type: 'query', latency_ms: [{ value: 3, probability: 1 }] });
    await writeFile(trace, plain.join('\n'));
    await learn();
    expect(trafficIn(await written())).toMatchObject({ requests: uses.length, measured_until: first?.measured_until });
  });

  it.each([
    ['a broken document', '{"version": 1, "personas": 7}'],
    ['something else', 'my notes'],
  ])('leaves %s alone, and says so', async (_, text) => {
    await writeFile(output, text);
    const result = await learn();
    expect(result.ok ? '' : result.fault.message).toMatch(/personas\.json is there already .* not written over/);
    expect(await readFile(output, 'utf8')).toBe(text);
  });

  it('stops when it is told to', async () => {
    const result = await learn(AbortSignal.abort());
    expect(result.ok ? '' : result.fault.code).toBe('cancelled');
    await expect(readFile(output)).rejects.toThrow('ENOENT');
  });
});
