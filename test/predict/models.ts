import fc from 'fast-check';
import type { Activity } from '../../src/domain/index.ts';
import { bare, type Component, countOf, type PersonaModel, type Use } from '../../src/learn/personaModel.ts';

/** Small models made by hand and by chance, without the learner, so that every number in a test can be worked out. */

const MINUTE = 60_000;

export const activities = (tokens: readonly string[], everyMs = MINUTE): Activity[] =>
  tokens.map((resource, i) => ({ at: 1_000_000 + i * everyMs, actor: 'me', resource, kind: 'command.started' }));

export const use = (resource: string, more: Partial<Use> = {}): Use => ({
  resource,
  probability: 0.5,
  again: 0,
  firstUseMs: [{ value: MINUTE, probability: 1 }],
  gapMs: [],
  durationMs: [],
  ...more,
});

/** The counts of one session that did `tokens`. */
export function persona(id: string, weight: number, tokens: readonly string[], more: Partial<Component> = {}): Component {
  const unigram = bare<number>();
  const transitions = bare<{ total: number; to: Record<string, number> }>();
  tokens.forEach((token, i) => {
    unigram[token] = countOf(unigram, token) + 1;
    const before = tokens[i - 1];
    if (before === undefined) return;
    const row = (transitions[before] ??= { total: 0, to: bare<number>() });
    row.total++;
    row.to[token] = countOf(row.to, token) + 1;
  });
  return {
    id,
    name: `name of ${id}`,
    weight,
    support: 10,
    updatedAt: 0,
    unigram,
    total: tokens.length,
    initial: tokens[0] === undefined ? {} : { [tokens[0]]: 1 },
    starts: tokens.length > 0 ? 1 : 0,
    transitions,
    uses: [],
    edges: [],
    ...more,
  };
}

export function model(components: readonly Component[]): PersonaModel {
  const background = bare<number>();
  for (const c of components) for (const [token, n] of Object.entries(c.unigram)) background[token] = countOf(background, token) + n;
  return {
    version: 1,
    components,
    background,
    backgroundTotal: Object.values(background).reduce((a, b) => a + b, 0),
    sessions: 10 * components.length,
  };
}

/** Tokens that objects know by themselves are among them, and one that no model has. */
const TOKENS = ['a', 'b', 'c', 'd', 'constructor', '__proto__', ''];
export const anyTokens = fc.array(fc.constantFrom(...TOKENS, 'unheard'), { maxLength: 15 });

const times = fc
  .array(fc.integer({ min: 0, max: 90 * MINUTE }), { maxLength: 8 })
  .map((values) => values.map((value) => ({ value, probability: 1 / values.length })));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const anyUse = fc.record<Use>({
  resource: fc.constantFrom(...TOKENS),
  probability: share,
  again: share,
  firstUseMs: times,
  gapMs: times,
  durationMs: times,
});
const anyPersona = fc
  .record({
    weight: fc.double({ min: 0, max: 1, noNaN: true }),
    support: fc.double({ min: 0.5, max: 30, noNaN: true }),
    tokens: fc.array(fc.constantFrom(...TOKENS), { maxLength: 12 }),
    uses: fc.uniqueArray(anyUse, { maxLength: 5, selector: (u) => u.resource }),
  })
  .map(({ weight, tokens, support, uses }) => persona('', weight, tokens, { support, uses }));
export const anyModel = fc
  .array(anyPersona, { minLength: 1, maxLength: 6 })
  .map((components) => model(components.map((c, i) => ({ ...c, id: `p${i}`, name: `name of p${i}` }))));
