import { join } from 'node:path';
import { failed, type Observation, rungIndex } from '../../domain/index.ts';
import type { EngineWish } from '../../provision/engine/choose.ts';
import { createEngineLink } from '../../provision/engine/link.ts';
import type { Provider } from '../../provision/provider.ts';
import { createComposeProvider } from '../../provision/providers/compose.ts';
import { createDatasetProvider } from '../../provision/providers/dataset.ts';
import { createDevcontainerProvider } from '../../provision/providers/devcontainer.ts';
import { createDockerProvider } from '../../provision/providers/docker.ts';
import { createEmbeddedProvider } from '../../provision/providers/embedded.ts';
import { createKubernetesProvider } from '../../provision/providers/kubernetes.ts';
import { createLocalProvider } from '../../provision/providers/local.ts';
import { createProcessProvider } from '../../provision/providers/process.ts';

export interface ProviderOptions {
  /** Which Docker Engine, or Podman (default: as the docker command finds it, else the first of the usual places). */
  readonly engine?: EngineWish;
  /** The context of the kubeconfig and the namespace in which workloads may be made; without both, no cluster is touched. */
  readonly kubernetes?: { readonly context: string; readonly namespace: string };
  /** The `devcontainer` command line to use (default: one on the path, else one that npm fetches). */
  readonly devcontainerPath?: string;
  /** Disk that snapshots and their copies may take, bytes; 0: nothing is baked. */
  readonly snapshotBytes?: number;
  /** Whether embedded PostgreSQL may stand in for a database (default: yes). */
  readonly embedded?: 'on' | 'off';
  /** Whether a server that is installed on this machine may stand in for a container (default: yes). */
  readonly localBinaries?: 'on' | 'off';
  /** Folder for what is fetched once for all workspaces. */
  readonly cache: string;
  /** The folder of the bundles (`embedded.js` and `parquet.js` are programs of their own). */
  readonly bundles: string;
}

/** Every engine of this version, the declared ones before the one that stands in. A new provider is one file and one line here. */
export function createProviders({
  engine: wish,
  kubernetes,
  snapshotBytes,
  devcontainerPath,
  embedded = 'on',
  localBinaries = 'on',
  cache,
  bundles,
}: ProviderOptions): readonly Provider[] {
  const engine = createEngineLink(wish);
  const docker = { engine, ...(snapshotBytes === undefined ? {} : { snapshotBytes }) };
  const engines: readonly Provider[] = [
    createComposeProvider(docker),
    createDockerProvider(docker),
    createDevcontainerProvider({ ...docker, cache, ...(devcontainerPath ? { path: devcontainerPath } : {}) }),
    createProcessProvider(),
    ...(kubernetes?.context && kubernetes.namespace ? [createKubernetesProvider(kubernetes)] : []),
    ...(localBinaries === 'on' ? [createLocalProvider()] : []),
    ...(embedded === 'on' ? [createEmbeddedProvider({ cache, program: join(bundles, 'embedded.js') })] : []),
  ];
  return [
    ...engines,
    createDatasetProvider({
      cache: join(cache, 'datasets'),
      environment: process.env,
      engine,
      parquetProgram: join(bundles, 'parquet.js'),
      execute: insideOf(engines),
    }),
  ];
}

/** A program inside whatever serves the resource now, if it can be run there: the first engine that does not say that it has nothing running. */
function insideOf(engines: readonly Provider[]): NonNullable<Provider['execute']> {
  return async (resource, command, input, context) => {
    const able = engines.filter((e) => e.execute && e.supports(resource));
    for (const engine of able) {
      const [seen] = await engine.observe([resource], context);
      if (engine.execute && seen && isRunning(seen.rung)) return engine.execute(resource, command, input, context);
    }
    return failed('not-ready', 'later', `${resource.id} is not running in a container, so nothing can be loaded into it.`);
  };
}

const isRunning = (rung: Observation['rung']): boolean => rung === 'unknown' || rungIndex(rung) >= rungIndex('running');
