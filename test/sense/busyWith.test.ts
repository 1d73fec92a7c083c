import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/domain/index.ts';
import { busyWith } from '../../src/sense/busyWith.ts';
import { normalise } from '../../src/sense/normalise.ts';
import type { Signal } from '../../src/sense/signal.ts';

const context = { actor: 'me', workspace: { id: 'w', folder: '/w' }, resources: [], uses: () => [] };
const heard = (...signals: Signal[]): Activity[] => signals.flatMap((s) => [...normalise(s, context).activities]);
const command = (line: string, at = 0, did: 'started' | 'ended' = 'started', confidence: 'low' | 'high' = 'high'): Signal => ({
  type: 'command',
  at,
  did,
  line,
  confidence,
});
const MINUTE = 60_000;

describe('what the developer is busy with', () => {
  it.each([
    ['npm test', 'test run'],
    ['npm run test:unit -- --grep x', 'test run'],
    ['pnpm run e2e', 'test run'],
    ['cargo test --release', 'test run'],
    ['go test ./...', 'test run'],
    ['npx vitest run', 'test run'],
    ['python -m pytest -x', 'test run'],
    ['poetry run pytest', 'test run'],
    ['mvn verify', 'test run'],
    ['make check-all', 'build'],
    ['make', 'build'],
    ['npm run build', 'build'],
    ['cd app && npm run build:prod', 'build'],
    ['cargo build', 'build'],
    ['tsc -p .', 'build'],
    ['cmake --build out', 'build'],
    ['./gradlew assemble', 'build'],
    ['dotnet build', 'build'],
    ['npm ci', 'installation of packages'],
    ['pip install -r requirements.txt', 'installation of packages'],
    ['docker compose up -d', 'own start of containers'],
    ['docker compose -f x.yaml up db', 'own start of containers'],
    ['docker-compose up', 'own start of containers'],
    ['docker run -it redis:7', 'own start of containers'],
    ['docker compose build', 'build of images'],
    ['docker build .', 'build of images'],
    ['git status', undefined],
    ['npm start', undefined],
    ['npm run dev', undefined],
    ['ls', undefined],
    ['psql', undefined],
    ['docker ps', undefined],
    ['docker compose down', undefined],
    ['vim latest.txt', undefined],
    ['npm run contest', undefined],
  ])('%s: %s', (line, what) => {
    expect(busyWith(heard(command(line)), 1000)?.what).toBe(what);
  });

  it('is over when it has ended, and tells since when it goes on', () => {
    const running = heard(command('npm test', 1000));
    expect(busyWith(running, 5000)).toEqual({ what: 'test run', since: 1000, on: 'processor' });
    expect(busyWith([...running, ...heard(command('npm test', 4000, 'ended'))], 5000)).toBeUndefined();
  });
  it('two at once are two', () => {
    const two = heard(command('npm test', 1), command('npm test', 2), command('npm test', 3, 'ended'));
    expect(busyWith(two, 4)?.what).toBe('test run');
    expect(busyWith([...two, ...heard(command('npm test', 4, 'ended'))], 5)).toBeUndefined();
  });
  it('an end without a start is none', () => {
    expect(busyWith(heard(command('npm test', 1, 'ended'), command('npm test', 2)), 3)?.since).toBe(2);
  });
  it('is forgotten where its end is never seen, sooner where the line was a guess', () => {
    expect(busyWith(heard(command('npm test')), 30 * MINUTE - 1)).toBeDefined();
    expect(busyWith(heard(command('npm test')), 30 * MINUTE)).toBeUndefined();
    expect(busyWith(heard(command('npm test', 0, 'started', 'low')), 2 * MINUTE)).toBeUndefined();
    expect(busyWith(heard(command('docker compose up')), 2 * MINUTE)).toBeUndefined();
  });
  it('tasks by their name, a build where it says nothing; debug sessions', () => {
    expect(busyWith(heard({ type: 'task', at: 1, did: 'started', name: 'npm: test' }), 2)?.what).toBe('test run');
    expect(busyWith(heard({ type: 'task', at: 1, did: 'started', name: 'Everything' }), 2)?.what).toBe('build');
    expect(busyWith(heard({ type: 'debug', at: 1, did: 'started', kind: 'node', name: 'x' }), 2)?.what).toBe('debug session');
  });
  it('containers by hand come before what only needs the processors', () => {
    expect(busyWith(heard(command('docker compose up', 1), command('npm test', 2)), 3)).toMatchObject({ on: 'engine', since: 1 });
  });
  it('what has started and ended as often is over, in whatever order it ran', () => {
    const line = fc.constantFrom('npm test', 'make', 'docker compose up -d', 'git status');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.infiniteStream(fc.nat(9)), (lines, order) => {
        const started = lines.map((l, at) => command(l, at));
        const ends = [...lines].sort(() => (order.next().value ?? 0) - 4).map((l, i) => command(l, 100 + i, 'ended'));
        expect(busyWith(heard(...started, ...ends), 200)).toBeUndefined();
      }),
    );
  });
});
