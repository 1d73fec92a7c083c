/**
 * The API of Prewarm for other extensions. This file stands alone: copy it as `prewarm.d.ts` into your extension, then
 *
 *     const prewarm = await vscode.extensions.getExtension<PrewarmApi>('prewarm.prewarm')?.activate();
 *     if (prewarm?.apiVersion === 1) …
 *
 * Within a version nothing is taken away or changes its meaning; things may be added.
 */
import type { CancellationToken, Disposable, Event } from 'vscode';

export interface PrewarmApi {
  readonly apiVersion: 1;
  /**
   * How warm things are: all that the workspace declares, or the one with this id. Empty where no folder is open, or nothing has that
   * id. Starts nothing; rejects only when cancelled.
   */
  getReadiness(resource?: string, token?: CancellationToken): Promise<readonly PrewarmReadiness[]>;
  /** Fires with what changed, at most once for each change that Prewarm sees. */
  readonly onDidChangeReadiness: Event<PrewarmReadinessChange>;
  /**
   * Adds an engine. It is asked for the resources that it supports where the declared engine and Prewarm's own cannot serve them.
   * Dispose of it to take it away; what it made stays. Throws a TypeError where it does not fit.
   */
  registerProvider(engine: PrewarmEngine): Disposable;
  /** Adds a source of activities, from which workflows are learnt. Throws a TypeError where it does not fit. */
  registerSensor(sensor: PrewarmSensorOptions): PrewarmSensor;
}

/** How warm: each rung is nearer to being used. Only `ready` and `seeded` count as warm: the readiness probe passed. */
export type PrewarmRung = 'absent' | 'fetched' | 'created' | 'paused' | 'running' | 'ready' | 'seeded';

export interface PrewarmReadiness {
  /** Stable, `compose:shop/db`. */
  readonly resource: string;
  readonly name: string;
  /** `database`, `cache`, `queue`, `service`, `devcontainer`, … */
  readonly kind: string;
  /** `unknown`: its engine cannot be reached. */
  readonly rung: PrewarmRung | 'unknown';
  readonly ready: boolean;
  /** Who started it. */
  readonly owner: 'prewarm' | 'developer' | 'none';
  /** What a client connects to, `127.0.0.1:5432`. */
  readonly endpoint?: string;
  /** What is being done with it, in words. */
  readonly progress?: string;
  /** How long its last cold start took, ms. */
  readonly coldStartMs?: number;
  /** That this session uses it soon, 0–1. */
  readonly probability?: number;
  /** Median time until then, ms. */
  readonly neededInMs?: number;
}

export interface PrewarmReadinessChange {
  /** New, or with another rung, endpoint or owner. */
  readonly changed: readonly PrewarmReadiness[];
  /** Ids of those that are not declared any more. */
  readonly removed: readonly string[];
}

export interface PrewarmSensorOptions {
  /** 2 to 40 characters of a–z, 0–9 and -, yours alone: `acme-tests`. */
  readonly name: string;
  /** What it is about. While something of a `test` sensor has started and not ended, Prewarm stands back. */
  readonly source: 'editor' | 'task' | 'test' | 'api' | 'database';
}

export interface PrewarmSensor extends Disposable {
  /**
   * Tells of one activity. It passes the redaction gate before anything is stored; in mode `off` it is not heard. At most 100 at once
   * and 20 a second on end are heard. Throws a TypeError where it does not fit.
   */
  record(activity: PrewarmActivity): void;
}

export interface PrewarmActivity {
  /** The same words for the same thing in every session: `unit tests`, `GET /orders/{id}`; never what was typed. */
  readonly name: string;
  /** Default: `happened`. */
  readonly did?: 'started' | 'ended' | 'happened';
  /** Unix ms, of the last hour. Default: now. */
  readonly at?: number;
  readonly ok?: boolean;
  readonly durationMs?: number;
  /** Ids of the declared resources that it used. */
  readonly uses?: readonly string[];
}

/**
 * An engine: something that can make resources warm. All of it is level-triggered: look first, and doing it twice is harmless. It may
 * throw; whatever it throws, or answers wrongly, or does not answer in time, makes its resources `unknown` and nothing else.
 */
export interface PrewarmEngine {
  /** 2 to 40 characters of a–z, 0–9 and -, yours alone. Shown to the developer. */
  readonly name: string;
  /** The rungs that it has, in order, from `absent` to `ready`. */
  readonly rungs: readonly PrewarmRung[];
  /** Whether it can make this resource warm. Asked once for each declaration; answer at once. */
  supports(resource: PrewarmResource): boolean;
  /** Whether it is there: its version, within 2 s. Throw where it is not, with a message for people. */
  check(signal: AbortSignal): string | PromiseLike<string>;
  /** How each stands, within 5 s. Touches nothing. */
  observe(
    resources: readonly PrewarmResource[],
    signal: AbortSignal,
  ): readonly PrewarmObservation[] | PromiseLike<readonly PrewarmObservation[]>;
  /**
   * Brings it to exactly this rung, up or down; to `ready` only when it can be used. When the signal aborts, stop at the last rung
   * reached. Data that the developer may have changed are never deleted.
   */
  reach(resource: PrewarmResource, rung: PrewarmRung, context: PrewarmReachContext): PrewarmObservation | PromiseLike<PrewarmObservation>;
  /** These are wanted until then (Unix ms). What is not renewed by its time should be stopped: no window is open any more. */
  renew?(resources: readonly PrewarmResource[], until: number): void | PromiseLike<void>;
}

/** Something that the workspace declares. What else stands in its declaration, such as its environment, is in `declaredIn`. */
export interface PrewarmResource {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** The engine that its declaration is made for: `compose`, `docker`, `devcontainer`, … */
  readonly provider: string;
  /** The file that declares it, relative to the workspace. */
  readonly declaredIn: string;
  readonly image?: string;
  /** `host` is the port that clients expect on loopback. */
  readonly ports: readonly { readonly container: number; readonly host?: number }[];
  readonly dependsOn: readonly string[];
}

export interface PrewarmReachContext {
  readonly signal: AbortSignal;
  /** What is being done, in words for people. */
  readonly progress: (text: string) => void;
  readonly onBehalfOf: 'person' | 'prediction';
}

export interface PrewarmObservation {
  /** Its id. */
  readonly resource: string;
  readonly rung: PrewarmRung | 'unknown';
  /** `developer`: it was started by somebody else; Prewarm then changes nothing about it. Default: `prewarm`, or `none` where absent. */
  readonly owner?: 'prewarm' | 'developer' | 'none';
  /** Where it is served on 127.0.0.1; needed when it is ready and declares ports. */
  readonly backends?: readonly { readonly port: number; readonly containerPort: number }[];
  readonly detail?: string;
}
