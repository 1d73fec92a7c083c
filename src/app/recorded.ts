import type { Activity, Fault, Result, UnixMs } from '../domain/index.ts';
import { failed, ok } from '../domain/index.ts';
import type { Erased, Erasure, Exported, KeptHistory, Measured, Memory, Pause, Ports, RecordOptions, Records } from './ports.ts';
import type { PrivacyState } from './privacy.ts';
import type { AppSnapshots } from './snapshots.ts';

/** What hosts may ask of what is recorded, and of whether it is. */
export interface AppPrivacy {
  state(): PrivacyState;
  /** Until it is taken back, or this app ends: nothing is recorded or learnt, predictions go on. */
  setIncognito(on: boolean): void;
  /** Nothing is recorded, and nothing begun on a prediction; what is warm stays until its lease. Undefined: until `resume`. */
  pause(until?: UnixMs): void;
  resume(): void;
  recorded(): Promise<Recorded>;
  measure(): Promise<Measured | undefined>;
  /** Into a new folder below `into`; what is exported of the settings is the host's to say. */
  export(into: string, settings: object, options?: RecordOptions): Promise<Result<Exported>>;
  /** Everything that was recorded and learnt; the app goes on from empty. Volumes are kept but for snapshots that are asked for. */
  erase(what: Erasure): Promise<Result<Erased & { readonly faults: readonly Fault[] }>>;
}

/** What is recorded of one workspace, for people to read. */
export interface Recorded {
  readonly activities: readonly Activity[];
  readonly imported: readonly KeptHistory[];
  /** What the gate took, by kind, since then. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly droppedSince: UnixMs | undefined;
  readonly folder: string | undefined;
  readonly retentionDays: number | undefined;
  readonly incognito: boolean;
  readonly pause: Pause | undefined;
  readonly excludedFolders: readonly string[];
}

export interface RecordedPorts extends Pick<Ports, 'journal' | 'store' | 'histories'> {
  readonly records: Records | undefined;
  readonly snapshots: AppSnapshots;
  readonly state: () => PrivacyState;
  readonly counts: () => { readonly dropped: Memory['dropped']; readonly since: UnixMs | undefined };
  readonly remembered: () => Promise<readonly Activity[]>;
  /** Writes what is held in memory. */
  readonly keep: () => void;
  /** Nothing is learnt any more until `startOver`. */
  readonly stopLearning: () => Promise<void>;
  /** Everything that was known is gone: the app takes up what the store now has. */
  readonly startOver: () => Promise<void>;
}

const NOTHING_KEPT = failed('unsupported', 'never', 'Nothing is kept on this machine, so there is nothing to export or erase.');

/** What is recorded: to be read, taken along, and erased. */
export function createRecorded(ports: RecordedPorts): Pick<AppPrivacy, 'recorded' | 'measure' | 'export' | 'erase'> {
  const { records, journal, store } = ports;

  async function eraseSnapshots(): Promise<readonly Fault[]> {
    const listed = await ports.snapshots.list();
    if (!listed.ok) return [listed.fault];
    return ports.snapshots.remove(listed.value.filter((s) => !s.inUse).map((s) => s.id));
  }

  return {
    async recorded() {
      const { dropped, since } = ports.counts();
      const activities = await ports.remembered();
      const imported = await ports.histories.kept();
      return {
        ...ports.state(),
        activities,
        imported,
        dropped,
        droppedSince: since,
        folder: records?.folder,
        retentionDays: records?.retentionDays,
      };
    },
    measure: async () => records?.measure(),
    async export(into, settings, options) {
      if (!records) return NOTHING_KEPT;
      ports.keep();
      await Promise.all([journal.flush(), store.flush()]);
      return records.export(into, settings, options);
    },
    async erase({ snapshots, ...what }) {
      if (!records) return NOTHING_KEPT;
      await ports.stopLearning();
      const faults = snapshots === 'erase' ? await eraseSnapshots() : [];
      const erased = await records.erase(what);
      await ports.startOver();
      return erased.ok ? ok({ ...erased.value, faults }) : erased;
    },
  };
}
