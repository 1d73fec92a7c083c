import { join } from 'node:path';
import type { App, ResourceState } from '../../app/app.ts';
import { resourceNamed } from '../../app/named.ts';
import { type Fault, isWarm, ok, type Result } from '../../domain/index.ts';
import { ladderText } from '../../show/ladder.ts';
import { defaultStateFolder, openApp } from '../node/openApp.ts';
import { openSecretFiles } from '../node/secretFiles.ts';
import { BUNDLES } from './bundles.ts';
import type { Invocation, Report } from './command.ts';
import { namedCluster } from './namedCluster.ts';

export const planCommand = (invocation: Invocation) =>
  withApp(invocation, async (app) => {
    const state = app.state();
    const decisions = state.resources.flatMap((r) => (r.decision ? [r.decision] : []));
    return ok({
      json: {
        actions: decisions
          .filter((d) => d.desired !== 'unchanged')
          .map((d) => ({ resource: d.resource, to: d.desired, reason: d.reason.text })),
        proposed: decisions.filter((d) => d.reason.code === 'mode-suggest' || d.reason.code === 'mode-shadow').map((d) => d.resource),
        reasons: decisions.map((d) => ({
          resource: d.resource,
          rung: d.rung,
          desired: d.desired,
          probability: d.probability,
          valueS: d.valueS,
          ...d.reason,
        })),
        budget: app.budget(),
      },
      lines: decisions.map((d) => `${d.resource}: ${d.rung} → ${d.desired}. ${d.reason.text}`),
    });
  });

export const whyCommand = (invocation: Invocation) =>
  withApp(invocation, async (app) => {
    const id = resourceNamed(app.state(), invocation.positionals[0] as string);
    if (!id.ok) return id;
    const reasons = app.why(id.value);
    const ladder = app.state().resources.find((r) => r.resource.id === id.value)?.ladder ?? [];
    return ok({ json: { resource: id.value, reasons, ladder, actions: [], budget: app.budget() }, lines: reasons });
  });

export const statusCommand = (invocation: Invocation) =>
  withApp(invocation, async (app) => ok({ json: { resources: app.state().resources.map(row) }, lines: lines(app, invocation) }));

export const upCommand = (invocation: Invocation) => move(invocation, 'warm', (app, ids) => app.warm(ids, invocation.signal));
export const downCommand = (invocation: Invocation) => move(invocation, 'cool', (app, ids) => app.cool(ids, invocation.signal));

function move(
  invocation: Invocation,
  how: 'warm' | 'cool',
  act: (app: App, ids: readonly string[]) => Promise<readonly Fault[]>,
): Promise<Result<Report>> {
  return withApp(invocation, async (app) => {
    const ids: string[] = [];
    for (const name of invocation.positionals) {
      const id = resourceNamed(app.state(), name);
      if (!id.ok) return id;
      ids.push(id.value);
    }
    const stop = app.onChange((state) =>
      invocation.terminal.progress(state.resources.flatMap((r) => (r.progress ? [`${r.resource.name}: ${r.progress}`] : [])).join(' · ')),
    );
    const faults = await act(app, ids.length > 0 ? ids : everything(app, how));
    stop();
    await app.settle();
    return ok({ json: { resources: app.state().resources.map(row), faults }, lines: lines(app, invocation), faults });
  });
}

/** What can be made warm as a whole: not seed files, not what only a profile would start, and dev containers only by name. Ours are cooled with the rest. */
function everything(app: App, how: 'warm' | 'cool'): readonly string[] {
  return app
    .state()
    .resources.filter(
      ({ resource, owner }) =>
        resource.spec.type !== 'data-file' &&
        !(resource.spec.type === 'compose' && resource.spec.profiles.length > 0) &&
        (resource.spec.type !== 'devcontainer' || (how === 'cool' && owner === 'prewarm')),
    )
    .map((r) => r.resource.id);
}

/** Opens the workspace without acting in it, and closes it again. */
export async function withApp(invocation: Invocation, use: (app: App) => Promise<Result<Report>>): Promise<Result<Report>> {
  const text = (key: string): string | undefined =>
    typeof invocation.options[key] === 'string' ? (invocation.options[key] as string) : undefined;
  const stateFolder = text('state') ?? defaultStateFolder();
  const opened = await openApp({
    folder: text('workspace') ?? '.',
    as: 'cli',
    stateFolder,
    credentials: { secrets: openSecretFiles(join(stateFolder, 'secrets')), scope: 'kept' },
    settings: { mode: 'shadow', gateway: 'off' },
    providers: namedCluster(process.env),
    bundles: BUNDLES,
    log: () => {},
  });
  if (!opened.ok) return opened;
  try {
    return await use(opened.value);
  } finally {
    await opened.value.dispose();
  }
}

function row(state: ResourceState) {
  return {
    id: state.resource.id,
    kind: state.resource.kind,
    provider: state.engine ?? state.resource.provider,
    rung: state.rung,
    endpoint: state.endpoint ?? null,
    readyInMs: state.readyInMs ?? null,
    owner: state.owner,
    ladder: state.ladder,
    environment: state.environment,
  };
}

function lines(app: App, { terminal: { paint } }: Invocation): readonly string[] {
  return app.state().resources.flatMap((state) => {
    const rung = isWarm(state.rung) ? paint.green(state.rung) : state.rung;
    const took = state.readyInMs === undefined ? '' : ` in ${(state.readyInMs / 1000).toFixed(1)} s`;
    const ladder = ladderText(state.ladder);
    const line = `${state.resource.id.padEnd(34)} ${rung}${took}${state.endpoint ? `  ${state.endpoint}` : ''}`;
    return ladder ? [line, paint.dim(`  ${ladder}`)] : [line];
  });
}
