import type * as vscode from 'vscode';
import type { Secrets } from '../../app/ports.ts';
import { failed, ok, type Result } from '../../domain/index.ts';

/** The editor's store, which the operating system's keychain protects. */
export function editorSecrets(storage: vscode.SecretStorage): Omit<Secrets, 'keeper'> {
  return {
    get: (name) => attempted(() => storage.get(name)),
    set: (name, value) => attempted(() => storage.store(name, value)),
    delete: (name) => attempted(() => storage.delete(name)),
  };
}

async function attempted<T>(act: () => Thenable<T>): Promise<Result<T>> {
  try {
    return ok(await act());
  } catch (error) {
    return failed('storage-failed', 'later', 'The secret storage of VS Code could not be reached. Unlock the keychain.', String(error));
  }
}
