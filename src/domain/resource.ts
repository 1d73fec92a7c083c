import type { DatasetFormat, DatasetSource } from './dataset.ts';
import type { UnixMs } from './quantity.ts';

/** Stable: `provider:workspace-or-project/declared-name`, such as `compose:shop/db`. */
export type ResourceId = string;

/** How warm. Only `ready` (its readiness probe passed) and `seeded` count as warm. */
export const RUNGS = ['absent', 'fetched', 'created', 'paused', 'running', 'ready', 'seeded'] as const;
export type Rung = (typeof RUNGS)[number];

export const rungIndex = (rung: Rung): number => RUNGS.indexOf(rung);
export const isWarm = (rung: Rung | 'unknown'): boolean => rung === 'ready' || rung === 'seeded';

export const KINDS = [
  'database',
  'cache',
  'queue',
  'search',
  'object-store',
  'proxy',
  'service',
  'job',
  'observability',
  'admin',
  'dataset',
  'devcontainer',
  'container',
  'process',
  'vm',
  'secret',
] as const;
export type ResourceKind = (typeof KINDS)[number];

export const PROVIDERS = ['docker', 'compose', 'devcontainer', 'dataset', 'process', 'embedded', 'local', 'kubernetes', 'memory'] as const;
/** An engine that another extension registered, under the name that it gave it. */
export type ForeignProviderName = `extension:${string}`;
export type ProviderName = (typeof PROVIDERS)[number] | ForeignProviderName;

/** `host` is the port that clients expect on loopback; undefined where none was declared. */
export interface Port {
  readonly container: number;
  readonly host?: number;
  readonly protocol: 'tcp' | 'udp';
}

/** When is it ready? Tried until it passes or `timeoutMs` has gone by. */
export type Probe =
  | { readonly type: 'port'; readonly port: number; readonly timeoutMs: number }
  | { readonly type: 'http'; readonly port: number; readonly path: string; readonly timeoutMs: number }
  | { readonly type: 'command'; readonly command: readonly string[]; readonly timeoutMs: number }
  | { readonly type: 'log'; readonly pattern: string; readonly timeoutMs: number }
  | { readonly type: 'health'; readonly timeoutMs: number };

/** An object of the Kubernetes API as a manifest declares it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** What each engine needs to make it. File paths are absolute; everything here is plain JSON, so that it can be hashed. */
export type ResourceSpec =
  | {
      readonly type: 'compose';
      readonly file: string;
      readonly project: string;
      readonly service: string;
      readonly image?: string;
      /** It has a `build:`, so that `image` only names the result and cannot be pulled. */
      readonly built?: true;
      readonly environment: Readonly<Record<string, string>>;
      readonly seedFiles: readonly string[];
      readonly profiles: readonly string[];
      /** Volumes that it mounts and that others make, by the names that the engine knows them by. */
      readonly externalVolumes?: readonly string[];
    }
  | {
      readonly type: 'docker';
      readonly image: string;
      readonly environment: Readonly<Record<string, string>>;
      readonly command?: readonly string[];
    }
  | {
      readonly type: 'process';
      readonly command: readonly string[];
      readonly cwd: string;
      readonly environment: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'embedded';
      readonly engine: 'postgres';
      readonly database: string;
      readonly user: string;
      readonly seedFiles: readonly string[];
    }
  | { readonly type: 'devcontainer'; readonly folder: string; readonly configFile: string }
  /** A workload (Deployment, StatefulSet, Job) and, after it, the objects that belong to it, as its manifests declare them. */
  | { readonly type: 'kubernetes'; readonly objects: readonly [KubernetesObject, ...KubernetesObject[]] }
  | { readonly type: 'memory'; readonly stepMs: Readonly<Partial<Record<Rung, number>>>; readonly failAt?: Rung }
  /** A loose file with data, which the scan found: listed, never warmed by itself. */
  | { readonly type: 'data-file'; readonly file: string }
  /** Declared in `.prewarm/datasets.json`. */
  | {
      readonly type: 'dataset';
      readonly from: DatasetSource;
      readonly format?: DatasetFormat;
      /** The digest that the content must have, 64 hexadecimal digits. */
      readonly sha256?: string;
      /** Undefined: it is fetched and kept, and goes nowhere. */
      readonly into?: DatasetTarget;
    };

export type DatasetTarget = DatabaseTarget | VolumeTarget;

/** A named volume of the container engine, which holds the dataset's files. */
export interface VolumeTarget {
  readonly volume: string;
  /** Archives (tar, tar.gz, zip) are unpacked. */
  readonly unpack?: true;
}

/** A PostgreSQL database, or one table of it, into which a dataset is loaded. */
export interface DatabaseTarget {
  /** The server, as declared beside it. */
  readonly server: Resource;
  readonly database: string;
  readonly user: string;
  /** Undefined: the dataset is the whole database. */
  readonly table?: string;
}

/** Something that can be warm. */
export interface Resource {
  readonly id: ResourceId;
  readonly name: string;
  readonly kind: ResourceKind;
  readonly provider: ProviderName;
  /** The file that declares it, relative to the workspace. */
  readonly declaredIn: string;
  readonly ports: readonly Port[];
  readonly dependsOn: readonly ResourceId[];
  readonly probe: Probe;
  readonly spec: ResourceSpec;
  /** Best guess before anything was measured. */
  readonly memoryBytes: number;
  /**
   * Tells another copy of the same declaration from the first: a branch's copy (`branch:NAME`, same id, so that what was learnt
   * of the resource holds for it), a standby (`standby:1`) or a replica (`replica:1`): ids of their own, since they stand at once. Engines keep
   * it apart.
   */
  readonly variant?: string;
  /** What remedies changed of what is declared; absent: nothing. */
  readonly tuning?: Tuning;
}

export interface Tuning {
  /** Variables of its environment, over the declared ones. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What it may take instead of what is declared. */
  readonly limits?: Allowance;
}

/** Where the engine really serves it: the gateway splices to this. Always loopback. */
export interface Backend {
  readonly port: number;
  readonly host: '127.0.0.1';
  readonly containerPort: number;
}

/** What was seen of a resource. An engine that can't be reached gives `unknown`, never `absent`. */
export interface Observation {
  readonly id: ResourceId;
  readonly rung: Rung | 'unknown';
  readonly at: UnixMs;
  readonly backends: readonly Backend[];
  /** Who made it: us (our label), the developer (same thing, not our label), or nobody. */
  readonly owner: 'prewarm' | 'developer' | 'none';
  readonly detail?: string;
}

/** What a resource takes of the machine, as its engine tells; `cpuCores` 0.5 is half of one core's time. */
export interface Usage {
  readonly memoryBytes: number;
  readonly cpuCores: number;
}

/** What it may take at most; undefined: no limit of ours. */
export interface Allowance {
  readonly memoryBytes?: number;
  readonly cpuCores?: number;
}

/** Seeded state that was kept to start from, or a copy that was made of it. */
export interface Snapshot {
  /** The engine's own name of it; what `remove` takes. */
  readonly id: string;
  readonly resource: ResourceId;
  /** `snapshot`: seeded and never served; `copy`: made from one, served, and perhaps changed by the developer. */
  readonly type: 'snapshot' | 'copy';
  /** Digest of what went in: image, seed files, migrations, environment. */
  readonly key: string;
  /** Whether `key` is what the declaration gives today. */
  readonly current: boolean;
  readonly bytes: number;
  readonly createdAt: UnixMs;
  /** A container is made from it or mounts it. */
  readonly inUse: boolean;
  /** The branch or standby whose copy it is. */
  readonly variant?: string;
}
