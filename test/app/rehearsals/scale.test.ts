import { expect, it } from 'vitest';
import { scaleOf } from '../../../src/app/rehearsals/scale.ts';

it.each([
  ['3', 3],
  [' 2.5 ', 2.5],
  ['2,5', 2.5],
  ['1000000', 1e6],
  ['1000001', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['', undefined],
  [' ', undefined],
  ['1,000,000', undefined],
  ['many', undefined],
  ['Infinity', undefined],
])('a scale of “%s” is %s', (text, scale) => expect(scaleOf(text)).toBe(scale));
