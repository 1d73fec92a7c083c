import { describe, expect, it } from 'vitest';
import type { Pin } from '../../../src/domain/index.ts';
import type { Component, PersonaModel, Use } from '../../../src/learn/personaModel.ts';
import { attributesOf } from '../../../src/learn/personas/attributes.ts';
import { confidenceOf, profileOf } from '../../../src/learn/personas/profile.ts';
import { smoothed } from '../../../src/learn/personas/rhythm.ts';
import { personasOf } from '../../../src/learn/personasOf.ts';
import { componentOf } from './made.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WEEK = 7 * DAY;
const at = (value: number) => [{ value, probability: 1 }];
const use = (resource: string, probability: number, more: Partial<Use> = {}): Use => ({
  resource,
  probability,
  again: 1,
  firstUseMs: at(0),
  gapMs: [],
  durationMs: [],
  ...more,
});
const using = (...uses: readonly Use[]): Component => componentOf({}, { uses });

describe('skill level', () => {
  const of = (ended: number, failed: number) => attributesOf(componentOf({}, { outcomes: { ended, failed } })).skill_level;
  it.each([
    [29.4, 0, 'unknown', 'only 29 commands told how they ended'],
    [30, 0, 'expert', '0 % of 30 commands failed'],
    [100, 7.9, 'expert', '8 % of 100 commands failed'],
    [100, 8, 'proficient', '8 % of 100 commands failed'],
    [100, 24.9, 'proficient', '25 % of 100 commands failed'],
    [100, 25, 'learning', '25 % of 100 commands failed'],
    [99.6, 99.6, 'learning', '100 % of 100 commands failed'],
  ])('of %d ended and %d failed is %s', (ended, failed, value, evidence) => expect(of(ended, failed)).toEqual({ value, evidence }));
  it('of nothing is unknown', () =>
    expect(attributesOf(componentOf({})).skill_level).toEqual({ value: 'unknown', evidence: 'only 0 commands told how they ended' }));
});

describe('use case', () => {
  const of = (uses: Record<string, number>, support = 8) => attributesOf(componentOf(uses, { support })).use_case;
  const nothing = { value: 'unknown', evidence: 'nothing that it is about is in a third of its sessions' };
  it('wants eight sessions', () => {
    expect(of({ 'command:psql': 1 }, 7.4)).toEqual({ value: 'unknown', evidence: 'only 7 sessions' });
    expect(of({ 'command:psql': 1 }, 8)).toEqual({ value: 'database work', evidence: 'psql in 100 % of its sessions' });
  });
  it('is what most is about, and tells of the first two tokens', () => {
    expect(of({ 'command:helm': 0.8, 'command:psql': 0.5, 'compose:x/db': 0.4, 'command:mysql': 0.2 })).toEqual({
      value: 'database work',
      evidence: 'psql in 50 %, db in 40 % of its sessions',
    });
    expect(of({ 'command:psql': 0.5, 'command:helm': 0.9 }).value).toBe('kubernetes');
  });
  it('is not known below three in ten, of what has no concept, nor of version control', () => {
    expect(of({ 'command:psql': 0.3 }).value).toBe('database work');
    expect([of({ 'command:psql': 0.29 }), of({ 'command:ls': 1 }), of({ 'command:git push': 1 }), of({})]).toEqual(Array(4).fill(nothing));
  });
});

describe('performance sensitivity', () => {
  const of = (...uses: readonly Use[]) => attributesOf(using(...uses)).performance_sensitivity;
  const every = (ms: number, resource = 'command:make', probability = 1) => use(resource, probability, { gapMs: at(ms) });
  it.each([
    [3000, 'high', '3 s'],
    [119_999, 'high', '120 s'],
    [120_000, 'high', '2 min'],
    [3 * MINUTE - 1, 'high', '3 min'],
    [3 * MINUTE, 'medium', '3 min'],
    [15 * MINUTE - 1, 'medium', '15 min'],
    [15 * MINUTE, 'low', '15 min'],
  ])('after %d ms is %s', (ms, value, said) =>
    expect(of(every(ms))).toEqual({ value, evidence: `make comes again after ${said} (median)` }),
  );

  const nothing = { value: 'unknown', evidence: 'nothing was run again in ten sessions' };
  it('wants a loop by hand, ten times, of what is run', () => {
    expect(of(every(2999))).toEqual(nothing);
    expect(of(every(MINUTE, 'editor:a/b'))).toEqual(nothing);
    expect(of(every(MINUTE, 'branch:main'))).toEqual(nothing);
    expect(of(every(MINUTE, 'my editor:a/b')).value).toBe('high');
    expect(of(use('command:make', 1))).toEqual(nothing);
    expect(of()).toEqual(nothing);
    // Forty sessions: in a quarter of them it came again ten times.
    expect(of(every(MINUTE, 'command:make', 0.25)).value).toBe('high');
    expect(of(every(MINUTE, 'command:make', 0.24))).toEqual(nothing);
    expect(of({ ...every(MINUTE, 'command:make', 0.5), again: 0.49 })).toEqual(nothing);
  });
  it('takes what comes again most, among equals the first by name', () => {
    expect(of(every(MINUTE, 'command:a', 0.5), every(20 * MINUTE, 'command:b', 0.9)).value).toBe('low');
    expect(of(every(MINUTE, 'command:b'), every(20 * MINUTE, 'command:a')).value).toBe('low');
    expect(of(every(20 * MINUTE, 'command:a'), every(MINUTE, 'command:b')).value).toBe('low');
  });
});

describe('security posture', () => {
  const of = (uses: Record<string, number>, support = 8) => attributesOf(componentOf(uses, { support })).security_posture;
  it.each([
    ['command:gpg x', 0.1, 'careful', 'gpg x in 10 % of its sessions'],
    ['command:npm audit', 0.5, 'careful', 'npm audit in 50 % of its sessions'],
    ['command:op read', 0.5, 'careful', 'op read in 50 % of its sessions'],
    ['command:sudo ls', 0.1, 'privileged', 'sudo ls in 10 % of its sessions'],
    ['branch:production', 0.5, 'privileged', 'production in 50 % of its sessions'],
    ['command:gpg x', 0.09, 'ordinary', 'no secrets, checks, privileges or production in 8 sessions'],
    ['command:sudo ls', 0.09, 'ordinary', 'no secrets, checks, privileges or production in 8 sessions'],
    ['command:opera', 1, 'ordinary', 'no secrets, checks, privileges or production in 8 sessions'],
    ['command:sshd', 1, 'ordinary', 'no secrets, checks, privileges or production in 8 sessions'],
  ])('%s in %d is %s', (token, probability, value, evidence) => expect(of({ [token]: probability })).toEqual({ value, evidence }));
  it('wants eight sessions, and care comes before privileges', () => {
    expect(of({ 'command:gpg': 1 }, 7.4)).toEqual({ value: 'unknown', evidence: 'only 7 sessions' });
    expect(of({ 'command:sudo': 1, 'command:vault': 0.2 }).value).toBe('careful');
  });
});

describe('what was fixed by hand', () => {
  it('is as it was fixed', () => {
    const pins: readonly Pin[] = [{ field: 'skill_level', value: 'expert' }];
    const all = attributesOf(componentOf({}, { pins }));
    expect(all.skill_level).toEqual({ value: 'expert', evidence: 'set by hand' });
    expect(all.use_case.value).toBe('unknown');
    expect(Object.keys(all)).toEqual(['skill_level', 'use_case', 'performance_sensitivity', 'security_posture']);
  });
});

describe('confidence', () => {
  it('is n / (n + 4), halved in 60 days since its last session', () => {
    expect(confidenceOf(componentOf({}, { support: 4, lastAt: DAY }), DAY)).toBe(0.5);
    expect(confidenceOf(componentOf({}, { support: 12, lastAt: DAY }), 61 * DAY)).toBeCloseTo(0.375, 12);
    expect(confidenceOf(componentOf({}, { support: 12, lastAt: DAY }), 0)).toBe(0.75);
    expect(confidenceOf(componentOf({}, { support: 12, updatedAt: DAY }), 31 * DAY)).toBeCloseTo(0.75 * Math.SQRT1_2, 12);
  });
});

const modelOf = (more: Partial<PersonaModel> = {}): PersonaModel => ({
  version: 1,
  components: [],
  background: {},
  backgroundTotal: 0,
  sessions: 0,
  ...more,
});

describe('a profile', () => {
  const profile = (c: Component, now = 0, model = modelOf()) => profileOf(c, model, now);

  it('counts sessions a week since the first, at least one week', () => {
    const c = componentOf({}, { support: 12 });
    expect(profile(c, 5 * WEEK, modelOf({ since: 2 * WEEK })).recurrence.perWeek).toBeCloseTo(4, 12);
    expect(profile(c, 2 * WEEK, modelOf({ since: 1.5 * WEEK })).recurrence.perWeek).toBe(12);
    expect(profile(c, 5 * WEEK).recurrence.perWeek).toBe(12);
    const rhythm = Array.from({ length: 168 }, (_, h) => h % 5);
    expect(profile({ ...c, rhythm }).recurrence.hourOfWeek).toEqual(smoothed(rhythm));
  });

  it.each([
    [0.7, 'high'],
    [0.69, 'medium'],
    [0.3, 'medium'],
    [0.29, 'low'],
  ])('what is used in %d has priority %s', (probability, priority) =>
    expect(profile(using(use('db', probability))).demands.db?.priority).toBe(priority),
  );

  it.each([
    [0, 1000],
    [1500.4, 1500],
    [MINUTE, MINUTE],
    [16 * MINUTE, 15 * MINUTE],
  ])('what is first used after %d ms is wanted after %d', (first, target) =>
    expect(profile(using(use('db', 1, { firstUseMs: at(first) }))).demands.db).toEqual({ priority: 'high', latencyTargetMs: target }),
  );

  it('the target is the first tenth of first uses, the latest where none is known', () => {
    const firstUseMs = [
      { value: 2000, probability: 0.1 },
      { value: 9000, probability: 0.9 },
    ];
    expect(profile(using(use('db', 1, { firstUseMs }))).demands.db?.latencyTargetMs).toBe(2000);
    expect(
      profile(
        using(
          use('db', 1, {
            firstUseMs: [
              { value: 2000, probability: 0.09 },
              { value: 9000, probability: 0.91 },
            ],
          }),
        ),
      ).demands.db?.latencyTargetMs,
    ).toBe(9000);
    expect(profile(using(use('db', 1, { firstUseMs: [] }))).demands.db?.latencyTargetMs).toBe(15 * MINUTE);
  });

  it('pins and bandwidth show', () => {
    const pins: readonly Pin[] = [
      { field: 'priority', resource: 'db', value: 'low' },
      { field: 'latency_target_ms', resource: 'db', value: 77.6 },
    ];
    const c = { ...using(use('db', 1, { bandwidthMbps: at(5) }), use('ls', 1)), pins };
    expect(profile(c).demands).toEqual({
      db: { priority: 'low', latencyTargetMs: 78, bandwidthMbps: at(5) },
      ls: { priority: 'high', latencyTargetMs: 1000 },
    });
    expect([profile(c).pins, profile(using()).pins]).toEqual([pins, []]);
  });

  it('provisions by edges, else by median first use, else by name; what is never used first comes last', () => {
    const c = using(
      use('late', 1, { firstUseMs: at(9) }),
      use('b', 1),
      use('never', 1, { firstUseMs: [] }),
      use('a', 1),
      use('x', 1, { firstUseMs: at(5) }),
    );
    expect(profile(c).provisioningOrder).toEqual(['a', 'b', 'x', 'late', 'never']);
    const edges = [{ from: 'late', to: 'a', probability: 0.9, lagMs: { p50: 0, p90: 0 } }];
    expect(profile({ ...c, edges }).provisioningOrder).toEqual(['b', 'x', 'late', 'a', 'never']);
  });
});

describe('personas', () => {
  it('are what hosts show of the components', () => {
    const c = componentOf({ db: 0.5 }, { name: 'N', support: 7.6, updatedAt: 3, lastAt: 0 });
    const model = modelOf({ components: [c] });
    expect(personasOf(model, 0)).toEqual([
      {
        id: 'p1',
        name: 'N',
        weight: 0.5,
        support: 8,
        updatedAt: 3,
        lastAt: 0,
        edges: [],
        confidence: 7.6 / 11.6,
        uses: [{ resource: 'db', probability: 0.5, firstUseMs: [], durationMs: [] }],
        profile: profileOf(c, model, 0),
      },
    ]);
  });
});
