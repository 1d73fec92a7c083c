import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { type Clustered, clusterTrace, METHODS, type Method } from '../../app/cluster/clusterTrace.ts';
import { type Activity, failed, ok, type Result } from '../../domain/index.ts';
import { DEFAULT_SETTINGS } from '../node/openApp.ts';
import type { Invocation, Report } from './command.ts';
import { openTraces } from './traces.ts';

/** As in the protocol that the baselines follow: shorter actors say too little. */
const ACTORS_MIN = 10;

export async function clusterCommand({ positionals, options, terminal }: Invocation): Promise<Result<Report>> {
  const method = options.method ?? 'mixture';
  if (!METHODS.includes(method as Method))
    return failed('wrong-usage', 'never', `--method must be one of ${METHODS.join(', ')}, not “${method}”.`);
  const [actorsMin, seeds, k] = [whole(options, 'actors-min', ACTORS_MIN), whole(options, 'seeds', 1), whole(options, 'k', undefined)];
  for (const number of [actorsMin, seeds, k]) if (!number.ok) return number;
  if (k.ok && k.value !== undefined && method !== 'kmeans')
    return failed('wrong-usage', 'never', `--k is for --method kmeans; ${method} finds the number by itself.`);
  const labels = typeof options.labels === 'string' ? await readLabels(options.labels) : undefined;
  if (labels && !labels.ok) return labels;
  const traces = await openTraces(positionals);
  if (!traces.ok) return traces;
  terminal.progress('reading …');
  const activities: Activity[] = [];
  for await (const batch of traces.value.activities) for (const activity of batch) activities.push(activity);
  terminal.progress('clustering …');
  const begun = performance.now();
  const clustered = clusterTrace(activities, {
    idleMs: DEFAULT_SETTINGS.idleMs,
    method: method as Method,
    actorsMin: actorsMin.ok ? (actorsMin.value ?? ACTORS_MIN) : ACTORS_MIN,
    seeds: seeds.ok ? (seeds.value ?? 1) : 1,
    ...(k.ok && k.value !== undefined ? { k: k.value } : {}),
    ...(labels ? { labels: labels.value } : {}),
  });
  if (!clustered.ok) return clustered;
  const elapsedMs = performance.now() - begun;
  return ok({
    json: { ...clustered.value, elapsedMs, rejected: traces.value.problems.count },
    lines: [...linesOf(clustered.value, elapsedMs), ...traces.value.problems.first.map((p) => `! ${p}`)],
  });
}

function whole(options: Invocation['options'], name: string, otherwise: number | undefined): Result<number | undefined> {
  if (options[name] === undefined) return ok(otherwise);
  const value = Number(options[name]);
  if (Number.isInteger(value) && value >= 1) return ok(value);
  return failed('wrong-usage', 'never', `--${name} must be a whole number from 1, not “${options[name]}”.`);
}

/** `actor,label` with that header; a broken file is one message that says where. */
async function readLabels(file: string): Promise<Result<ReadonlyMap<string, string>>> {
  try {
    const rows = parse(await readFile(file, 'utf8'), { columns: true, bom: true, skip_empty_lines: true }) as Record<string, string>[];
    const labels = new Map<string, string>();
    for (const [i, { actor, label }] of rows.entries()) {
      if (!actor || !label)
        return failed('bad-file', 'never', `${file}: row ${i + 1} has no “actor” or no “label”. The header must be actor,label.`);
      labels.set(actor, label);
    }
    return ok(labels);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return failed('bad-file', 'never', `${file} could not be read as CSV with the header actor,label (${code ?? message}).`);
  }
}

function linesOf(c: Clustered, elapsedMs: number): readonly string[] {
  const sizes = new Map<string, number>();
  for (const { cluster } of c.assignments) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  return [
    `${c.clusters} personas in ${c.sessions} sessions of ${c.actors} actors (${c.method}), ${percent(c.noise)} of sessions in none, ${(elapsedMs / 1000).toFixed(1)} s`,
    ...(c.ari === undefined || c.nmi === undefined ? [] : [`against the labels: ARI ${c.ari.toFixed(3)}, NMI ${c.nmi.toFixed(3)}`]),
    ...(c.unlabelled ? [`! ${c.unlabelled} actors have no label and are not scored`] : []),
    ...(c.stability ? [stabilityLine(c.stability)] : []),
    ...[...sizes].sort((a, b) => b[1] - a[1]).map(([cluster, n]) => `${String(n).padStart(6)}  ${cluster}`),
  ];
}

function stabilityLine({ seeds, between, clusters, ari, nmi }: NonNullable<Clustered['stability']>): string {
  const spread = (s: { mean: number; sd: number } | undefined): string => (s ? `${s.mean.toFixed(3)} ± ${s.sd.toFixed(3)}` : '–');
  return `over ${seeds} seeds: personas ${Math.min(...clusters)} to ${Math.max(...clusters)}, ARI ${spread(ari)}, NMI ${spread(nmi)}, ARI between seeds ${between.toFixed(3)}`;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
