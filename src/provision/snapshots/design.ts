import type Docker from 'dockerode';
import type { Result } from '../../domain/index.ts';

/** A mount that the declaration itself asks for; `source` is a path of this machine for binds, a name for volumes. */
export interface DeclaredMount {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
  readonly access: 'read' | 'write';
}

/** What a declaration gives a container, as far as what it stores depends on it. */
export interface Inputs {
  readonly environment: Readonly<Record<string, string | null>>;
  readonly command?: unknown;
  readonly entrypoint?: unknown;
  readonly user?: string;
  readonly mounts: readonly DeclaredMount[];
  /** `shared`: it lives in the network of the host or of another container (two cannot stand side by side), or in none (it cannot be reached). */
  readonly network: 'own' | 'shared';
}

/** A one-shot of the declaration that brings seeded data into today's shape. */
export interface Migration {
  readonly name: string;
  readonly inputs: Inputs;
  /** What its program is: an image by its digest, or of one that is built here, its migrations by theirs. */
  readonly program: unknown;
  template(): Promise<Result<Template>>;
}

/** What the engine's API makes a container from. */
export type Template = Docker.ContainerCreateOptions & { readonly Labels: Record<string, string>; readonly HostConfig: Docker.HostConfig };

/** A volume of ours and where it goes. */
export interface DataMount {
  readonly volume: string;
  readonly path: string;
}

/** The template with our volumes in the place of whatever it has at these paths. */
export function withData(template: Template, paths: readonly string[], mounts: readonly DataMount[]): Template {
  const { HostConfig, Volumes } = template;
  const free = (target: string): boolean => !paths.includes(target.replace(/\/$/, ''));
  return {
    ...template,
    Volumes: Object.fromEntries(Object.entries(Volumes ?? {}).filter(([target]) => free(target))) as typeof Volumes,
    HostConfig: {
      ...HostConfig,
      Binds: (HostConfig.Binds ?? []).filter((bind) => free(bindTarget(bind))),
      Tmpfs: Object.fromEntries(Object.entries(HostConfig.Tmpfs ?? {}).filter(([target]) => free(target))),
      Mounts: [
        ...(HostConfig.Mounts ?? []).filter((m) => free(m.Target)),
        ...mounts.map(({ volume, path }) => ({ Type: 'volume' as const, Source: volume, Target: path, VolumeOptions: COPIED_BY_US })),
      ],
    },
  };
}
const COPIED_BY_US = { NoCopy: true } as Docker.MountSettings['VolumeOptions'];

/** `source:target[:options]`; a source may be a Windows path with a drive letter. */
const bindTarget = (bind: string): string => bind.replace(/^[A-Za-z]:[\\/]/, '').split(':')[1] ?? '';
