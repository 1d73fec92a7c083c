import { describe, expect, it } from 'vitest';
import type { StepCost } from '../../src/domain/index.ts';
import { ladderText, stepText } from '../../src/show/ladder.ts';

const start: StepCost = { from: 'created', to: 'ready', medianMs: 800, p10Ms: 700, p90Ms: 1100, times: 12 };

describe('the ladder in words', () => {
  it.each([
    [start, 'created → ready 0.8 s (0.7–1.1, 12 times)'],
    [{ ...start, from: 'paused', medianMs: 20.4, p10Ms: 18, p90Ms: 31 }, 'paused → ready 20 ms (18–31, 12 times)'],
    [{ ...start, times: 1 }, 'created → ready 0.8 s (once)'],
  ] as [StepCost, string][])('%j', (step, text) => expect(stepText(step)).toBe(text));
  it('has the way up only', () => expect(ladderText([start, { ...start, from: 'ready', to: 'paused' }])).toBe(stepText(start)));
});
