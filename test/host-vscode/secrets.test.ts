import { expect, it } from 'vitest';
import type * as vscode from 'vscode';
import { ok } from '../../src/domain/index.ts';
import { editorSecrets } from '../../src/host/vscode/secrets.ts';

/** As in the manual of VS Code's SecretStorage: undefined for what is not kept. */
function storage(fault?: Error): vscode.SecretStorage & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  const act = async <T>(result: T): Promise<T> => {
    if (fault) throw fault;
    return result;
  };
  return {
    values,
    keys: () => act([...values.keys()]),
    get: (key) => act(values.get(key)),
    store: (key, value) => act(void values.set(key, value)),
    delete: (key) => act(void values.delete(key)),
    onDidChange: () => ({ dispose: () => {} }),
  };
}

it('keeps, gives and erases under the names that it is given', async () => {
  const kept = storage();
  const secrets = editorSecrets(kept);
  expect(await secrets.get('prewarm.w.db')).toEqual(ok(undefined));
  await secrets.set('prewarm.w.db', 'x');
  expect([...kept.values]).toEqual([['prewarm.w.db', 'x']]);
  expect(await secrets.get('prewarm.w.db')).toEqual(ok('x'));
  await secrets.delete('prewarm.w.db');
  expect(kept.values.size).toBe(0);
});

it('a locked keychain is a fault that says what to do', async () => {
  const secrets = editorSecrets(storage(new Error('locked')));
  for (const result of [await secrets.get('a'), await secrets.set('a', 'b'), await secrets.delete('a')])
    expect(result).toMatchObject({
      ok: false,
      fault: { code: 'storage-failed', retry: 'later', message: expect.stringMatching(/Unlock the keychain/), detail: 'Error: locked' },
    });
});
