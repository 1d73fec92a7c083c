import {
  ATTRIBUTES,
  type AttributeName,
  type Distribution,
  failed,
  ok,
  type Persona,
  type Pin,
  pinProblem,
  quantile,
  type Resource,
  type Result,
} from '../domain/index.ts';
import type { Component, PersonaModel } from '../learn/personaModel.ts';
import { withPinned } from '../learn/personas/edit.ts';
import { checkPersonas } from '../sense/pdl/check.ts';
import { type DemandFields, demandFields, type ResourceFields, requirementFields, saidIn } from '../sense/pdl/demand.ts';
import { START } from '../sense/pdl/graph.ts';
import type { TrafficEntry } from '../sense/pdl/traffic.ts';
import { type KnownTraffic, trafficField, trafficProblem } from './knownTraffic.ts';

/** The persona document (PDL) of DESIGN §5.2: what is learnt so far of each field; what is not known is left out. */
export interface PersonaDocument {
  readonly version: 1;
  readonly personas: readonly PersonaEntry[];
}

export interface PersonaEntry extends DemandFields {
  readonly name: string;
  readonly weight: number;
  readonly confidence: number;
  readonly updated_at: string;
  /** `evidence` says in words what each value stands on. */
  readonly attributes: Readonly<Record<AttributeName, string>> & { readonly evidence?: Readonly<Record<AttributeName, string>> };
  readonly resources: readonly ResourceEntry[];
  readonly edges: readonly EdgeEntry[];
  readonly provisioning_order?: readonly string[];
  readonly recurrence?: { readonly per_week: number; readonly hour_of_week: readonly number[] };
  /** Of all its resources together. */
  readonly traffic?: TrafficEntry;
  readonly pins: readonly Pin[];
}

interface ResourceEntry extends ResourceFields {
  readonly kind?: string;
  readonly provider?: string;
  readonly duration_ms?: Distribution;
  readonly traffic?: TrafficEntry;
}

interface EdgeEntry {
  readonly from: string;
  readonly to: string;
  readonly probability: number;
  readonly lag_ms: { readonly p50: number; readonly p90: number };
}

export function toDocument(personas: readonly Persona[], resources: readonly Resource[] = [], traffic?: KnownTraffic): PersonaDocument {
  const known = new Map(resources.map((r) => [r.id, r]));
  return { version: 1, personas: personas.map((p) => entryOf(p, known, traffic)) };
}

function entryOf(p: Persona, known: ReadonlyMap<string, Resource>, traffic: KnownTraffic | undefined): PersonaEntry {
  const resources = [...p.uses.map((u) => resourceEntry(p, u, known.get(u.resource))), ...besides(p)];
  return {
    name: p.name,
    weight: p.weight,
    confidence: p.confidence,
    updated_at: new Date(p.updatedAt).toISOString(),
    attributes: attributesOf(p),
    resources: resources.map((r) => ({ ...r, ...trafficField([r.id], traffic) })),
    edges: [
      ...p.uses.map((u) => ({ from: START, to: u.resource, probability: u.probability, lag_ms: spread(u.firstUseMs) })),
      ...p.edges.map((e) => ({ from: e.from, to: e.to, probability: e.probability, lag_ms: e.lagMs })),
    ],
    ...(p.profile
      ? {
          provisioning_order: p.profile.provisioningOrder,
          recurrence: { per_week: rounded(p.profile.recurrence.perWeek), hour_of_week: p.profile.recurrence.hourOfWeek.map(rounded) },
        }
      : {}),
    ...(p.said ? demandFields(p.said) : {}),
    ...trafficField(
      resources.map((r) => r.id),
      traffic,
    ),
    pins: p.profile?.pins ?? [],
  };
}

/** What edges and pins name, but is used too seldom to say more of it. */
function besides({ uses, edges, profile }: Persona): readonly ResourceEntry[] {
  const used = new Set(uses.map((u) => u.resource));
  const named = [...edges.flatMap((e) => [e.from, e.to]), ...(profile?.pins ?? []).flatMap((pin) => pin.resource ?? [])];
  return [...new Set(named)].filter((token) => !used.has(token)).map((id) => ({ id }));
}

function attributesOf({ profile }: Persona): PersonaEntry['attributes'] {
  const each = (tell: (name: AttributeName) => string) =>
    Object.fromEntries(ATTRIBUTES.map((name) => [name, tell(name)])) as Record<AttributeName, string>;
  const values = each((name) => profile?.attributes[name].value ?? 'unknown');
  return profile ? { ...values, evidence: each((name) => profile.attributes[name].evidence) } : values;
}

function resourceEntry(p: Persona, use: Persona['uses'][number], declared: Resource | undefined): ResourceEntry {
  const demand = p.profile?.demands[use.resource];
  const said = p.said?.requirements.find((r) => r.resource === use.resource);
  const requirements = withLearnt(said ? requirementFields(said) : {}, {
    ...(declared ? { memory_gb: [{ value: rounded(declared.memoryBytes / 2 ** 30), probability: 1 }] } : {}),
    ...(demand?.bandwidthMbps ? { network_bandwidth_mbps: demand.bandwidthMbps } : {}),
  });
  const fixed = slaFixed(p, use.resource);
  const sla = demand && { priority: demand.priority, latency_target_ms: demand.latencyTargetMs };
  return {
    id: use.resource,
    ...(declared ? { kind: declared.kind, provider: declared.provider } : {}),
    ...(Object.keys(requirements).length > 0 ? { requirements } : {}),
    duration_ms: use.durationMs,
    ...(sla ? { sla: withLearnt(Object.fromEntries(Object.entries(sla).filter(([key]) => fixed.has(key))), sla) } : {}),
  };
}

/** Which fields of its service level people decided. */
function slaFixed({ said, profile }: Persona, resource: string): ReadonlySet<string> {
  const own = said?.requirements.find((r) => r.resource === resource);
  return new Set([
    ...(own?.priority === undefined ? [] : ['priority']),
    ...(own?.latencyTargetMs === undefined ? [] : ['latency_target_ms']),
    ...(profile?.pins ?? []).flatMap((pin) => (pin.resource === resource ? [pin.field] : [])),
  ]);
}

/** What was said, then what was learnt of the rest, marked as such. */
function withLearnt(said: object, learnt: object): object {
  const rest = Object.entries(learnt).filter(([key]) => !Object.hasOwn(said, key));
  return rest.length > 0 ? { ...said, ...Object.fromEntries(rest), learnt: rest.map(([key]) => key) } : said;
}

/** Six digits say more than is known. */
const rounded = (value: number): number => Number(value.toPrecision(6));

const spread = (distribution: Distribution): { p50: number; p90: number } => ({
  p50: quantile(distribution, 0.5) ?? 0,
  p90: quantile(distribution, 0.9) ?? 0,
});

/** A model that can be matched, from the text of a document, comments and all. A broken one is one fault that says where. */
export function readDocument(text: string, name: string): Result<PersonaModel> {
  const { findings, document } = checkPersonas(text);
  const worst = findings.find((f) => f.severity === 'error');
  return worst ? failed('bad-file', 'never', `${name}:${worst.line}:${worst.column}: ${worst.message}`) : fromDocument(document, name);
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
    const problem = entryProblem(entry);
    if (problem) return bad(`personas[${i}]${problem}`);
    components.push(componentOf(entry, i));
  }
  const background: Record<string, number> = {};
  for (const c of components)
    for (const [token, n] of Object.entries(c.unigram)) background[token] = (background[token] ?? 0) + n * c.weight;
  return ok({ version: 1, components, background, backgroundTotal: Object.values(background).reduce((a, b) => a + b, 0), sessions: 0 });
}

function entryProblem(entry: PersonaEntry | null): string | undefined {
  if (typeof entry?.name !== 'string' || !isShare(entry.weight) || !Array.isArray(entry.edges))
    return ' needs "name", "weight" (0 to 1) and "edges"';
  const edge = entry.edges.findIndex((e: EdgeEntry | null) => !isEdge(e));
  if (edge !== -1) return `.edges[${edge}] needs "from", "to", "probability" (0 to 1) and "lag_ms" {"p50", "p90"}`;
  if (entry.pins !== undefined && !Array.isArray(entry.pins)) return '.pins is not a list';
  for (const [i, pin] of (entry.pins ?? []).entries()) {
    const problem = typeof pin === 'object' && pin !== null ? pinProblem(pin) : 'It needs "field" and "value".';
    if (problem) return `.pins[${i}]: ${problem.replace(/\.$/, '')}`;
  }
  return trafficProblem(entry);
}

const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;

function isEdge(e: EdgeEntry | null): boolean {
  return (
    typeof e?.from === 'string' &&
    typeof e.to === 'string' &&
    isShare(e.probability) &&
    Number.isFinite(e.lag_ms?.p50) &&
    Number.isFinite(e.lag_ms?.p90)
  );
}

/** Probabilities become counts of 20 imagined sessions: enough to decide, few enough to be overruled. */
export function componentOf(entry: PersonaEntry, i: number): Component {
  const SESSIONS = 20;
  const said = saidIn(entry);
  const starts = entry.edges.filter((e) => e.from === START);
  const unigram = Object.fromEntries(starts.map((e) => [e.to, e.probability * SESSIONS]));
  const transitions: Record<string, { total: number; to: Record<string, number> }> = {};
  for (const e of entry.edges) {
    if (e.from === START) continue;
    const total = unigram[e.from] ?? SESSIONS;
    const row = (transitions[e.from] ??= { total, to: {} });
    row.to[e.to] = e.probability * total;
  }
  return withPinned({
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
      durationMs: entry.resources?.find((r) => r.id === e.to)?.duration_ms ?? [],
    })),
    edges: entry.edges
      .filter((e) => e.from !== START)
      .map((e) => ({ from: e.from, to: e.to, probability: e.probability, lagMs: e.lag_ms })),
    ...(entry.pins?.length ? { pins: entry.pins } : {}),
    ...(Object.values(said).some((list) => list.length > 0) ? { said } : {}),
    ...(entry.recurrence?.hour_of_week ? { rhythm: entry.recurrence.hour_of_week.map((p) => p * SESSIONS) } : {}),
  });
}
