import type Docker from 'dockerode';
import type { Backend } from '../../domain/index.ts';

export type Labels = Readonly<Record<string, string>>;

/** A container as one look at the engine found it. */
export interface Found {
  readonly id: string;
  readonly state: string;
  readonly owner: 'prewarm' | 'developer';
  readonly labels: Labels;
  readonly backends: readonly Backend[];
}

export function found(info: Docker.ContainerInfo, owner: Found['owner']): Found {
  const backends = info.Ports.filter((p) => p.PublicPort && p.Type === 'tcp' && !p.IP?.includes(':')).map(
    (p): Backend => ({ host: '127.0.0.1', port: p.PublicPort as number, containerPort: p.PrivatePort }),
  );
  return { id: info.Id, state: info.State, owner, labels: info.Labels, backends };
}
