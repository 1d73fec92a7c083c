import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexStatement } from '../../../src/app/remedies/indexes.ts';
import { measuresOf, type Surroundings } from '../../../src/app/remedies/measures.ts';
import type { Remedy } from '../../../src/app/remedies/remedy.ts';
import { replicaWishes, tuned, withReplicas } from '../../../src/app/remedies/tuned.ts';
import type { Observation, Resource, ResourceKind } from '../../../src/domain/index.ts';
import type { Change } from '../../../src/simulate/advice/change.ts';
import { readAdvice } from '../../../src/simulate/advice/readAdvice.ts';

const resource = (name: string, kind: ResourceKind, image = `${name}:1`): Resource => ({
  id: `docker:shop/${name}`,
  name,
  kind,
  provider: 'docker',
  declaredIn: 'compose.yaml',
  ports: [{ container: 80, host: 8080, protocol: 'tcp' }],
  dependsOn: [],
  probe: { type: 'port', port: 80, timeoutMs: 1000 },
  spec: { type: 'docker', image, environment: {} },
  memoryBytes: 2 ** 20,
});
const all = [resource('api', 'service'), resource('db', 'database', 'postgres:15'), resource('queue', 'queue')];

function world(seen: Partial<Observation> = {}, more: Partial<Surroundings> = {}): Surroundings {
  return {
    resource: (named) => all.find((r) => r.id === named || r.name === named),
    observation: (id) => ({ id, at: 0, rung: 'ready', owner: 'prewarm', backends: [], ...seen }),
    engine: () => 'docker',
    pin: () => undefined,
    standbys: [],
    ...more,
  };
}

const one = (change: Change, at = world(), given = {}) => measuresOf([change], at, given);

describe('what a recommendation comes to', () => {
  it.each<[Change, object]>([
    [
      { do: 'cpu', of: 'api', cores: 1.5 },
      { how: 'limits', resource: 'docker:shop/api', limits: { cpuCores: 1.5 } },
    ],
    [
      { do: 'pool', of: 'api → db', to: 8, environment: { POOL: '8' } },
      { how: 'environment', resource: 'docker:shop/api', environment: { POOL: '8' } },
    ],
    [
      { do: 'replicas', of: 'api', to: 3 },
      { how: 'replicas', replicas: 3 },
    ],
    [
      { do: 'rung', of: 'db', rung: 'ready', startMs: 100 },
      { how: 'pin', before: 'free', persona: undefined },
    ],
    [{ do: 'errors', of: 'api', rate: 0.01 }, { how: 'standby' }],
  ])('%j is done', (change, measure) => expect(one(change)).toMatchObject({ measures: [measure], byHand: [], refused: [] }));

  it.each<[Change, RegExp]>([
    [
      { do: 'pool', of: 'api → db', to: 8 },
      /connections: which variable of docker:shop\/api means it is not said.*call\.environment\.pool/,
    ],
    [{ do: 'timeout', of: 'api → db', ms: 80 }, /call\.environment\.timeout_ms/],
    [{ do: 'concurrency', of: 'api', to: 4 }, /service\.environment\.concurrency/],
    [{ do: 'index', of: 'db', factor: 0.3 }, /Give the statement/],
    [{ do: 'index', of: 'queue', factor: 0.3 }, /PostgreSQL alone/],
  ])('%j is for a person', (change, why) => expect(one(change).byHand.join()).toMatch(why));

  it.each<[Change, RegExp, Surroundings?]>([
    [{ do: 'replicas', of: 'db', to: 2 }, /data of their own/],
    [{ do: 'cpu', of: 'nobody', cores: 1 }, /there is no nobody/],
    [{ do: 'cpu', of: 'api', cores: 1 }, /started by you/, world({ owner: 'developer' })],
    [{ do: 'cpu', of: 'api', cores: 1 }, /cannot be asked/, world({ rung: 'unknown' })],
    [{ do: 'cpu', of: 'api', cores: 1 }, /served by local/, world({}, { engine: () => 'local' })],
    [{ do: 'rung', of: 'db', rung: 'paused', startMs: 100 }, /chooses by itself/],
    [{ do: 'rung', of: 'db', rung: 'ready', startMs: 100 }, /pinned warm already/, world({}, { pin: () => 'always' })],
    [{ do: 'errors', of: 'api', rate: 0.01 }, /a standby already/, world({}, { standbys: ['docker:shop/api'] })],
  ])('%j is refused', (change, why, at) => {
    const { measures, refused } = one(change, at);
    expect([measures, refused.join()]).toEqual([[], expect.stringMatching(why)]);
  });
});

describe('a statement for an index', () => {
  it.each([
    ['CREATE INDEX a ON orders (customer)', 'create index a on orders (customer)', 'a'],
    [
      ' create unique index concurrently if not exists "A b" on only shop.orders using btree (lower(x)) ; ',
      'create unique index "A b" on only shop.orders using btree (lower(x))',
      'shop."A b"',
    ],
  ])('%s', (text, run, index) => expect(indexStatement(text)).toEqual({ ok: true, value: { text: run, index } }));

  it.each([
    'CREATE INDEX ON orders (customer)',
    'create index a on orders (x); drop table orders',
    'create index a on orders (x) -- more',
    'create table a (x int)',
    'drop index a',
    '',
  ])('not %s', (text) => expect(indexStatement(text)).toMatchObject({ ok: false, fault: { code: 'wrong-usage' } }));

  it('never lets a second statement through', () => {
    fc.assert(
      fc.property(fc.string(), (tail) => {
        const read = indexStatement(`create index a on t (x)${tail}`);
        if (read.ok) expect(read.value.text).not.toMatch(/;|--|\/\*/);
      }),
    );
  });
});

const remedy = (phase: Remedy['phase'], ...measures: Remedy['measures']): Remedy => ({
  id: phase,
  at: 0,
  since: 0,
  text: '',
  measures,
  phase,
  by: 'person',
  predicted: { beforeMs: 2, afterMs: 1 },
  measuredAt: 'docker:shop/api',
});

describe('what remedies lay over what is declared', () => {
  const limits = { how: 'limits', resource: 'docker:shop/api', limits: { cpuCores: 2 } } as const;
  const pool = { how: 'environment', resource: 'docker:shop/api', environment: { POOL: '8' } } as const;
  const copies = { how: 'replicas', resource: 'docker:shop/api', replicas: 3 } as const;

  it('are limits and variables of what holds, and of nothing else', () => {
    const [api, db] = tuned(all, [remedy('applied', limits), remedy('applying', pool)]);
    expect(api?.tuning).toEqual({ limits: { cpuCores: 2 }, environment: { POOL: '8' } });
    expect(db).toBe(all[1]);
    expect(tuned(all, [remedy('undoing', limits), remedy('undone', pool)])).toBe(all);
  });

  it('are replicas without a port of their own, as warm as the first', () => {
    const with3 = withReplicas(all, [remedy('applied', copies)]);
    expect(with3.map((r) => r.id)).toEqual([
      'docker:shop/api',
      'docker:shop/api~replica1',
      'docker:shop/api~replica2',
      'docker:shop/db',
      'docker:shop/queue',
    ]);
    expect(with3[1]?.ports).toEqual([{ container: 80, protocol: 'tcp' }]);
    expect([...replicaWishes(with3, () => 'ready').values()]).toEqual(['ready', 'ready']);
    expect([...replicaWishes(with3, () => 'paused').values()]).toEqual(['created', 'created']);
    expect(withReplicas(all, [remedy('undoing', copies)])).toBe(all);
  });
});

describe('a saved recommendation', () => {
  const good = {
    advice: [
      {
        text: 'give the pool api → db 8 connections',
        changes: [{ do: 'pool', of: 'api → db', to: 8, environment: { POOL: '8' } }],
        before: { p95Ms: 100, errorRate: 0, throughput: 5, harmMs: 50 },
        after: { p95Ms: null, errorRate: 0, throughput: 5, harmMs: 20 },
        gainPerHour: 3,
        costPerHour: 0,
      },
    ],
  };
  it('is read', () => expect(readAdvice(good, 'r.json')).toMatchObject({ ok: true, value: [{ changes: good.advice[0]?.changes }] }));

  it.each([
    [{}, /"advice" is missing/],
    [{ advice: [{ ...good.advice[0], changes: [{ do: 'pools', of: 'x' }] }] }, /do must be one of/],
    [{ advice: [{ ...good.advice[0], changes: [{ do: 'pool', of: 'x', to: 0.5 }] }] }, /to is 0.5/],
    [{ advice: [{ ...good.advice[0], changes: [{ do: 'pool', of: 'x', to: 1, environment: { 'A B': '1' } }] }] }, /no name of a variable/],
  ])('is not what it says', (json, why) =>
    expect(readAdvice(json, 'r.json')).toMatchObject({ ok: false, fault: { message: expect.stringMatching(why) } }),
  );

  it('of any JSON is an answer, never a throw', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => void readAdvice(json, 'r.json').ok));
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (json) => void readAdvice({ advice: [{ text: 'x', changes: [json, { do: json, of: json }], before: json }] }, 'r').ok,
      ),
    );
  });
});
