import { describe, expect, it } from 'vitest';
import type { Content } from '../../../src/provision/datasets/content.ts';
import { isOurs, keyOfFiles, type Listed, nameOf, type Piece, pieceLabels, shelfOf } from '../../../src/provision/datasets/shelf.ts';

const KEY = 'a'.repeat(64);
const piece = (what: Piece, key = ''): Listed => ({
  Name: what === 'declared' ? 'v' : nameOf('v', what, key),
  Labels: pieceLabels('v', what, key),
});
const content = (name: string): Content => ({ digest: 'd', bytes: 1, name, parts: [{ file: `/x/${name}`, name, bytes: 1, digest: 'd' }] });

describe('the volumes beside a declared one', () => {
  it('tell by their marks what is whole and what is in use', () => {
    expect(shelfOf([])).toMatchObject({ declared: false, stands: false, current: undefined });
    expect(shelfOf([piece('content', KEY)]).whole.size).toBe(0);
    expect([...shelfOf([piece('content', KEY), piece('whole', KEY)]).whole]).toEqual([KEY]);
    expect(shelfOf([piece('declared')])).toMatchObject({ declared: true, stands: false });
    expect(shelfOf([piece('declared'), piece('pointer'), piece('content', KEY), piece('current', KEY)])).toMatchObject({
      stands: true,
      current: KEY,
    });
  });
  it('a mark without its content, which somebody removed, says nothing', () =>
    expect(shelfOf([piece('whole', KEY), piece('current', KEY)])).toMatchObject({ current: undefined, whole: new Set() }));
  it('a volume without our labels is the developer’s', () => {
    expect(isOurs(piece('declared'))).toBe(true);
    expect(isOurs(piece('content', KEY))).toBe(false);
    expect(isOurs({ Name: 'v', Labels: null })).toBe(false);
  });
  it('the name of a file counts as long as it is not unpacked', () => {
    expect(keyOfFiles(content('a'), false)).not.toBe(keyOfFiles(content('b'), false));
    expect(keyOfFiles(content('a'), true)).toBe(keyOfFiles(content('b'), true));
    expect(keyOfFiles(content('a'), true)).not.toBe(keyOfFiles(content('a'), false));
  });
});
