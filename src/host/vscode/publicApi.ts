import * as vscode from 'vscode';
import type { App, AppState } from '../../app/app.ts';
import { type ForeignEngine, problemOf } from '../../provision/foreign.ts';
import { createForeignSensor } from '../../sense/foreignSensor.ts';
import type { Signal } from '../../sense/signal.ts';
import { type Readiness, readiness } from '../../show/readiness.ts';
import type { PrewarmApi, PrewarmReadinessChange } from './api.ts';

export interface PublicApiPorts {
  readonly open: () => Promise<App | undefined>;
  readonly record: (signal: Signal) => void;
  readonly log: vscode.LogOutputChannel;
}

/** What other extensions get. They may come before the core is loaded; their engines are handed to it when it is there. */
export function createPublicApi({ open, record, log }: PublicApiPorts) {
  const changes = new vscode.EventEmitter<PrewarmReadinessChange>();
  const engines = new Map<ForeignEngine, () => void>();
  let app: App | undefined;
  let shown: ReadonlyMap<string, Readiness> = new Map();

  const api: PrewarmApi = {
    apiVersion: 1,
    onDidChangeReadiness: changes.event,
    async getReadiness(resource, token) {
      const opened = await open();
      if (token?.isCancellationRequested) throw new vscode.CancellationError();
      return opened ? readiness(opened.state()).filter((r) => resource === undefined || r.resource === resource) : [];
    },
    registerProvider(engine) {
      const problem =
        problemOf(engine) ??
        ([...engines.keys()].some((e) => e.name === engine.name) ? `There is an engine “${engine.name}” already.` : undefined);
      if (problem) throw new TypeError(problem);
      engines.set(engine, app?.addEngine(engine) ?? (() => {}));
      return new vscode.Disposable(() => {
        engines.get(engine)?.();
        engines.delete(engine);
      });
    },
    registerSensor(options) {
      const sensor = createForeignSensor(options?.name, options?.source);
      let disposed = false;
      let told = false;
      return {
        record(activity) {
          const signal = sensor.hear(activity, Date.now());
          if (signal && !disposed) record(signal);
          if (signal || told) return;
          told = true;
          log.warn(`The sensor ${options.name} of another extension tells too much at once; what is too much is not heard.`);
        },
        dispose() {
          disposed = true;
        },
      };
    },
  };

  return {
    api,
    attach(opened: App): void {
      app = opened;
      for (const engine of engines.keys()) engines.set(engine, opened.addEngine(engine));
    },
    show(state: AppState): void {
      const now = new Map(readiness(state).map((r) => [r.resource, r]));
      const changed = [...now.values()].filter((r) => differs(r, shown.get(r.resource)));
      const removed = [...shown.keys()].filter((id) => !now.has(id));
      shown = now;
      if (changed.length + removed.length > 0) changes.fire({ changed, removed });
    },
    dispose: (): void => changes.dispose(),
  };
}

/** Chances and progress change all the time; who wants them asks. */
function differs(now: Readiness, before: Readiness | undefined): boolean {
  return now.rung !== before?.rung || now.endpoint !== before.endpoint || now.owner !== before.owner;
}
