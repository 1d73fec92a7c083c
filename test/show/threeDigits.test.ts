import { describe, expect, it } from 'vitest';
import { lengthText, ms, number, percent, rate } from '../../src/show/threeDigits.ts';

describe('figures to three digits', () => {
  it.each([
    [number(1234.5), '1230'],
    [number(0.000_123_45), '0.000123'],
    [number(null), '–'],
    [percent(0.12345), '12.3 %'],
    [percent(null), '–'],
    [ms(9999), '10000 ms'],
    [ms(12_345), '12.3 s'],
    [ms(null), '–'],
    [rate(12.34), '12.3/s'],
    [rate(0.01), '0.01/s'],
    [rate(1 / 3600), '1/h'],
    [rate(0), '0/s'],
    [lengthText(7 * 86_400_000), '7 d'],
    [lengthText(5_400_000), '90 min'],
    [lengthText(1500), '1.5 s'],
    [lengthText(20), '20 ms'],
  ])('%s', (text, expected) => expect(text).toBe(expected));
});
