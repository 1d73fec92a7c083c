import { describe, expect, it } from 'vitest';
import { checkPersonas } from '../../../src/sense/pdl/check.ts';
import { type Finding, withEdits } from '../../../src/sense/pdl/finding.ts';
import { wellFormed } from '../../../src/sense/pdl/tree.ts';
import { damagedStructure, damagedText, plain, randomOf } from './damage.ts';
import { SAMPLE } from './sample.ts';

const persona = (more: object): string =>
  JSON.stringify({ version: 1, personas: [{ name: 'x', weight: 0.5, edges: [], ...more }] }, null, 2);
const DB = 'compose:shop/db';
const edge = (more: object = {}) => ({ from: 'session', to: DB, probability: 0.5, lag_ms: { p50: 1, p90: 2 }, ...more });
const pattern = (more: object = {}) => ({
  name: 'orders',
  time_window: 'PT1H',
  interaction_type: 'search',
  expected_volume: 1,
  latency_target_ms: 1,
  ...more,
});
const profile = (more: object = {}) => ({
  pattern_name: 'orders',
  cpu_cores: 1,
  memory_gb: 1,
  disk_io_ops: 1,
  network_bandwidth_mbps: 1,
  ...more,
});
const resources = [{ id: DB }, { id: 'compose:shop/cache' }];
const distribution = (...probabilities: number[]) => probabilities.map((probability, value) => ({ value, probability }));

const one = (text: string): Finding => {
  const { findings } = checkPersonas(text);
  expect(findings.map((f) => `${f.path}: ${f.message}`)).toHaveLength(1);
  return findings[0] as Finding;
};

describe('a persona document is checked', () => {
  it('with every field, comments and fields that nobody knows: nothing is wrong with it', () => {
    const { findings, document } = checkPersonas(SAMPLE);
    expect(findings).toEqual([]);
    expect(document).toEqual(plain(SAMPLE));
  });

  it.each<[string, string, string, RegExp]>([
    ['nothing', '', '', /empty/],
    ['only a comment', '// soon', '', /expected|empty/],
    ['a list', '[]', '', /“?The document”? must be an object/],
    ['no version', '{"personas": []}', '', /no “version”/],
    ['another version', '{"version": 2, "personas": []}', 'version', /only 1 is known/],
    ['a name twice', '{"version": 1, "version": 1, "personas": []}', 'version', /twice/],
    ['a weight in quotes', persona({ weight: '0.5' }), 'personas[0].weight', /must be a number, not "0\.5"/],
    ['a weight above 1', persona({ weight: 40 }), 'personas[0].weight', /0 to 1/],
    ['no edges', '{"version": 1, "personas": [{"name": "x", "weight": 0}]}', 'personas[0]', /“edges” is missing/],
    ['a field that is mistyped', persona({ pinns: [] }), 'personas[0].pinns', /“pins” is meant/],
    [
      'an edge to what is not there',
      persona({ resources, edges: [edge({ to: 'compose:shop/bd' })] }),
      'personas[0].edges[0].to',
      /Is “compose:shop\/db” meant/,
    ],
    [
      'an edge from what is not there',
      persona({ resources, edges: [edge({ from: 'sesion' })] }),
      'personas[0].edges[0].from',
      /Is “session” meant/,
    ],
    ['an edge twice', persona({ resources, edges: [edge(), edge()] }), 'personas[0].edges[1]', /already/],
    [
      'a p90 below p50',
      persona({ resources, edges: [edge({ lag_ms: { p50: 3, p90: 2 } })] }),
      'personas[0].edges[0].lag_ms',
      /cannot be less/,
    ],
    [
      'a negative lag',
      persona({ resources, edges: [edge({ lag_ms: { p50: -3, p90: 2 } })] }),
      'personas[0].edges[0].lag_ms.p50',
      /at least 0/,
    ],
    [
      'a pin of what is not there',
      persona({ resources, pins: [{ field: 'probability', resource: 'x', value: 1 }] }),
      'personas[0].pins[0].resource',
      /not among/,
    ],
    ['a pin without its resource', persona({ pins: [{ field: 'priority', value: 'high' }] }), 'personas[0].pins[0]', /needs a resource/],
    ['a pin of nothing', persona({ pins: [{ field: 'nam', value: 'y' }] }), 'personas[0].pins[0].field', /must be name, /],
    [
      'a pin twice',
      persona({
        pins: [
          { field: 'name', value: 'y' },
          { field: 'name', value: 'z' },
        ],
      }),
      'personas[0].pins[1]',
      /already/,
    ],
    ['a resource twice', persona({ resources: [{ id: 'a' }, { id: 'a' }] }), 'personas[0].resources[1].id', /already/],
    [
      'a sum above 1',
      persona({ resources: [{ id: DB, duration_ms: distribution(0.5, 0.6) }] }),
      'personas[0].resources[0].duration_ms',
      /sum to 1\.1/,
    ],
    [
      'a sum of 0',
      persona({ resources: [{ id: DB, duration_ms: distribution(0, 0) }] }),
      'personas[0].resources[0].duration_ms',
      /sum to 0/,
    ],
    [
      'a probability above 1',
      persona({ resources: [{ id: DB, duration_ms: distribution(1.5) }] }),
      'personas[0].resources[0].duration_ms[0].probability',
      /0 to 1/,
    ],
    [
      'a profile of no pattern',
      persona({ engagement_patterns: [pattern()], resource_profiles: [profile({ pattern_name: 'order' })] }),
      'personas[0].resource_profiles[0].pattern_name',
      /Is “orders” meant/,
    ],
    ['a pattern twice', persona({ engagement_patterns: [pattern(), pattern()] }), 'personas[0].engagement_patterns[1].name', /already/],
    [
      'a profile twice',
      persona({ engagement_patterns: [pattern()], resource_profiles: [profile(), profile()] }),
      'personas[0].resource_profiles[1].pattern_name',
      /profile already/,
    ],
    [
      'no duration',
      persona({ engagement_patterns: [pattern({ time_window: '1h' })] }),
      'personas[0].engagement_patterns[0].time_window',
      /ISO 8601/,
    ],
    [
      'a negative window',
      persona({ engagement_patterns: [pattern({ time_window: '-PT1H' })] }),
      'personas[0].engagement_patterns[0].time_window',
      /ISO 8601/,
    ],
    [
      'a window of 0',
      persona({ engagement_patterns: [pattern({ time_window: 'PT0S' })] }),
      'personas[0].engagement_patterns[0].time_window',
      /0 long/,
    ],
    [
      'a window of years',
      persona({ engagement_patterns: [pattern({ time_window: 'P13M' })] }),
      'personas[0].engagement_patterns[0].time_window',
      /longer than a year/,
    ],
    [
      'a negative volume',
      persona({ engagement_patterns: [pattern({ expected_volume: -1 })] }),
      'personas[0].engagement_patterns[0].expected_volume',
      /at least 0/,
    ],
    [
      'a negative latency',
      persona({ engagement_patterns: [pattern({ latency_target_ms: -1 })] }),
      'personas[0].engagement_patterns[0].latency_target_ms',
      /at least 0/,
    ],
    [
      'half a core',
      persona({ engagement_patterns: [pattern()], resource_profiles: [profile({ cpu_cores: 0.5 })] }),
      'personas[0].resource_profiles[0].cpu_cores',
      /whole number/,
    ],
    [
      'a resource whose traffic does not sum to 1',
      persona({ resources: [{ id: DB, traffic: { requests_per_second: distribution(0.5, 0.6) } }] }),
      'personas[0].resources[0].traffic.requests_per_second',
      /sum to 1\.1/,
    ],
    [
      'measured traffic that is not whole',
      persona({ resources: [{ id: DB, traffic: { requests_per_second: 2, measured_until: '2026-05-04T09:00:00Z' } }] }),
      'personas[0].resources[0].traffic.measured_until',
      /“traffic” needs "name" .*remove “measured_until” if a person wrote this/,
    ],
    ['a date that is none', persona({ updated_at: 'today' }), 'personas[0].updated_at', /no date/],
    ['too deep', '['.repeat(5000), '', /nested/],
    ['too long', ' '.repeat(4_000_001), '', /longer than/],
  ])('%s', (_, text, path, message) => {
    const found = one(text);
    expect(found.path).toBe(path);
    expect(found.message).toMatch(message);
  }); // prettier-ignore

  it('names of two personas differ; weights are shares of 1', () => {
    const two = (a: object, b: object) =>
      JSON.stringify({
        version: 1,
        personas: [
          { name: 'x', weight: 0.5, edges: [], ...a },
          { name: 'y', weight: 0.5, edges: [], ...b },
        ],
      });
    expect(one(two({}, { name: 'x' }))).toMatchObject({
      severity: 'error',
      path: 'personas[1].name',
      fixes: [expect.objectContaining({ title: 'Change to “x 2”' })],
    });
    expect(one(two({ weight: 0.9 }, {}))).toMatchObject({ severity: 'warning', path: 'personas[0].weight' });
  });

  it('a circle of edges is allowed, and an activity needs no resource', () => {
    const edges = [
      edge(),
      edge({ from: DB, to: 'compose:shop/cache' }),
      edge({ from: 'compose:shop/cache', to: DB }),
      edge({ from: 'command:npm test' }),
    ];
    expect(checkPersonas(persona({ resources, edges })).findings).toEqual([]);
  });

  it.each([
    ['{"version": 1,\n "personas": [}', 2, 15],
    ['{"version": 1\r\n "personas": []}', 2, 2],
    ['{\n\t"version": one}', 2, 13],
    ['{"version": 1, "personas": [{"name": "x]}', 1, 38],
  ])('%j: the place of a syntax error', (text, line, column) => {
    const { findings, document } = checkPersonas(text);
    expect(document).toBeUndefined();
    expect(findings[0]).toMatchObject({ severity: 'error', line, column });
  });
});

/** Each finding points to a line of the text, and each fix leaves less that is wrong. */
function sound(text: string): readonly Finding[] {
  const { findings, document } = checkPersonas(text);
  const lines = text.split(/\r\n|\n|\r/);
  for (const f of findings) {
    if (!(f.line >= 1 && f.line <= lines.length && f.column >= 1 && f.column <= (lines[f.line - 1]?.length ?? 0) + 2))
      expect.fail(JSON.stringify(f));
    if (f.offset < 0 || f.offset + f.length > text.length || f.message === '') expect.fail(JSON.stringify(f));
  }
  if ((document === undefined) !== findings.some((f) => f.severity === 'error')) expect.fail(`no finding says why: ${text}`);
  return findings;
}

describe('any text is checked', () => {
  it('10,000 damaged documents: no crash, and each refusal points to a line', () => {
    const random = randomOf(7);
    const whole = plain(SAMPLE);
    let refused = 0;
    for (let i = 0; i < 5000; i++) {
      const structure = JSON.stringify(damagedStructure(whole, random), null, i % 3);
      for (const text of [damagedText(SAMPLE, random), structure]) if (sound(text).some((f) => f.severity === 'error')) refused++;
    }
    expect(refused).toBeGreaterThan(4000);
    expect(refused).toBeLessThan(10_000);
  }, 120_000);

  it('a fix mends what it is for, and breaks nothing', () => {
    const random = randomOf(11);
    const whole = plain(SAMPLE);
    let fixed = 0;
    for (let i = 0; i < 1500; i++) {
      const text = JSON.stringify(damagedStructure(whole, random), null, i % 3);
      const { findings } = checkPersonas(text);
      for (const finding of findings)
        for (const fix of finding.fixes) {
          const next = withEdits(text, fix.edits());
          const like = (list: readonly Finding[]): number => list.filter((f) => f.message === finding.message).length;
          if (!wellFormed(next) || like(checkPersonas(next).findings) >= like(findings))
            expect.fail(`${finding.path}: ${finding.message}\n${fix.title}\n${next}`);
          fixed++;
        }
    }
    expect(fixed).toBeGreaterThan(500);
  }, 120_000);

  it('what is wrong all over is not told for ever, and is told soon', () => {
    const huge = persona({
      resources: Array.from({ length: 7000 }, (_, i) => ({ id: `r${i}`, duration_ms: distribution(0.5) })),
      edges: Array.from({ length: 5000 }, (_, i) => edge({ to: `nowhere ${i}` })),
    });
    const begun = performance.now();
    for (const text of [
      huge,
      JSON.stringify(JSON.parse(huge)).slice(0, 999_000),
      `{${'"a":1,'.repeat(120_000)}"b":2}`,
      '['.repeat(199) + ']'.repeat(199),
    ]) {
      expect(checkPersonas(text.slice(0, 1_000_000)).findings.length).toBeLessThanOrEqual(200);
    }
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
