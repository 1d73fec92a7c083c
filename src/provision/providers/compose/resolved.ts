import { readFile } from 'node:fs/promises';
import { replaceFile } from '../../replaceFile.ts';
import type { DeclaredMount, Inputs } from '../../snapshots/design.ts';

/** The project as the tool resolved it: every variable filled in, every path absolute. */
export interface ComposeFile {
  services: Record<string, ComposeService>;
}

export interface ComposeService {
  image?: string;
  container_name?: string;
  labels?: Record<string, string> | string[];
  ports?: unknown[];
  depends_on?: Record<string, { condition?: string }> | string[];
  profiles?: string[];
  privileged?: boolean;
  restart?: string;
  build?: unknown;
  command?: unknown;
  entrypoint?: unknown;
  user?: string;
  environment?: Record<string, string | null> | string[];
  network_mode?: string;
  volumes?: (string | ComposeMount)[];
  tmpfs?: string | string[];
}

interface ComposeMount {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
  readonly read_only?: boolean;
}

export function inputsOf(service: ComposeService): Inputs {
  const { command, entrypoint, user, environment = {}, network_mode = '' } = service;
  return {
    environment: Array.isArray(environment) ? Object.fromEntries(environment.map((line) => split(line))) : environment,
    mounts: [...(service.volumes ?? []).map(mountOf), ...[service.tmpfs ?? []].flat().map((t) => tmpfs(t))],
    network: /^(host|none|container:|service:)/.test(network_mode) ? 'shared' : 'own',
    ...(command == null ? {} : { command }),
    ...(entrypoint == null ? {} : { entrypoint }),
    ...(user === undefined ? {} : { user }),
  };
}

/** The tool's version 1 keeps the short form, `source:target[:ro]`, or a target alone. */
export function mountOf(volume: string | ComposeMount): DeclaredMount {
  if (typeof volume !== 'string') {
    const { type, source, target, read_only } = volume;
    return { type, target, access: read_only ? 'read' : 'write', ...(source === undefined ? {} : { source }) };
  }
  const [, source, target = '', mode] = volume.match(/^(?:((?:[A-Za-z]:[\\/])?[^:]*):)?([^:]+)(?::(.*))?$/) ?? [];
  const type = source && /[\\/]/.test(source) ? 'bind' : 'volume';
  return { type, target, access: mode === 'ro' ? 'read' : 'write', ...(source === undefined ? {} : { source }) };
}

const tmpfs = (target: string): DeclaredMount => ({ type: 'tmpfs', target: target.split(':')[0] ?? '', access: 'write' });
const split = (line: string): [string, string | null] => {
  const at = line.indexOf('=');
  return at < 0 ? [line, null] : [line.slice(0, at), line.slice(at + 1)];
};

/** What was worked out from sources with this digest; undefined where the sources changed since, or nothing was kept. */
export async function recalled<T>(path: string, digest: string): Promise<T | undefined> {
  try {
    const kept = JSON.parse(await readFile(path, 'utf8')) as { digest: string; value: T };
    return kept.digest === digest ? kept.value : undefined;
  } catch {
    // Absent or torn: it is worked out again.
    return undefined;
  }
}

/** For the user's eyes only: a resolved project holds the passwords of the declaration. */
export async function keep(path: string, digest: string, value: unknown): Promise<void> {
  await replaceFile(path, JSON.stringify({ digest, value }));
}
