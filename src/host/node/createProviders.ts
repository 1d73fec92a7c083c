import { join } from 'node:path';
import type { Provider } from '../../provision/provider.ts';
import { createComposeProvider } from '../../provision/providers/compose.ts';
import { createDockerProvider } from '../../provision/providers/docker.ts';
import { createEmbeddedProvider } from '../../provision/providers/embedded.ts';
import { createProcessProvider } from '../../provision/providers/process.ts';

export interface ProviderOptions {
  /** Overrides the Docker endpoint that the environment or the current context names. */
  readonly dockerHost?: string;
  /** Whether embedded PostgreSQL may stand in for a database (default: yes). */
  readonly embedded?: 'on' | 'off';
  /** Folder for what is fetched once for all workspaces. */
  readonly cache: string;
  /** The folder of the bundles (`embedded.cjs` is a program of its own). */
  readonly bundles: string;
}

/** Every engine of this version, the declared ones before the one that stands in. A new provider is one file and one line here. */
export function createProviders({ dockerHost, embedded = 'on', cache, bundles }: ProviderOptions): readonly Provider[] {
  const docker = dockerHost ? { host: dockerHost } : {};
  return [
    createComposeProvider(docker),
    createDockerProvider(docker),
    createProcessProvider(),
    ...(embedded === 'on' ? [createEmbeddedProvider({ cache, program: join(bundles, 'embedded.cjs') })] : []),
  ];
}
