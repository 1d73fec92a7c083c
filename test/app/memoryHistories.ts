import type { Histories, HistorySource, ImportedHistory } from '../../src/app/ports.ts';
import { type Activity, failed, ok } from '../../src/domain/index.ts';

/** Histories that are only in memory: `files` by path, `kept` by id, and what is staged under a name of its own. */
export function createMemoryHistories() {
  const files = new Map<string, readonly Activity[]>();
  const kept = new Map<string, readonly Activity[]>();
  const staged = new Map<string, readonly Activity[]>();
  const idOf = ({ format, path }: HistorySource): string => `${format}-${path}`;
  const port: Histories = {
    find: async () => [...files.keys()].map((path) => ({ id: `zsh-${path}`, format: 'zsh', path, kind: 'shell', bytes: 1, changedAt: 0 })),
    preview: async ({ path }) => {
      const read = files.get(path)?.length ?? 0;
      return ok({ read, kept: read, rejected: 0, tokens: [], dropped: [], more: false });
    },
    kept: async () => [...kept.keys()].sort().map((id) => ({ id, trace: id })),
    stage: async (sources, { signal } = {}) => {
      if (signal?.aborted) return failed('cancelled', 'never', 'Stopped.');
      const there = sources.filter((s) => files.has(s.path));
      const imported = there.map((s): ImportedHistory => {
        const activities = files.get(s.path) as readonly Activity[];
        staged.set(`staged ${idOf(s)}`, activities);
        return { ...s, id: idOf(s), commands: activities.length, dropped: 1, rejected: 0 };
      });
      const missing = sources.filter((s) => !files.has(s.path));
      return ok({
        imported,
        faults: missing.map((s) => failed('not-found', 'never', `${s.path} cannot be read (ENOENT).`).fault),
        traces: imported.map(({ id }) => `staged ${id}`),
        keep: async () => {
          for (const { id } of imported) kept.set(id, staged.get(`staged ${id}`) as readonly Activity[]);
          staged.clear();
          return undefined;
        },
        discard: async () => staged.clear(),
      });
    },
    remove: async (ids) => {
      for (const id of ids) kept.delete(id);
      return undefined;
    },
  };
  return { port, files, kept, staged, traceOf: (trace: string): readonly Activity[] => staged.get(trace) ?? kept.get(trace) ?? [] };
}
