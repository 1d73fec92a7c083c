import type { Activity, Resource, ResourceId, Source } from '../domain/index.ts';
import { type Command, parseCommand } from './command.ts';
import { fileArea } from './fileArea.ts';
import { isLoopback } from './importers/otlpSpan.ts';
import { type Dropped, redact } from './redact.ts';
import type { Peer, Signal } from './signal.ts';

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

/** A signal becomes activities: the normalised, redacted lines that may be stored. The only way from sensors to the journal. */
export function normalise(signal: Signal, context: NormaliseContext): Normalised {
  const make = (source: Source, resource: string, kind: string, more: Partial<Activity> = {}): Activity => ({
    at: signal.at,
    actor: context.actor,
    workspace: context.workspace.id,
    source,
    resource,
    kind,
    ...more,
  });
  switch (signal.type) {
    case 'file':
      return named('editor', area(signal.path, context), `file.${signal.did}`, make);
    case 'command':
      return commandActivities(signal, context, make);
    case 'task':
      return named('task', signal.name, `task.${signal.did}`, make, outcome(signal));
    case 'debug':
      return named('debug', signal.kind, `debug.${signal.did}`, make, outcome(signal));
    case 'branch':
      return one(make('git', `branch:${branchClass(signal.to)}`, 'branch.switched'));
    case 'container':
      return signal.resource === undefined
        ? named('container', `image/${signal.image.replace(/[:@].*$/, '')}`, `container.${signal.did}`, make)
        : one(make('container', signal.resource, `container.${signal.did}`));
    case 'connection':
      return one(
        make('database', signal.resource, `connection.${signal.did}`, {
          ...(signal.bytes === undefined ? {} : { bytes: signal.bytes }),
          ...(signal.durationMs === undefined ? {} : { durationMs: signal.durationMs }),
        }),
      );
    case 'call':
      return callActivities(signal, context, make);
  }
}

type Make = (source: Source, resource: string, kind: string, more?: Partial<Activity>) => Activity;

function commandActivities(signal: Extract<Signal, { type: 'command' }>, context: NormaliseContext, make: Make): Normalised {
  const { commands, dropped } = parseCommand(signal.line);
  const activities = commands.flatMap((command) => {
    const said = make('terminal', `command:${command.token}`, `command.${signal.did}`, {
      confidence: signal.confidence,
      ...outcome(signal),
    });
    if (signal.did === 'ended') return [said];
    const used = new Set([...context.uses(command), ...namedResources(command, context.resources)]);
    return [said, ...[...used].map((id) => make(sourceOf(id, context.resources), id, 'resource.used', { confidence: signal.confidence }))];
  });
  return { activities, dropped };
}

/** A query to a declared database is a use of it, and nothing else; a request to a declared service is itself and a use. */
function callActivities(call: Extract<Signal, { type: 'call' }>, { resources }: NormaliseContext, make: Make): Normalised {
  const { durationMs, ok } = call;
  const used = reached(call.peer, resources);
  const uses = used.map(({ id }) => make(sourceOf(id, resources), id, 'resource.used', { durationMs, ok }));
  if (call.source === 'database' && uses.length > 0) return { activities: uses, dropped: [] };
  const said = named(call.source, call.name, call.kind, make, { durationMs, ok });
  return { activities: [...said.activities, ...uses], dropped: said.dropped };
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
function namedResources(command: Command, resources: readonly Resource[]): readonly ResourceId[] {
  const compose = /^(docker compose|docker-compose) (up|start|run|exec|restart)\b/.test(command.token);
  const ports = command.names.flatMap((name) => name.match(/^(?:localhost|127\.0\.0\.1):(\d+)$/)?.[1] ?? []).map(Number);
  return resources
    .filter((r) => (compose && command.names.includes(r.name)) || r.ports.some((p) => p.host !== undefined && ports.includes(p.host)))
    .map((r) => r.id);
}

function one(activity: Activity): Normalised {
  return { activities: [activity], dropped: [] };
}

/** Names that people chose pass the gate; ids of resources are of our own making and stay as they are, so that they stay the same. */
function named(source: Source, name: string, kind: string, make: Make, more: Partial<Activity> = {}): Normalised {
  const { text, dropped } = redact(name);
  return { activities: [make(source, `${source}:${text.slice(0, 80)}`, kind, more)], dropped };
}

function outcome(signal: { exitCode?: number; durationMs?: number }): Partial<Activity> {
  return {
    ...(signal.exitCode === undefined ? {} : { ok: signal.exitCode === 0 }),
    ...(signal.durationMs === undefined ? {} : { durationMs: Math.max(0, signal.durationMs) }),
  };
}

/** Nothing of files outside the workspace. */
function area(path: string, { workspace }: NormaliseContext): string {
  const file = path.replaceAll('\\', '/');
  const folder = workspace.folder.replaceAll('\\', '/').replace(/\/$/, '');
  return file.toLowerCase().startsWith(`${folder.toLowerCase()}/`) ? fileArea(file.slice(folder.length + 1)) : 'outside';
}

/** Branch names can tell secrets of a business: only the usual first part stays. */
export function branchClass(name: string): string {
  const first = name.split('/')[0] ?? '';
  if (/^(main|master|develop|dev|trunk|staging|production)$/.test(name)) return name;
  return name.includes('/') && /^(feature|feat|fix|bugfix|hotfix|release|chore|docs|refactor|test|experiment|wip)$/.test(first)
    ? first
    : 'other';
}
