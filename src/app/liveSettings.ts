import type { Settings } from './ports.ts';

/** What may change while the app runs; the rest is read when it opens. */
export type LiveSettings = Pick<
  Settings,
  'mode' | 'memoryBytes' | 'idleMs' | 'horizonMs' | 'battery' | 'excludedFolders' | 'feeds' | 'remediation'
>;

/** Settings that are always the present ones: who holds them reads each when it is needed, and is not told of changes. */
export function createLiveSettings(first: Settings) {
  const settings = { ...first };
  return {
    settings: settings as Settings,
    /** The names of those that differ from before. */
    change(next: LiveSettings): ReadonlySet<keyof LiveSettings> {
      const keys = ['mode', 'memoryBytes', 'idleMs', 'horizonMs', 'battery', 'excludedFolders', 'feeds', 'remediation'] as const;
      const changed = keys.filter((key) => JSON.stringify(next[key]) !== JSON.stringify(settings[key]));
      for (const key of changed) Object.assign(settings, { [key]: next[key] });
      return new Set(changed);
    },
  };
}
