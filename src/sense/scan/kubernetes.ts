import { parseAllDocuments } from 'yaml';
import type { KubernetesObject, Port, Resource } from '../../domain/index.ts';
import { classify } from './classify.ts';
import { folderOf } from './filePath.ts';
import { type Json, type JsonMap, list, record, text } from './json.ts';
import { isTooDeep, TOO_DEEP } from './nesting.ts';
import { type Problem, problemAt } from './problem.ts';

/** Plain manifests lie below folders of these names; others' YAML is not theirs to be guessed at. */
const FOLDERS = /(^|\/)(k8s|kube|kubernetes|manifests|deploy|deployment|deployments)\/(.+\/)?[^/]+\.ya?ml$/i;
const KUSTOMIZATION = /(^|\/)kustomization\.ya?ml$/i;
const OF_A_CHART = /(^|\/)(Chart|values)\.ya?ml$/;
const WORKLOADS = new Set(['apps/v1 Deployment', 'apps/v1 StatefulSet', 'batch/v1 Job']);
/** A value of its own kind each; “billion laughs” end here. */
const MAX_ALIASES = 10_000;

export const isManifestFile = (path: string): boolean => FOLDERS.test(path);

interface ManifestFile {
  /** Relative to the workspace, forward slashes. */
  readonly path: string;
  readonly text: string;
}

interface Declared {
  readonly object: KubernetesObject & JsonMap;
  readonly file: string;
}

/**
 * Workloads of plain Kubernetes manifests, each with what belongs to it (services that select its pods, and the volume claims, config maps and
 * secrets that it names). Helm charts and kustomizations need their own tools and are named as left out.
 */
export function scanManifests(files: readonly ManifestFile[]): {
  readonly resources: readonly Resource[];
  readonly problems: readonly Problem[];
} {
  const manifests = files.filter((f) => isManifestFile(f.path));
  const problems: Problem[] = [];
  const declared = manifests.flatMap((file) => {
    const read = readManifest(file);
    if (read.problem) problems.push(read.problem);
    return read.objects;
  });
  const workloads = declared.filter(({ object }) => WORKLOADS.has(`${object.apiVersion} ${object.kind}`));
  return { resources: plainest(workloads).map((w) => resourceOf(w, declared)), problems };
}

function readManifest({ path, text: source }: ManifestFile): { readonly objects: readonly Declared[]; readonly problem?: Problem } {
  if (KUSTOMIZATION.test(path))
    return { objects: [], problem: problemAt(path, undefined, 'kustomizations are not read; only the plain manifests beside it are.') };
  if (OF_A_CHART.test(path)) return { objects: [] };
  if (source.includes('{{')) return { objects: [], problem: problemAt(path, undefined, 'Helm templates are not read; it is left out.') };
  if (isTooDeep(source)) return { objects: [], problem: problemAt(path, undefined, TOO_DEEP) };
  try {
    const documents = [...parseAllDocuments(source, { logLevel: 'silent', uniqueKeys: false })];
    const error = documents.flatMap((d) => ('errors' in d ? d.errors : []))[0];
    if (error) return { objects: [], problem: problemAt(path, undefined, `it is not valid YAML (${firstLine(error)}). It is left out.`) };
    const values = documents.map((d) => d.toJS({ maxAliasCount: MAX_ALIASES }) as JsonMap | null);
    return { objects: values.flatMap((value) => objectsIn(value ?? undefined)).map((object) => ({ object, file: path })) };
  } catch (error) {
    return {
      objects: [],
      problem: problemAt(path, undefined, `it cannot be read as YAML (${firstLine(error as Error)}). It is left out.`),
    };
  }
}

const firstLine = ({ message }: Error): string => (message.split('\n')[0] ?? '').replace(/ at line.*$/, '');

/** A `List` holds objects as well. */
function objectsIn(value: JsonMap | undefined): readonly (KubernetesObject & JsonMap)[] {
  const map = record(value);
  if (!map) return [];
  if (map.kind === 'List') return list(map.items).flatMap((item) => objectsIn(record(item)));
  const name = text(record(map.metadata)?.name);
  return text(map.apiVersion) && text(map.kind) && name ? [map as unknown as KubernetesObject & JsonMap] : [];
}

/** One workload in several folders (bases, environments) is one thing in a namespace: what is for development or for nothing special is meant. */
function plainest(workloads: readonly Declared[]): readonly Declared[] {
  const byName = new Map<string, Declared>();
  for (const one of workloads) {
    const key = `${one.object.kind} ${one.object.metadata.name}`;
    const before = byName.get(key);
    if (!before || rank(one.file) < rank(before.file)) byName.set(key, one);
  }
  return [...byName.values()];
}

function rank(path: string): number {
  if (/(^|[/._-])(dev|development|local)([/._-])/i.test(path)) return 0;
  return /(^|[/._-])(prod|production|staging|stage|qa)([/._-])/i.test(path) ? 2 : 1;
}

function resourceOf({ object, file }: Declared, all: readonly Declared[]): Resource {
  const template = record(record(object.spec)?.template);
  const pod = record(template?.spec) ?? {};
  const containers = maps(pod.containers);
  const others = belonging(object, template, pod, nearest(file, all));
  const { name } = object.metadata;
  return {
    id: `kubernetes:${folderOf(file)}/${name}`,
    name,
    kind: classify({ image: text(containers[0]?.image), service: name, runs: object.kind === 'Job' ? 'once' : 'on' }),
    provider: 'kubernetes',
    declaredIn: file,
    ports: portsOf(containers, others),
    dependsOn: [],
    probe: { type: 'health', timeoutMs: 180_000 },
    // It takes none of this machine's.
    memoryBytes: 0,
    spec: { type: 'kubernetes', objects: [object, ...others] },
  };
}

/** Those of the same folder go before others of the same kind and name. */
function nearest(file: string, all: readonly Declared[]): readonly (KubernetesObject & JsonMap)[] {
  const near = all.filter((d) => folderOf(d.file) === folderOf(file));
  const far = all.filter((d) => folderOf(d.file) !== folderOf(file) && rank(d.file) < 2);
  const byName = new Map<string, KubernetesObject & JsonMap>();
  for (const { object } of [...near, ...far]) {
    const key = `${object.kind} ${object.metadata.name}`;
    if (!byName.has(key)) byName.set(key, object);
  }
  return [...byName.values()];
}

function belonging(
  workload: KubernetesObject,
  template: JsonMap | undefined,
  pod: JsonMap,
  candidates: readonly (KubernetesObject & JsonMap)[],
): readonly (KubernetesObject & JsonMap)[] {
  const labels = record(record(template?.metadata)?.labels) ?? {};
  const named = namesIn(pod);
  return candidates.filter((o) => {
    if (o.apiVersion !== 'v1' || o === workload) return false;
    if (o.kind !== 'Service') return named.has(`${o.kind} ${o.metadata.name}`);
    const selector = Object.entries(record(record(o.spec)?.selector) ?? {});
    return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
  });
}

const maps = (value: Json | undefined): readonly JsonMap[] =>
  list(value).flatMap((entry): JsonMap[] => (record(entry) ? [record(entry) as JsonMap] : []));

/** What a pod names, wherever it stands in it (volumes, `envFrom`, `valueFrom`). */
const REFERENCES: Readonly<Record<string, readonly [kind: string, field: string]>> = {
  persistentVolumeClaim: ['PersistentVolumeClaim', 'claimName'],
  configMap: ['ConfigMap', 'name'],
  configMapRef: ['ConfigMap', 'name'],
  configMapKeyRef: ['ConfigMap', 'name'],
  secret: ['Secret', 'secretName'],
  secretRef: ['Secret', 'name'],
  secretKeyRef: ['Secret', 'name'],
};

function namesIn(value: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    const [kind, field] = REFERENCES[key] ?? [];
    const name = field === undefined ? undefined : text(record(inner)?.[field]);
    if (name) found.add(`${kind} ${name}`);
    namesIn(inner, found);
  }
  return found;
}

/** What a service offers, under its own number; else what the containers say that they listen on. */
function portsOf(containers: readonly JsonMap[], others: readonly (KubernetesObject & JsonMap)[]): readonly Port[] {
  const open = containers.flatMap((c) => maps(c.ports));
  const served = others
    .filter((o) => o.kind === 'Service')
    .flatMap((o) => maps(record(o.spec)?.ports))
    .flatMap((port): Port[] => {
      const container = targetOf(port, open);
      const host = numberOf(port.port);
      return container && host && protocolOf(port) === 'tcp' ? [{ container, host, protocol: 'tcp' }] : [];
    });
  const plain = open.flatMap((port): Port[] => {
    const container = numberOf(port.containerPort);
    return container && protocolOf(port) === 'tcp' ? [{ container, protocol: 'tcp' }] : [];
  });
  return [...new Map((served.length > 0 ? served : plain).map((p) => [p.container, p])).values()];
}

function targetOf(port: JsonMap, open: readonly JsonMap[]): number | undefined {
  const target = port.targetPort ?? port.port;
  return numberOf(target) ?? numberOf(open.find((o) => o.name === target)?.containerPort);
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 ? value : undefined;
const protocolOf = (port: JsonMap): string => (text(port.protocol) ?? 'TCP').toLowerCase();
