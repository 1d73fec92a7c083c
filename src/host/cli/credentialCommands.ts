import type { App, AppCredentials, Credential } from '../../app/app.ts';
import { resourceNamed } from '../../app/named.ts';
import { failed, isWarm, ok, type Result } from '../../domain/index.ts';
import type { Invocation, Report } from './command.ts';
import { exportLines } from './exportLines.ts';
import { withApp } from './liveCommands.ts';

const ACTIONS = ['list', 'rotate', 'forget'] as const;

/** The one command that prints passwords, since that is what it is asked for. */
export const envCommand = (invocation: Invocation) =>
  withApp(invocation, async (app): Promise<Result<Report>> => {
    const ids = named(app, invocation.positionals);
    if (!ids.ok) return ids;
    const resources = app.state().resources.filter((r) => ids.value.length === 0 || ids.value.includes(r.resource.id));
    const cold = resources.find((r) => ids.value.length > 0 && !isWarm(r.rung));
    if (cold) return failed('not-ready', 'later', `${cold.resource.id} is ${cold.rung}. \`prewarm up ${cold.resource.name}\` first.`);
    const faults =
      (await app.credentials?.ensure(
        resources.map((r) => r.resource.id),
        invocation.signal,
      )) ?? [];
    // Where two declare the same variable the first has it, as in the editor's terminals.
    const environment: Record<string, string> = Object.assign({}, ...resources.map((r) => app.environment(r.resource.id)).reverse());
    return ok({ json: { environment }, lines: exportLines(environment, process.platform), faults });
  });

/** Names and ages; never a password. */
export const credentialsCommand = (invocation: Invocation) =>
  withApp(invocation, async (app): Promise<Result<Report>> => {
    const [action = 'list', ...names] = invocation.positionals;
    const ids = named(app, names);
    if (!app.credentials) return failed('unsupported', 'never', 'Generated roles are switched off.');
    if (!ids.ok) return ids;
    switch (action) {
      case 'list':
        return ok(listed(app.credentials.list().filter((c) => ids.value.length === 0 || ids.value.includes(c.resource))));
      case 'rotate':
      case 'forget':
        return changed(app.credentials, action, ids.value, invocation);
      default:
        return failed('wrong-usage', 'never', `“${action}” is none of ${ACTIONS.join(', ')}.`);
    }
  });

async function changed(credentials: AppCredentials, action: 'rotate' | 'forget', ids: readonly string[], { signal }: Invocation) {
  const { changed, faults } = await credentials[action](ids, signal);
  const done = action === 'rotate' ? 'has a new password' : 'is gone';
  return ok({
    json: { changed, faults },
    lines: changed.map(
      (c) => `${c.resource}: ${c.role} ${done}${c.standing === 'not-yet' && action === 'rotate' ? ', set when it is next warm' : ''}`,
    ),
    faults,
  });
}

function listed(credentials: readonly Credential[]): Report {
  const said = { 'in-place': 'in place', 'not-yet': 'kept', refused: 'refused by the database' };
  return {
    json: { credentials },
    lines: credentials.map((c) => `${c.resource.padEnd(34)} ${c.role}  ${age(Date.now() - c.createdAt)} old, ${said[c.standing]}`),
  };
}

function named(app: App, names: readonly string[]): Result<readonly string[]> {
  const ids: string[] = [];
  for (const name of names) {
    const id = resourceNamed(app.state(), name);
    if (!id.ok) return id;
    ids.push(id.value);
  }
  return ok(ids);
}

function age(ms: number): string {
  const hours = ms / 3_600_000;
  return hours < 1 ? `${Math.round(hours * 60)} min` : hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}
