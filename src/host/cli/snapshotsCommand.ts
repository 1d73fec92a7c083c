import type { App } from '../../app/app.ts';
import { resourceNamed } from '../../app/named.ts';
import { failed, ok, type Result, type Snapshot } from '../../domain/index.ts';
import { bytesOf, toPrune } from '../../plan/prune.ts';
import type { Invocation, Report } from './command.ts';
import { confirmed } from './confirmed.ts';
import { withApp } from './liveCommands.ts';

/** `list` (also without a word), `bake <resource>`, `prune`, `remove <id>`. */
export const snapshotsCommand = (invocation: Invocation): Promise<Result<Report>> => {
  const [what = 'list', name] = invocation.positionals;
  switch (what) {
    case 'list':
      return withApp(invocation, async (app) => then(await app.snapshots.list(), listed));
    case 'bake':
      return withApp(invocation, (app) => bake(app, name, invocation));
    case 'prune':
      return withApp(invocation, (app) => prune(app, invocation));
    case 'remove':
      return withApp(invocation, (app) => remove(app, name));
    default:
      return Promise.resolve(
        failed('wrong-usage', 'never', `prewarm snapshots does not know “${what}”; it knows list, bake, prune and remove.`),
      );
  }
};

function listed(snapshots: readonly Snapshot[]): Result<Report> {
  const total = `${snapshots.length} in all, ${size(bytesOf(snapshots))}`;
  return ok({ json: { snapshots, bytes: bytesOf(snapshots) }, lines: [...snapshots.map(line), total] });
}

async function bake(app: App, name: string | undefined, { signal, terminal }: Invocation): Promise<Result<Report>> {
  if (name === undefined) return failed('wrong-usage', 'never', 'Which resource? Usage: prewarm snapshots bake <resource>');
  const id = resourceNamed(app.state(), name);
  if (!id.ok) return id;
  const stop = app.onChange((state) => terminal.progress(state.resources.flatMap((r) => r.progress ?? []).join(' · ')));
  const baked = await app.snapshots.bake(id.value, signal);
  stop();
  return then(baked, (snapshot) =>
    ok({
      json: { snapshot: snapshot ?? null },
      lines: [
        snapshot
          ? `${id.value} is baked: ${snapshot.id}`
          : `There is nothing to bake of ${id.value}: its image stores nothing that is seeded, or you keep its data in a volume of your own.`,
      ],
    }),
  );
}

async function prune(app: App, invocation: Invocation): Promise<Result<Report>> {
  const { to, yes, json } = invocation.options;
  const budget = to === undefined ? undefined : Number(to) * 2 ** 30;
  if (budget !== undefined && !(budget >= 0)) return failed('wrong-usage', 'never', `--to takes a number of GB, not “${to}”.`);
  const all = await app.snapshots.list();
  if (!all.ok) return all;
  const going = toPrune(all.value, budget);
  if (going.length === 0) return ok({ json: { removed: [], freedBytes: 0 }, lines: ['There is nothing to prune.'] });
  const question = `Remove these, with what was changed in them, and free ${size(bytesOf(going))}? [y/N] `;
  if (yes !== true && !(await confirmed(going.map(line), question, json === true ? 'never ask' : 'ask')))
    return failed(
      'cancelled',
      'never',
      `Nothing was removed. These would go, with what was changed in them: ${going.map((s) => s.id).join(', ')}. --yes removes them.`,
    );
  return removed(app, going);
}

async function remove(app: App, id: string | undefined): Promise<Result<Report>> {
  if (id === undefined) return failed('wrong-usage', 'never', 'Which one? Usage: prewarm snapshots remove <id>');
  const all = await app.snapshots.list();
  if (!all.ok) return all;
  const it = all.value.find((s) => s.id === id);
  return it
    ? removed(app, [it])
    : failed('not-found', 'never', `There is no snapshot or copy ${id} here. \`prewarm snapshots\` lists them.`);
}

async function removed(app: App, going: readonly Snapshot[]): Promise<Result<Report>> {
  const faults = await app.snapshots.remove(going.map((s) => s.id));
  const left = await app.snapshots.list();
  if (!left.ok) return left;
  const gone = going.filter((s) => !left.value.some((l) => l.id === s.id));
  return ok({
    json: { removed: gone.map((s) => s.id), freedBytes: bytesOf(gone), faults },
    lines: [...gone.map((s) => `removed ${s.id}`), `${size(bytesOf(gone))} freed`],
    faults,
  });
}

function line(s: Snapshot): string {
  const what = [s.type, s.variant, s.current ? 'of today’s declaration' : 'of an older declaration', s.inUse ? 'in use' : 'not in use'];
  return `${s.id.padEnd(44)} ${s.resource.padEnd(24)} ${size(s.bytes).padStart(9)}  ${what.filter(Boolean).join(', ')}`;
}

const size = (bytes: number): string => (bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GB` : `${Math.round(bytes / 2 ** 20)} MB`);

const then = <T>(result: Result<T>, report: (value: T) => Result<Report>): Result<Report> => (result.ok ? report(result.value) : result);
