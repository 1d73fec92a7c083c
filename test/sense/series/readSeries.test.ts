import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSeries } from '../../../src/sense/series/readSeries.ts';

describe('a file of series', () => {
  const read = (text: string) => readSeries(text, 'f.csv');

  it('of times and values', () => {
    expect(
      read('timestamp,value\n2026-01-01 00:00:00,1\n2026-01-01 01:00:00,\n2026-01-01 02:00:00,NaN\n2026-01-01 03:00:00,4\n'),
    ).toMatchObject({
      ok: true,
      value: { shape: 'points', points: [{ value: 1 }, { value: Number.NaN }, { value: Number.NaN }, { value: 4 }], rejected: [] },
    });
  });

  it.each([
    ['other names, other order', 'load,when\n5,2026-01-01\n6,2026-01-02\n'],
    ['a column more', 'at,host,value\n2026-01-01,a,5\n2026-01-02,b,6\n'],
    ['numbers in both columns', 'time,value\n1767225600,5\n1767312000,6\n'],
    ['a mark at its begin', '\uFEFFtimestamp,value\n2026-01-01,5\n2026-01-02,6\n'],
    ['other ends of lines', 'timestamp,value\r\n2026-01-01,5\r\n2026-01-02,6\r\n'],
  ])('with %s', (_, text) => {
    expect(read(text)).toMatchObject({
      ok: true,
      value: {
        points: [
          { at: Date.UTC(2026, 0, 1), value: 5 },
          { at: Date.UTC(2026, 0, 2), value: 6 },
        ],
      },
    });
  });

  it('of many, one a line', () => {
    const result = read('"V1","V2","V3","V4"\n"H1",1,2,3\n"H2",4,5,\n"H3",,,\n"H4",1,x,2\n');
    expect(result).toMatchObject({
      ok: true,
      value: { shape: 'rows', rejected: ['f.csv:4: there is no value', 'f.csv:5: “x” is no number'] },
    });
    if (result.ok && result.value.shape === 'rows')
      expect(result.value.rows.map((r) => [r.name, ...r.values])).toEqual([
        ['H1', 1, 2, 3],
        ['H2', 4, 5],
      ]);
  });

  it('lines that do not fit are named by their number, the others stay', () => {
    const result = read('timestamp,value\n2026-01-01,1\n\nnever,2\n2026-01-03,many\n2026-01-04,4\n');
    expect(result).toMatchObject({ ok: true, value: { rejected: ['f.csv:4: “never” is no time', 'f.csv:5: “many” is no number'] } });
    expect(result.ok && result.value.shape === 'points' && result.value.points.length).toBe(2);
  });

  it.each([
    ['nothing', '', 'has no rows'],
    ['a header alone', 'timestamp,value\n', 'has no rows'],
    ['words', 'a,b\nc,d\n', 'no column of times'],
    ['times alone', 'when,where\n2026-01-01,here\n', 'no column of times and one of numbers'],
    ['many of nothing', 'V1,V2\nH1,\n', 'has no series'],
  ])('of %s is refused with what is expected', (_, text, message) => {
    expect(read(text)).toMatchObject({ ok: false, fault: { code: 'bad-file', message: expect.stringContaining(message) } });
  });

  it('whatever it holds, it is an answer', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('2026-01-01', '5', 'V1', '"', '""', '\n', 'NaN', '1e999'));
    const text = fc
      .array(
        fc.array(cell, { maxLength: 4 }).map((cells) => cells.join(',')),
        { maxLength: 8 },
      )
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ maxLength: 200 })), (anything) => {
        const result = read(anything);
        if (!result.ok) expect(result.fault.message).toContain('f.csv');
      }),
      { numRuns: 2000 },
    );
  });
});
