import { failed, isWarm, ok, type Persona, type ResourceId, type Result } from '../../domain/index.ts';
import { dependenciesOf } from '../../plan/dependencies.ts';
import { redact } from '../../sense/redact.ts';
import { type Readiness, readiness, readinessText } from '../../show/readiness.ts';
import type { App, AppState, ResourceState } from '../app.ts';
import { resourceNamed } from '../named.ts';
import { type Input, type InputSchema, parseInput } from './input.ts';

/** What a coding agent can ask of Prewarm: the same in the editor (language-model tools) and over MCP. */
export interface AgentTool {
  readonly name: 'list_resources' | 'get_readiness' | 'explain_warmth' | 'warm_persona';
  readonly title: string;
  /** For a model: what it is for, when to use it, what comes back. */
  readonly description: string;
  /** What acts is confirmed by a person in the editor, and offered over MCP only where that was allowed. */
  readonly does: 'reads' | 'acts';
  readonly inputSchema: InputSchema;
  /** What is wrong is a fault whose message a model can act on. Never throws for a reason of the world. */
  run(app: App, raw: unknown, options: RunOptions): Promise<Result<Answer>>;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly progress?: (text: string) => void;
}

/** The same said twice: for a model to read, and for a program. Neither holds a password: environments are not given out. */
export interface Answer {
  readonly text: string;
  readonly structured: Readonly<Record<string, unknown>>;
}

/** What `warm_persona` would do, so that a person can be asked first. */
export interface WarmWish {
  /** Undefined where resources were named. */
  readonly persona: Persona | undefined;
  /** Not warm yet. */
  readonly cold: readonly ResourceState[];
  readonly warm: readonly ResourceState[];
  /** What those need that is not warm either: it is started before them. */
  readonly along: readonly ResourceState[];
  /** The developer said never. */
  readonly refused: readonly ResourceState[];
}

/** A persona needs what at least this share of its sessions uses. */
const NEEDED_FROM = 0.5;

const RESOURCE = { type: 'string', minLength: 1, maxLength: 200 } as const;

const listResources: AgentTool = {
  name: 'list_resources',
  title: 'List resources',
  description:
    'Lists the databases, caches, queues, services and dev containers that this workspace declares (compose files, dev containers, .prewarm), with id, kind, engine, ports, dependencies and how warm each is. Use it to learn which ids exist. Starts nothing.',
  does: 'reads',
  inputSchema: { type: 'object', properties: {}, additionalProperties: false },
  run: (app, raw) => reading(listResources, raw, () => ok(listed(app.state()))),
};

const getReadiness: AgentTool = {
  name: 'get_readiness',
  title: 'Get readiness',
  description:
    'Says whether a database, service or dev container of this workspace is ready to use now, where to connect (host and port), how long a cold start takes, and how likely it is to be needed soon. Ask before running tests, migrations or queries that need it. Without a resource it answers for all. Starts nothing.',
  does: 'reads',
  inputSchema: {
    type: 'object',
    properties: { resource: { ...RESOURCE, description: 'Id or unique last part of it, such as “compose:shop/db” or “db”.' } },
    additionalProperties: false,
  },
  run: (app, raw) => reading(getReadiness, raw, ({ resource }) => readinessAnswer(app.state(), resource as string | undefined)),
};

const explainWarmth: AgentTool = {
  name: 'explain_warmth',
  title: 'Explain warmth',
  description:
    'Explains why a resource of this workspace is warm or cold: the decision with its numbers, which recurring workflow (persona) the session looks like, what stands in for the declared engine, and how long each step was measured to take. Use it when something is not ready and the reason matters. Starts nothing.',
  does: 'reads',
  inputSchema: {
    type: 'object',
    properties: { resource: { ...RESOURCE, description: 'Id or unique last part of it, such as “compose:shop/db” or “db”.' } },
    required: ['resource'],
    additionalProperties: false,
  },
  run: (app, raw) => reading(explainWarmth, raw, ({ resource }) => explained(app, resource as string)),
};

const warmPersona: AgentTool = {
  name: 'warm_persona',
  title: 'Warm a persona',
  description:
    'Starts what a recurring workflow (persona) of this workspace needs, and waits until it is ready: databases with their data, services, dev containers. Without a persona it takes the one that the session looks like; with resources it warms those instead. What the developer said “never” for is left alone. Use it before work that needs them, when get_readiness says that they are not ready.',
  does: 'acts',
  inputSchema: {
    type: 'object',
    properties: {
      persona: { ...RESOURCE, description: 'Name of a persona; get_readiness lists them. Default: the one that the session looks like.' },
      resources: {
        type: 'array',
        items: RESOURCE,
        minItems: 1,
        maxItems: 50,
        description: 'Ids (or unique last parts) to warm instead of what a persona needs.',
      },
    },
    additionalProperties: false,
  },
  async run(app, raw, options) {
    const wish = warmWish(app, raw);
    return wish.ok ? warm(app, wish.value, options) : wish;
  },
};

export const AGENT_TOOLS: readonly AgentTool[] = [listResources, getReadiness, explainWarmth, warmPersona];

async function reading(tool: AgentTool, raw: unknown, answer: (input: Input) => Result<Answer>): Promise<Result<Answer>> {
  const input = parseInput(tool.inputSchema, raw);
  return input.ok ? answer(input.value) : input;
}

// ---------------------------------------------------------------------------------------------------- what reads

function listed(state: AppState): Answer {
  const resources = shown(state).map(({ resource, rung, engine }) => ({
    id: resource.id,
    name: resource.name,
    kind: resource.kind,
    engine: engine ?? resource.provider,
    declaredIn: resource.declaredIn,
    ports: resource.ports.map((p) => p.host ?? p.container),
    dependsOn: resource.dependsOn,
    rung,
  }));
  const lines = resources.map(
    (r) =>
      `${r.id}: ${r.kind} by ${r.engine}, ${r.rung}${r.ports.length > 0 ? `, port ${r.ports.join(', ')}` : ''}; declared in ${r.declaredIn}` +
      `${r.dependsOn.length > 0 ? `; needs ${r.dependsOn.join(', ')}` : ''}.`,
  );
  const none = `${state.workspace.name} declares no databases, services or dev containers.`;
  return { text: lines.join('\n') || none, structured: { workspace: state.workspace.name, resources } };
}

function readinessAnswer(state: AppState, name: string | undefined): Result<Answer> {
  const id = name === undefined ? undefined : resourceNamed(state, name);
  if (id && !id.ok) return id;
  const rows = readiness(state)
    .filter((r) => id === undefined || r.resource === id.value)
    .map(withoutSecrets);
  const session = sessionOf(state);
  const none = `${state.workspace.name} declares no databases, services or dev containers.`;
  const text = [...(id ? [] : [sessionText(state)]), ...(rows.length > 0 ? rows.map(readinessText) : [none]), ...restricted(state)];
  return ok({ text: text.join('\n'), structured: { ...session, resources: rows } });
}

function explained(app: App, name: string): Result<Answer> {
  const state = app.state();
  const id = resourceNamed(state, name);
  if (!id.ok) return id;
  const reasons = app.why(id.value).map(clean);
  const it = state.resources.find((r) => r.resource.id === id.value);
  const decision = it?.decision && {
    desired: it.decision.desired,
    code: it.decision.reason.code,
    probability: it.decision.probability,
    valueS: it.decision.valueS,
  };
  return ok({
    text: [`${id.value}:`, ...reasons, ...restricted(state)].join('\n'),
    structured: { resource: id.value, rung: it?.rung ?? 'unknown', reasons, ...(decision ? { decision } : {}) },
  });
}

function sessionOf(state: AppState) {
  return {
    restricted: !state.trusted,
    ...(state.active ? { persona: state.active.name, personaProbability: probabilityOf(state.active, state) } : {}),
    personas: state.personas.map((p) => p.name),
  };
}

function sessionText(state: AppState): string {
  const known = state.personas.map((p) => `“${p.name}”`).join(', ');
  const who = state.active
    ? `This session looks like “${state.active.name}” (${Math.round(100 * probabilityOf(state.active, state))} %).`
    : 'Which persona this session is cannot be told yet.';
  return `${who}${known ? ` Known personas: ${known}.` : ''}`;
}

const probabilityOf = ({ id }: Persona, { match }: AppState): number => match.personas.find((p) => p.id === id)?.probability ?? 0;
const restricted = ({ trusted }: AppState): readonly string[] =>
  trusted ? [] : ['The workspace is in Restricted Mode: nothing is started until the developer trusts it.'];

// ----------------------------------------------------------------------------------------------------- what acts

/** Who is meant and what that takes; a fault where nothing can be done. Does nothing. */
export function warmWish(app: App, raw: unknown): Result<WarmWish> {
  const input = parseInput(warmPersona.inputSchema, raw);
  if (!input.ok) return input;
  const { persona, resources } = input.value as { readonly persona?: string; readonly resources?: readonly string[] };
  const state = app.state();
  if (!state.trusted)
    return failed(
      'not-trusted',
      'never',
      'The workspace is in Restricted Mode, so nothing is started. The developer has to trust it first.',
    );
  if (persona !== undefined && resources !== undefined) return failed('wrong-usage', 'never', 'Name a persona or resources, not both.');
  return resources ? namedResources(state, resources) : personasResources(state, persona);
}

function namedResources(state: AppState, names: readonly string[]): Result<WarmWish> {
  const ids = new Set<ResourceId>();
  for (const name of names) {
    const id = resourceNamed(state, name);
    if (!id.ok) return id;
    ids.add(id.value);
  }
  const wanted = shown(state).filter((r) => ids.has(r.resource.id));
  if (wanted.length === 0) return failed('unsupported', 'never', 'Data files are loaded by their database; warm that instead.');
  return parted(state, undefined, wanted);
}

function personasResources(state: AppState, name: string | undefined): Result<WarmWish> {
  const persona = name === undefined ? state.active : personaNamed(state, name);
  const known = state.personas.map((p) => `“${p.name}”`).join(', ') || 'none yet';
  if (!persona) {
    const why = name === undefined ? 'Which persona this session is cannot be told yet.' : `There is no persona “${name}”.`;
    return failed('not-found', 'never', `${why} Known: ${known}. Or name resources; list_resources lists them.`);
  }
  const needed = new Set(persona.uses.filter((u) => u.probability >= NEEDED_FROM).map((u) => u.resource));
  const wanted = shown(state).filter((r) => needed.has(r.resource.id));
  if (wanted.length === 0)
    return failed('not-found', 'never', `“${persona.name}” needs nothing that this workspace declares. Name resources instead.`);
  return parted(state, persona, wanted);
}

function personaNamed({ personas }: AppState, name: string): Persona | undefined {
  const plain = name.toLowerCase();
  return personas.find((p) => p.id === name || p.name === name) ?? personas.find((p) => p.name.toLowerCase() === plain);
}

/** An agent is not a person: what the developer does not want at all, it cannot ask for. */
function parted(state: AppState, persona: Persona | undefined, wanted: readonly ResourceState[]): Result<WarmWish> {
  const refused = wanted.filter((r) => r.decision?.reason.code === 'never');
  const rest = wanted.filter((r) => !refused.includes(r));
  if (rest.length === 0)
    return failed('unsupported', 'never', `The developer said never for ${idsOf(refused).join(', ')}; only they can take that back.`);
  const cold = rest.filter((r) => !isWarm(r.rung));
  const byId = new Map(state.resources.map(({ resource }) => [resource.id, resource]));
  const needed = new Set(cold.flatMap((r) => dependenciesOf(r.resource.id, byId)));
  const along = state.resources.filter((r) => needed.has(r.resource.id) && !isWarm(r.rung) && !cold.includes(r));
  return ok({ persona, cold, warm: rest.filter((r) => isWarm(r.rung)), along, refused });
}

async function warm(app: App, wish: WarmWish, { signal, progress }: RunOptions): Promise<Result<Answer>> {
  const ids = idsOf(wish.cold);
  const stop = app.onChange((state) => {
    const steps = state.resources.flatMap((r) => (r.progress && ids.includes(r.resource.id) ? [`${r.resource.name}: ${r.progress}`] : []));
    if (steps.length > 0) progress?.(clean(steps.join('; ')));
  });
  const faults = await app.warm(ids, signal).finally(stop);
  if (signal.aborted) return failed('cancelled', 'never', 'Warming was cancelled; what had been reached stays.');
  const wanted = [...wish.warm, ...wish.cold].map((r) => r.resource.id);
  const rows = readiness(app.state())
    .filter((r) => wanted.includes(r.resource))
    .map(withoutSecrets);
  const problems = faults.map((f) => clean(f.message));
  if (rows.every((r) => !r.ready)) return failed('start-failed', 'later', problems.join('\n') || 'Nothing became ready.');
  const refused = idsOf(wish.refused);
  const text = [
    ...(wish.persona ? [`For “${wish.persona.name}”:`] : []),
    ...rows.map(readinessText),
    ...refused.map((id) => `${id} was left alone: the developer said never.`),
    ...problems,
  ];
  return ok({
    text: text.join('\n'),
    structured: { ...(wish.persona ? { persona: wish.persona.name } : {}), resources: rows, refused, problems },
  });
}

// ------------------------------------------------------------------------------------------------------ what both need

const shown = ({ resources }: AppState): readonly ResourceState[] => resources.filter((r) => r.resource.spec.type !== 'data-file');
const idsOf = (states: readonly ResourceState[]): readonly ResourceId[] => states.map((r) => r.resource.id);

/** Texts that come from engines and probes pass the gate; ids are of our own making and stay as they are. */
const clean = (text: string): string => redact(text).text;
const withoutSecrets = (row: Readiness): Readiness => (row.progress === undefined ? row : { ...row, progress: clean(row.progress) });
