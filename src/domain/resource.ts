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

export const PROVIDERS = ['docker', 'compose', 'devcontainer', 'process', 'embedded', 'memory'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

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
  | { readonly type: 'memory'; readonly stepMs: Readonly<Partial<Record<Rung, number>>>; readonly failAt?: Rung }
  | { readonly type: 'dataset'; readonly file: string };

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
