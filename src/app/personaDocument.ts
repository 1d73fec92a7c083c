import { failed, ok, type Persona, type Resource, type Result } from '../domain/index.ts';
import type { Component, PersonaModel } from '../learn/personaModel.ts';

/** The persona document (PDL) of DESIGN §5.2: what is learnt so far of each field; what is not known is left out. */
export interface PersonaDocument {
  readonly version: 1;
  readonly personas: readonly PersonaEntry[];
}

interface PersonaEntry {
  readonly name: string;
  readonly weight: number;
  readonly confidence: number;
  readonly updated_at: string;
  readonly attributes: Readonly<Record<'skill_level' | 'use_case' | 'performance_sensitivity' | 'security_posture', string>>;
  readonly resources: readonly {
    readonly id: string;
    readonly kind?: string;
    readonly provider?: string;
    readonly duration_ms: readonly { value: number; probability: number }[];
  }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly probability: number;
    readonly lag_ms: { readonly p50: number; readonly p90: number };
  }[];
  readonly pins: readonly unknown[];
}

/** The edge from here to a resource says how likely a session uses it at all, and how soon. */
const START = 'session';

export function toDocument(personas: readonly Persona[], resources: readonly Resource[] = []): PersonaDocument {
  const known = new Map(resources.map((r) => [r.id, r]));
  return {
    version: 1,
    personas: personas.map((p) => ({
      name: p.name,
      weight: p.weight,
      confidence: p.confidence,
      updated_at: new Date(p.updatedAt).toISOString(),
      attributes: { skill_level: 'unknown', use_case: 'unknown', performance_sensitivity: 'unknown', security_posture: 'unknown' },
      resources: p.uses.map((u) => {
        const r = known.get(u.resource);
        return { id: u.resource, ...(r ? { kind: r.kind, provider: r.provider } : {}), duration_ms: [...u.durationMs] };
      }),
      edges: [
        ...p.uses.map((u) => ({
          from: START,
          to: u.resource,
          probability: u.probability,
          lag_ms: spread(u.firstUseMs.map((x) => x.value)),
        })),
        ...p.edges.map((e) => ({ from: e.from, to: e.to, probability: e.probability, lag_ms: e.lagMs })),
      ],
      pins: [],
    })),
  };
}

/** A model that can be matched, from a document alone. A broken document is one fault that says which part. */
export function fromDocument(json: unknown, name: string): Result<PersonaModel> {
  const bad = (what: string): Result<PersonaModel> =>
    failed('bad-file', 'never', `${name}: ${what}. It should hold {"version": 1, "personas": […]}.`);
  if (typeof json !== 'object' || json === null) return bad('it is not a JSON object');
  const { version, personas } = json as Partial<PersonaDocument>;
  if (version !== 1) return bad(`"version" is ${JSON.stringify(version)}, and only 1 is known`);
  if (!Array.isArray(personas)) return bad('"personas" is not a list');
  const components: Component[] = [];
  for (const [i, entry] of (personas as PersonaEntry[]).entries()) {
    if (typeof entry?.name !== 'string' || typeof entry.weight !== 'number' || !Array.isArray(entry.edges))
      return bad(`personas[${i}] needs "name", "weight" and "edges"`);
    components.push(componentOf(entry, i));
  }
  const background: Record<string, number> = {};
  for (const c of components)
    for (const [token, n] of Object.entries(c.unigram)) background[token] = (background[token] ?? 0) + n * c.weight;
  return ok({ version: 1, components, background, backgroundTotal: Object.values(background).reduce((a, b) => a + b, 0), sessions: 0 });
}

/** Probabilities become counts of 20 imagined sessions: enough to decide, few enough to be overruled. */
function componentOf(entry: PersonaEntry, i: number): Component {
  const SESSIONS = 20;
  const starts = entry.edges.filter((e) => e.from === START);
  const unigram = Object.fromEntries(starts.map((e) => [e.to, e.probability * SESSIONS]));
  const transitions: Record<string, { total: number; to: Record<string, number> }> = {};
  for (const e of entry.edges) {
    if (e.from === START) continue;
    const total = unigram[e.from] ?? SESSIONS;
    const row = (transitions[e.from] ??= { total, to: {} });
    row.to[e.to] = e.probability * total;
  }
  return {
    id: `p${i + 1}`,
    name: entry.name,
    weight: entry.weight,
    support: SESSIONS,
    updatedAt: Date.parse(entry.updated_at) || 0,
    unigram,
    total: Object.values(unigram).reduce((a, b) => a + b, 0),
    initial: {},
    starts: 0,
    transitions,
    uses: starts.map((e) => ({
      resource: e.to,
      probability: e.probability,
      again: 0.5,
      firstUseMs: [
        { value: e.lag_ms.p50, probability: 0.5 },
        { value: e.lag_ms.p90, probability: 0.5 },
      ],
      gapMs: [{ value: e.lag_ms.p50, probability: 1 }],
      durationMs: entry.resources.find((r) => r.id === e.to)?.duration_ms ?? [],
    })),
    edges: entry.edges
      .filter((e) => e.from !== START)
      .map((e) => ({ from: e.from, to: e.to, probability: e.probability, lagMs: e.lag_ms })),
  };
}

function spread(values: readonly number[]): { p50: number; p90: number } {
  const sorted = [...values].sort((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0, p90: sorted[Math.floor(sorted.length * 0.9)] ?? 0 };
}
