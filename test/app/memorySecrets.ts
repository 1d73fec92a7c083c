import type { Secrets } from '../../src/app/ports.ts';
import { ok } from '../../src/domain/index.ts';

/** Keeps them as the editor's storage does, behind an interface; `values` is for the test alone. */
export function createMemorySecrets(keeper = 'test'): Secrets & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    keeper,
    values,
    get: async (name) => ok(values.get(name)),
    set: async (name, value) => ok(void values.set(name, value)),
    delete: async (name) => ok(void values.delete(name)),
  };
}
