import type { Activity, Resource, ResourceId, Source } from '../domain/index.ts';
import { type Command, parseCommand } from './command.ts';
import { fileArea } from './fileArea.ts';
import { isLoopback } from './importers/otlpSpan.ts';
import { type Dropped, redact } from './redact.ts';
import type { Peer, Signal } from './signal.ts';

const NOTHING: readonly Dropped[] = [];

export interface NormaliseContext {
  readonly actor: string;
  readonly workspace: { readonly id: string; readonly folder: string };
  readonly resources: readonly Resource[];
  /** Which resources a command uses, from the scan. */
  readonly uses: (command: Command) => readonly ResourceId[];
}

export interface Normalised {
  readonly activities: readonly Activity[];
  readonly dropped: readonly Dropped[];
}

/** Most of what is heard is of these kinds, so that their names stand in memory once. */
const COMMAND_KINDS = { started: 'command.started', ended: 'command.ended' } as const;
const FILE_KINDS = { opened: 'file.opened', switched: 'file.switched', edited: 'file.edited', saved: 'file.saved' } as const;

/** An activity in the making: what most lack is added behind the rest, so that nothing is copied. */
type Line = { -readonly [K in keyof Activity]: Activity[K] };
type Make = (source: Source, resource: string, kind: string) => Line;

/** A signal becomes activities: the normalised, redacted lines that may be stored. The only way from sensors to the journal. */
export function normalise(signal: Signal, context: NormaliseContext): Normalised {
  const make: Make = (source, resource, kind) => ({
    at: signal.at,
    actor: context.actor,
    workspace: context.workspace.id,
    source,
    resource,
    kind,
  });
  switch (signal.type) {
    case 'file':
      return one(named('editor', area(signal.path, context), FILE_KINDS[signal.did], make));
    case 'command':
      return commandActivities(signal, context);
    case 'task':
      return one(ended(named('task', signal.name, `task.${signal.did}`, make), signal));
    case 'debug':
      return one(ended(named('debug', signal.kind, `debug.${signal.did}`, make), signal));
    case 'branch':
      return one({ line: make('git', `branch:${branchClass(signal.to)}`, 'branch.switched'), dropped: NOTHING });
    case 'container':
      return signal.resource === undefined
        ? one(named('container', `image/${signal.image.replace(/[:@].*$/, '')}`, `container.${signal.did}`, make))
        : one({ line: make('container', signal.resource, `container.${signal.did}`), dropped: NOTHING });
    case 'connection':
      return one({ line: connection(signal, make), dropped: NOTHING });
    case 'call':
      return callActivities(signal, context, make);
    case 'foreign':
      return foreignActivities(signal, context, make);
  }
}

/** The sensor's own name stands before what it tells, so that no two sensors, and none of ours, write the same token. */
function foreignActivities(signal: Extract<Signal, { type: 'foreign' }>, { resources }: NormaliseContext, make: Make): Normalised {
  const { source, sensor, name, did, ok, durationMs } = signal;
  const { text, dropped } = redact(name);
  const line = make(source, `${source}:${sensor}/${text.slice(0, 80)}`, `${source}.${did}`);
  if (ok !== undefined) line.ok = ok;
  if (durationMs !== undefined) line.durationMs = durationMs;
  const used = resources.filter(({ id }) => signal.uses.includes(id));
  return { activities: [line, ...used.map(({ id }) => make(sourceOf(id, resources), id, 'resource.used'))], dropped };
}

/** What a client waited that was held until the resource was ready tells of the start, not of how fast it answers. */
function connection({ resource, did, bytes, durationMs, heldMs, firstByteMs }: Extract<Signal, { type: 'connection' }>, make: Make): Line {
  const line = make('database', resource, `connection.${did}`);
  if (bytes !== undefined) line.bytes = bytes;
  if (durationMs !== undefined) line.durationMs = durationMs;
  if (heldMs === undefined && firstByteMs !== undefined) line.firstByteMs = firstByteMs;
  return line;
}

function commandActivities(signal: Extract<Signal, { type: 'command' }>, context: NormaliseContext): Normalised {
  const { at, did, line, confidence } = signal;
  const { commands, dropped } = parseCommand(line);
  // Written out in one piece: a field that is added to a literal later is kept in a store of its own.
  const make = (source: Source, resource: string, kind: string): Line => ({
    at,
    actor: context.actor,
    workspace: context.workspace.id,
    source,
    resource,
    kind,
    confidence,
  });
  const activities: Activity[] = [];
  for (const command of commands) {
    activities.push(withOutcome(make('terminal', `command:${command.token}`, COMMAND_KINDS[did]), signal));
    if (did === 'ended') continue;
    for (const id of usedBy(command, context)) activities.push(make(sourceOf(id, context.resources), id, 'resource.used'));
  }
  return { activities, dropped };
}

function usedBy(command: Command, { uses, resources }: NormaliseContext): readonly ResourceId[] {
  const [known, namedByIt] = [uses(command), namedResources(command, resources)];
  return known.length + namedByIt.length < 2 ? [...known, ...namedByIt] : [...new Set([...known, ...namedByIt])];
}

/** A query to a declared database is a use of it, and nothing else; a request to a declared service is itself and a use. */
function callActivities(call: Extract<Signal, { type: 'call' }>, { resources }: NormaliseContext, make: Make): Normalised {
  const timed = (line: Line): Line => {
    line.durationMs = call.durationMs;
    line.ok = call.ok;
    return line;
  };
  const uses = reached(call.peer, resources).map(({ id }) => timed(make(sourceOf(id, resources), id, 'resource.used')));
  if (call.source === 'database' && uses.length > 0) return { activities: uses, dropped: NOTHING };
  const { line, dropped } = named(call.source, call.name, call.kind, make);
  return { activities: [timed(line), ...uses], dropped };
}

/** By its declared port on this machine; from inside a container, by its name and its own port. */
function reached(peer: Peer | undefined, resources: readonly Resource[]): readonly Resource[] {
  if (!peer) return [];
  const { address, port } = peer;
  if (isLoopback(address)) return resources.filter((r) => port !== undefined && r.ports.some((p) => p.host === port));
  return resources.filter((r) => r.name === address && (port === undefined || r.ports.some((p) => p.container === port)));
}

const DATA_STORES: ReadonlySet<string | undefined> = new Set(['database', 'cache', 'queue', 'search']);

function sourceOf(id: ResourceId, resources: readonly Resource[]): Source {
  return DATA_STORES.has(resources.find((r) => r.id === id)?.kind) ? 'database' : 'container';
}

/** `docker compose up db` names the service; a URL with a declared loopback port names what serves there. */
function namedResources({ token, names }: Command, resources: readonly Resource[]): readonly ResourceId[] {
  if (resources.length === 0 || names.length === 0) return [];
  const compose = /^(docker compose|docker-compose) (up|start|run|exec|restart)\b/.test(token);
  const ports = names.flatMap((name) => name.match(/^(?:localhost|127\.0\.0\.1):(\d+)$/)?.[1] ?? []).map(Number);
  if (!compose && ports.length === 0) return [];
  return resources
    .filter((r) => (compose && names.includes(r.name)) || r.ports.some((p) => p.host !== undefined && ports.includes(p.host)))
    .map((r) => r.id);
}

interface Named {
  readonly line: Line;
  readonly dropped: readonly Dropped[];
}

const one = ({ line, dropped }: Named): Normalised => ({ activities: [line], dropped });

/** Names that people chose pass the gate; ids of resources are of our own making and stay as they are, so that they stay the same. */
function named(source: Source, name: string, kind: string, make: Make): Named {
  const { text, dropped } = redact(name);
  return { line: make(source, `${source}:${text.slice(0, 80)}`, kind), dropped };
}

function ended(named: Named, signal: Ended): Named {
  withOutcome(named.line, signal);
  return named;
}

interface Ended {
  readonly exitCode?: number;
  readonly durationMs?: number;
}

function withOutcome(line: Line, { exitCode, durationMs }: Ended): Line {
  if (exitCode !== undefined) line.ok = exitCode === 0;
  if (durationMs !== undefined) line.durationMs = Math.max(0, durationMs);
  return line;
}

/** Nothing of files outside the workspace. */
function area(path: string, { workspace }: NormaliseContext): string {
  const file = path.replaceAll('\\', '/');
  const folder = workspace.folder.replaceAll('\\', '/').replace(/\/$/, '');
  const inside = file.startsWith(folder) ? file[folder.length] === '/' : file.toLowerCase().startsWith(`${folder.toLowerCase()}/`);
  return inside ? fileArea(file.slice(folder.length + 1)) : 'outside';
}

/** Branch names can tell secrets of a business: only the usual first part stays. */
export function branchClass(name: string): string {
  const first = name.split('/')[0] ?? '';
  if (/^(main|master|develop|dev|trunk|staging|production)$/.test(name)) return name;
  return name.includes('/') && /^(feature|feat|fix|bugfix|hotfix|release|chore|docs|refactor|test|experiment|wip)$/.test(first)
    ? first
    : 'other';
}
