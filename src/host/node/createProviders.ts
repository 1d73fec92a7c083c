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
}

/** Every engine of this version, the declared ones before the one that stands in. A new provider is one file and one line here. */
export function createProviders({ dockerHost, embedded = 'on' }: ProviderOptions): readonly Provider[] {
  const docker = dockerHost ? { host: dockerHost } : {};
  return [
    createComposeProvider(docker),
    createDockerProvider(docker),
    createProcessProvider(),
    ...(embedded === 'on' ? [createEmbeddedProvider({})] : []),
  ];
}
