import type { Resource } from '../../../src/domain/index.ts';
import type { Context } from '../../../src/provision/provider.ts';
import { createDatasetProvider } from '../../../src/provision/providers/dataset.ts';

/** Loads one dataset and tells its parent how far it is, until it is killed. */
export interface LoadOptions {
  readonly resource: Resource;
  readonly cache: string;
  readonly context: Pick<Context, 'workspace' | 'storage' | 'leases' | 'instance' | 'leaseMs' | 'onBehalfOf'>;
}

process.on('message', ({ resource, cache, context }: LoadOptions) => {
  const execute = (): Promise<never> => Promise.reject(new Error('nothing is executed for a volume'));
  const provider = createDatasetProvider({ cache, environment: {}, parquetProgram: '', execute });
  const progress = (text: string): void => {
    process.send?.(text);
  };
  void provider.reach(resource, 'ready', { ...context, now: Date.now, signal: new AbortController().signal, progress });
});
