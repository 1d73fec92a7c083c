import { createExperiments } from '../../src/app/experiments.ts';
import { measuredTraffic } from '../../src/app/knownTraffic.ts';
import { withEntry } from '../../src/app/ledger.ts';
import { createPersonaEdits } from '../../src/app/personaEdits.ts';
import { createPersonaVersions } from '../../src/app/personaVersions.ts';
import { EMPTY_MEMORY, type Memory } from '../../src/app/ports.ts';
import type { Attention } from '../../src/app/sensing.ts';
import type { Activity, LedgerEntry, Persona, Resource } from '../../src/domain/index.ts';
import type { Component, PersonaModel } from '../../src/learn/personaModel.ts';
import { learnPersonas } from '../../src/learn/personas.ts';
import { personasOf } from '../../src/learn/personasOf.ts';
import { plantedSessions } from '../learn/planted.ts';
import { MINUTE, USUAL } from './quietPorts.ts';

export const DB = 'compose:shop/db';
const GB = 2 ** 30;
const PAST = plantedSessions(120, 5);
const START = (PAST.at(-1)?.activities.at(-1)?.at ?? 0) + 600 * MINUTE;
const LEARNT: PersonaModel = learnPersonas(
  PAST.map((s) => s.activities),
  { now: START, seed: 3 },
);
/** Sessions that are yet to come, of the persona that uses the database, and of another. */
const COMING = plantedSessions(60, 77);
const ofKind = (name: string) => COMING.filter((s) => s.of === name && s.activities.length > 9).map((s) => s.activities);
export const REPORTS = LEARNT.components.find((c) => c.uses.some((u) => u.resource === DB && u.probability > 0.5)) as Component;

/** One window's tests over a real model, in a world of sessions that the test makes: no engines, no passes. */
export function createExperimentWorld(kept: { memory: Memory } = { memory: { ...EMPTY_MEMORY, model: LEARNT } }) {
  const clock = { now: START };
  const versions = createPersonaVersions(undefined);
  const log: string[] = [];
  let session: readonly Activity[] = [];
  let journal: readonly Activity[] = [];
  let attention: Attention = 'recording';
  let nth = 0;
  const remember = (change: Partial<Memory>): void => {
    // As the store keeps it, so that nothing but plain JSON lives on.
    kept.memory = { ...kept.memory, ...(JSON.parse(JSON.stringify(change)) as Partial<Memory>) };
  };
  const personas = createPersonaEdits({
    now: () => clock.now,
    versions,
    model: () => kept.memory.model,
    remember: (model) => remember({ model }),
    personas: () => [],
    resources: () => [],
    traffic: async () => measuredTraffic([], clock.now),
    learning: { edited: () => {}, relearn: async () => {}, split: async () => ({ ok: true, value: undefined }) },
    pass: async () => {},
  });
  const open = () =>
    createExperiments({
      now: () => clock.now,
      log: (line) => void log.push(line),
      settings: USUAL,
      memory: () => kept.memory,
      remember,
      session: () => session,
      attention: () => attention,
      remembered: async () => journal,
      active: (): Persona | undefined =>
        kept.memory.model ? personasOf(kept.memory.model, clock.now).find((p) => p.id === REPORTS.id) : undefined,
      versions,
      personas,
      tell: (fault) => void log.push(fault.message),
      situation: () => ({
        resources: [
          {
            id: DB,
            kind: 'database',
            provider: 'memory',
            declaredIn: 'compose.yaml',
            spec: {},
            memoryBytes: GB / 4,
          } as unknown as Resource,
        ],
        costs: new Map([[DB, { resource: DB, coldMs: 8000, measured: true, memoryBytes: GB / 4 }]]),
        horizonMs: 20 * MINUTE,
      }),
      pass: async () => {},
    });
  let experiments = open();

  function enter(line: Partial<LedgerEntry>): void {
    const whole: LedgerEntry = {
      at: clock.now,
      resource: DB,
      outcome: 'miss',
      coldMs: 8000,
      waitedMs: 0,
      savedMs: 0,
      warmMs: 0,
      probability: 0.5,
      ...line,
    };
    remember({ ledger: withEntry(kept.memory.ledger, experiments.marked(whole), 0) });
    experiments.settled();
  }

  const world = {
    clock,
    kept,
    log,
    versions,
    personas,
    get experiments() {
      return experiments;
    },
    be: (next: Attention): void => void (attention = next),
    enter,
    /** What the persona had been before: without the database. Kept as version 1, and the learnt one as version 2. */
    async withVersions(): Promise<void> {
      const without = { ...REPORTS, uses: REPORTS.uses.filter((u) => u.resource !== DB) };
      const before = { ...LEARNT, components: LEARNT.components.map((c) => (c.id === REPORTS.id ? without : c)) };
      await versions.record(undefined, before, { author: 'learnt', reason: () => 'learnt' }, START - 2000);
      await versions.record(before, LEARNT, { author: 'learnt', reason: () => 'learnt' }, START - 1000);
    },
    begin(of: 'reports' | 'web' = 'reports'): void {
      clock.now += 240 * MINUTE;
      const planted = ofKind(of);
      const activities = planted[nth++ % planted.length] ?? [];
      const shift = clock.now - (activities[0]?.at ?? 0);
      session = activities.map((a) => ({ ...a, at: a.at + shift }));
      journal = session;
      experiments.look();
    },
    end(): void {
      const ended = session;
      session = [];
      experiments.endSession(ended);
    },
    /** A window that was shut, or killed, and is open again. */
    async reopen(goesOn: 'goes on' | 'is over' = 'goes on'): Promise<void> {
      experiments = open();
      if (goesOn === 'is over') session = [];
      await experiments.begin();
      experiments.look();
    },
  };
  return world;
}
