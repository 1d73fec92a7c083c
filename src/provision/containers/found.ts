import type Docker from 'dockerode';
import type { Backend } from '../../domain/index.ts';
import type { EngineLink, Published } from '../engine/link.ts';
import { stateAsDocker } from '../engine/podman.ts';

export type Labels = Readonly<Record<string, string>>;

/** A container as one look at the engine found it. */
export interface Found {
  readonly id: string;
  readonly state: string;
  readonly owner: 'prewarm' | 'developer';
  readonly labels: Labels;
  readonly published: readonly (Published & { readonly containerPort: number })[];
}

/** One whose published ports can be connected to from here. */
export interface Reached extends Found {
  readonly backends: readonly Backend[];
}

export function found(info: Docker.ContainerInfo, owner: Found['owner']): Found {
  const published = (info.Ports ?? []).flatMap((p) =>
    p.PublicPort && p.Type === 'tcp' && !p.IP?.includes(':') ? [{ ip: p.IP, port: p.PublicPort, containerPort: p.PrivatePort }] : [],
  );
  return { id: info.Id, state: stateAsDocker(info.State), owner, labels: info.Labels ?? {}, published };
}

/** Ports that no way leads to are left out. */
export async function reached(it: Found, link: EngineLink): Promise<Reached> {
  const all = await Promise.all(
    it.published.map(async ({ containerPort, ...at }): Promise<readonly Backend[]> => {
      const port = await link.portHere(at);
      return port === undefined ? [] : [{ host: '127.0.0.1', port, containerPort }];
    }),
  );
  return { ...it, backends: all.flat() };
}
