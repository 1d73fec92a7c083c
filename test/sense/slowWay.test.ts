import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Resource } from '../../src/domain/index.ts';
import { fileArea } from '../../src/sense/fileArea.ts';
import { normalise } from '../../src/sense/normalise.ts';
import type { Signal } from '../../src/sense/signal.ts';

const db = {
  id: 'compose:shop/db',
  name: 'db',
  kind: 'database',
  ports: [{ container: 5432, host: 5432, protocol: 'tcp' }],
} as unknown as Resource;
const context = {
  actor: 'local',
  workspace: { id: 'shop-1', folder: '/work/shop' },
  resources: [db],
  uses: ({ program }: { program: string }) => (program === 'psql' ? [db.id] : []),
};

const SECRETS = [
  `ghp_${'a1B2'.repeat(9)}`,
  `sk-${'a'.repeat(16)}`,
  'xoxb-aaaaaaaa',
  'hunter2@example.org',
  'postgres://me:hunter2@localhost:5432/shop',
  '0123456789abcdef0123456789abcdef01234567',
  '--password hunter2',
  'PGPASSWORD=hunter2',
  '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----',
  '/home/jane/x',
];
const PROGRAMS = 'npm run|npm test|git commit -m|docker compose up db|psql -h localhost -p 5432|sudo -u me|env|poetry run|npm exec'.split(
  '|',
);
const MORE_PROGRAMS = 'bash -c|sh|python3.11 -m pytest|node api/x.mjs|mysql -p|curl -u|curl -s|make|for|then|time|xargs -n 1'.split('|');
const WORDS = ['--', '-la', 'x', 'A=b', 'src/a.ts', 'http://localhost:5432/x', '127.0.0.1:5432', 'localhost:5432', 'a.b', '# c', '‹value›'];
const SIGNS = [...'\n;|&()`<>"\'\\ \t\u00a0ü', '&&', '<<E', "''", '"a b"', '"npm test; ls"'];

const line = fc
  .array(fc.tuple(fc.constantFrom(...SECRETS, ...PROGRAMS, ...MORE_PROGRAMS, ...WORDS, ...SIGNS), fc.constantFrom(' ', ' ', ' ', '')))
  .map((parts) => parts.flat().join(''));
const path = fc
  .tuple(
    fc.constantFrom('/work/shop/', '/WORK/Shop/', '\\work\\shop\\', '/work/shop2/', ''),
    fc.array(fc.constantFrom('a', 'B.ts', '.x', 'y.TSX', '', ...SECRETS)),
  )
  .map(([folder, parts]) => folder + parts.join('/'));
const signal: fc.Arbitrary<Signal> = fc.oneof(
  { weight: 4, arbitrary: line.map((text): Signal => ({ type: 'command', at: 1, did: 'started', line: text, confidence: 'high' })) },
  path.map((file): Signal => ({ type: 'file', at: 1, did: 'saved', path: file, language: 'x' })),
  line.map((name): Signal => ({ type: 'task', at: 1, did: 'ended', name, exitCode: 0, durationMs: 2 })),
  line.map((image): Signal => ({ type: 'container', at: 1, did: 'started', image })),
);

/** Every text read by every rule of the gate, every line by the whole grammar of the shell. */
const slow = { normalise, calls: 0 };
beforeAll(async () => {
  const counted =
    <A, R>(f: (a: A) => R) =>
    (a: A): R => {
      slow.calls++;
      return f(a);
    };
  vi.resetModules();
  vi.doMock('../../src/sense/redact.ts', async (original) => {
    const own = await original<typeof import('../../src/sense/redact.ts')>();
    return { ...own, redact: counted(own.redactByEveryRule) };
  });
  vi.doMock('../../src/sense/shellCommands.ts', async (original) => {
    const own = await original<typeof import('../../src/sense/shellCommands.ts')>();
    return { ...own, shellCommands: counted(own.commandsByGrammar), shellWords: counted(own.wordsByGrammar) };
  });
  slow.normalise = (await import('../../src/sense/normalise.ts')).normalise;
});

describe('the short ways', () => {
  it('make of any signal what the slow way makes of it, in the same words (property)', () => {
    fc.assert(
      fc.property(signal, (of) => {
        expect(JSON.stringify(normalise(of, context))).toBe(JSON.stringify(slow.normalise(of, context)));
      }),
      { seed: 23, numRuns: 20_000 },
    );
    // Every signal has a text that went the slow way.
    expect(slow.calls).toBeGreaterThan(20_000);
  });

  it('name the area of a file as its parts do (property)', () => {
    const parted = (file: string): string => {
      const parts = file.split('/');
      const ending = parts.pop()?.match(/\.([A-Za-z0-9]{1,8})$/)?.[1] ?? 'file';
      return [...parts.slice(0, 2), ending.toLowerCase()].join('/');
    };
    fc.assert(
      fc.property(path, (file) => {
        expect(fileArea(file)).toBe(parted(file));
      }),
      { seed: 29, numRuns: 5000 },
    );
  });
});
