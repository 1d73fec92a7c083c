import type { App } from '../../app/app.ts';
import { failed, ok, type Result } from '../../domain/index.ts';

/** The id of a persona by its id, or by its name in whatever case. */
export async function personaNamed(app: App, name: string, which: 'living' | 'gone too' = 'living'): Promise<Result<string>> {
  const gone = which === 'living' ? [] : (await app.personas.versions()).map((v) => ({ id: v.persona, name: v.name }));
  const known = [...app.state().personas, ...gone.reverse()];
  const found =
    known.find((p) => p.id === name) ??
    known.find((p) => p.name === name) ??
    known.find((p) => p.name.toLowerCase() === name.toLowerCase());
  if (found) return ok(found.id);
  const names = app.state().personas.map((p) => `${p.id} “${p.name}”`);
  return failed('not-found', 'never', `There is no persona “${name}”. Known: ${names.join(', ') || 'none'}.`);
}
