import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import type { Importer, Opened } from '../../../src/sense/importers/importer.ts';
import { importHistory } from '../../../src/sense/importers/importHistory.ts';
import { IMPORTERS } from '../../../src/sense/importers/registry.ts';
import { createTally } from '../../../src/sense/importers/tally.ts';
import { END } from './run.ts';

const ISO = '2023-11-14T22:13:20Z';
/** How a large file of each format begins, goes on and ends. */
const LARGE: Readonly<Record<string, readonly [string, string, string]>> = {
  bash: ['', `#1700000000\nnpm test -- --reporter verbose ${'test/unit/orders '.repeat(5)}\n`, ''],
  zsh: ['', ': 1700000000:1;npm test\n', ''],
  fish: ['', '- cmd: npm test\n  when: 1700000000\n', ''],
  powershell: ['', `npm test -- --reporter verbose ${'test/unit/orders '.repeat(5)}\n`, ''],
  'git-reflog': ['', `${'0'.repeat(40)} ${'a'.repeat(40)} J <j@x> 1700000000 +0000\tcommit: x\n`, ''],
  activitywatch: ['{"buckets":{"b":{"events":[', `{"timestamp":"${ISO}","duration":1,"data":{"app":"Code"}},`, '{}]}}}'],
  wakatime: ['{"days":[{"heartbeats":[', '{"time":1700000000,"entity":"/a/b.ts","type":"file"},', '{}]}]}'],
  'access-log': ['', 'a - - [14/Nov/2023:22:13:20 +0000] "GET /a HTTP/1.1" 200 1\n', ''],
  'nginx-json': ['', `{"time":"${ISO}","request":"GET /a"}\n`, ''],
  har: ['{"log":{"entries":[\n', `{"startedDateTime":"${ISO}","request":{"method":"GET","url":"http://x/a"}},\n`, '{}]}}'],
  cloudtrail: ['{"Records":[', `{"eventTime":"${ISO}","eventSource":"s3.amazonaws.com","eventName":"GetObject"},`, '{}]}'],
  'kubernetes-audit': [
    '{"kind":"EventList","items":[',
    `{"verb":"get","stageTimestamp":"${ISO}","objectRef":{"resource":"pods"}},`,
    '{}]}',
  ],
};
const CHUNKS = 240;
const CHUNK = 1 << 16;

interface Pulled extends Opened {
  readonly pulled: () => number;
}

/** A file of 16 MB that is made as it is read. */
function large(format: string): Pulled {
  const [begin, record, end] = LARGE[format] as readonly [string, string, string];
  const encoder = new TextEncoder();
  const more = record.repeat(Math.ceil(CHUNK / record.length));
  // What is new in each piece is remembered, which must not keep the piece.
  const chunk = (i: number): Uint8Array => encoder.encode(record.replace('npm test', `npm test -- only-in-piece-${i}`) + more);
  let pulled = 0;
  return {
    bytes: async function* () {
      yield encoder.encode(begin);
      for (let i = 0; i < CHUNKS; i++) {
        pulled++;
        yield chunk(i);
      }
      yield encoder.encode(end);
    },
    rereadable: true,
    rows: async function* () {
      for (let i = 0; i < CHUNKS; i++) {
        pulled++;
        yield Array.from({ length: 1000 }, () => ({ timestamp: 1_700_000_000_000_000_000n, command: 'npm test' }));
      }
    },
    pulled: () => pulled,
  };
}

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

describe('an import', () => {
  it.each(Object.keys(IMPORTERS).filter((format) => format in LARGE || format === 'atuin'))(
    '%s gives what it has read before it reads on',
    async (format) => {
      const source = large(format === 'atuin' ? 'bash' : format);
      const tally = createTally();
      const options = { actor: 'me', endAt: END };
      const batches = importHistory(IMPORTERS[format] as Importer, source, options, tally)[Symbol.asyncIterator]();
      // A run without times is counted once beforehand; nothing of that is kept.
      const before = format === 'powershell' ? CHUNKS : 0;
      for (let batch = 1; batch <= 10; batch++) {
        expect((await batches.next()).value?.length).toBeGreaterThan(0);
        expect(source.pulled() - before).toBeLessThanOrEqual(CHUNKS / 10 + batch * 20);
      }
      // And it stops when nobody asks any more.
      await batches.return?.();
      expect(source.pulled()).toBeLessThan(before + CHUNKS);
    },
  );

  it.each(['bash', 'powershell', 'access-log', 'nginx-json', 'cloudtrail', 'har'])(
    '%s does not grow with its source',
    async (format) => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const heap: number[] = [];
      const tally = createTally();
      let batches = 0;
      for await (const _ of importHistory(IMPORTERS[format] as Importer, large(format), { actor: 'me', endAt: END }, tally)) {
        if (batches++ % 50 !== 30) continue;
        collect();
        heap.push(process.memoryUsage().heapUsed);
      }
      expect(tally.kept).toBeGreaterThan(100_000);
      expect(heap.length).toBeGreaterThanOrEqual(4);
      // 16 MB of text: held as text, lines or objects it would be more than this.
      expect(Math.max(...heap) - Math.min(...heap)).toBeLessThan(8 * 2 ** 20);
    },
    30_000,
  );
});
