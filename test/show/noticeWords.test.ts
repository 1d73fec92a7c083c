import { describe, expect, it } from 'vitest';
import { createClock } from '../../src/show/clock.ts';
import { noticeWords } from '../../src/show/noticeWords.ts';

const clock = createClock({ zone: 'UTC', language: 'en' });
const at = Date.UTC(2026, 10, 27, 10);
const seen = (value: number, expected: number) => ({ series: 'x', at, value, expected, score: 0.9, because: 'Because.' });

describe('a notice in words', () => {
  it.each([
    [
      'what is counted, with what is warmed',
      { subject: 'shop/requests', quantity: 'volume', stepMs: 300_000, anomaly: seen(400, 12), warmed: 'db' } as const,
      'shop/requests is out of the ordinary, today 10:00: 400 interactions per 5 min; usual: 12 interactions per 5 min. db is kept warm for it.',
    ],
    [
      'what is measured',
      { subject: 'shop/latency', quantity: 'response_time', stepMs: 60_000, anomaly: seen(2000, 40) } as const,
      'shop/latency is out of the ordinary, today 10:00: 2 s; usual: 40 ms.',
    ],
  ])('%s', (_, notice, words) => {
    expect(noticeWords(notice, at + 3_600_000, clock)).toBe(words);
  });
});
