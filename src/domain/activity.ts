import { isUnixMs, type UnixMs } from './quantity.ts';

export const SOURCES = ['editor', 'terminal', 'task', 'debug', 'test', 'git', 'container', 'api', 'database', 'import'] as const;
export type Source = (typeof SOURCES)[number];

/** How sure the sensor is of what it saw (VS Code's shell integration says so per command line). */
export type Confidence = 'low' | 'medium' | 'high';

/**
 * One normalised, redacted thing that happened: a line of the activity trace (DESIGN §5.1, `resources/schemas/activity.schema.json`).
 * `resource` is the token that the models learn: `command:npm test`, `editor:api/sql`, `compose:shop/db`.
 */
export interface Activity {
  readonly at: UnixMs;
  readonly actor: string;
  readonly resource: string;
  readonly workspace?: string;
  readonly source?: Source;
  /** Past tense: `command.started`, `file.opened`, `resource.used`. */
  readonly kind?: string;
  readonly durationMs?: number;
  readonly bytes?: number;
  readonly ok?: boolean;
  /** Of a connection whose resource was ready: from the question to the first byte of the answer, ms. */
  readonly firstByteMs?: number;
  /** Where it is given, it is the split; never a feature. */
  readonly session?: string;
  readonly confidence?: Confidence;
}

/** One actor's activities in one workspace, split at idle gaps; ordered by time, never empty. */
export interface Session {
  readonly id: string;
  readonly actor: string;
  readonly workspace: string;
  readonly activities: readonly Activity[];
}

/** What the developer is having done at this moment; it goes before anything of ours. */
export interface HumanWork {
  /** For sentences that begin with “your”: `test run`, `build`. */
  readonly what: string;
  readonly since: UnixMs;
  /** `engine`: they start or build containers, which meets ours at the engine however idle the processors are. */
  readonly on: 'processor' | 'engine';
}

const optional = {
  workspace: isString,
  kind: isString,
  session: isString,
  durationMs: isNonNegative,
  bytes: isNonNegative,
  firstByteMs: isNonNegative,
  ok: isBoolean,
  source: (v: unknown) => SOURCES.includes(v as Source),
  confidence: (v: unknown) => v === 'low' || v === 'medium' || v === 'high',
} as const;

/** Total: the activity, or one sentence that says which field is wrong. Unknown fields are dropped. */
export function parseActivity(raw: unknown): { activity: Activity } | { problem: string } {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return { problem: 'not an object' };
  const from = raw as Record<string, unknown>;
  if (!isUnixMs(from.at)) return { problem: `"at" must be an integer of Unix milliseconds, not ${show(from.at)}` };
  if (!isString(from.actor) || from.actor === '') return { problem: `"actor" must be a non-empty string, not ${show(from.actor)}` };
  if (!isString(from.resource) || from.resource === '')
    return { problem: `"resource" must be a non-empty string, not ${show(from.resource)}` };
  const activity: Record<string, unknown> = { at: from.at, actor: from.actor, resource: from.resource };
  for (const [name, fits] of Object.entries(optional)) {
    const value = from[name];
    if (value === undefined || value === null) continue;
    if (!fits(value)) return { problem: `"${name}" is ${show(value)}` };
    activity[name] = value;
  }
  return { activity: activity as unknown as Activity };
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
function isNonNegative(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 60);
}
