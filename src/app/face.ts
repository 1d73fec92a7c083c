import { type Fault, ok } from '../domain/index.ts';
import type { createAdjustment } from './adjustment.ts';
import type { App } from './app.ts';
import { NO_HISTORY } from './changeHistory.ts';
import type { Climbs } from './climbs.ts';
import type { Credentials } from './credentials.ts';
import type { Declared } from './declared.ts';
import { createDemand } from './demand/demand.ts';
import type { createWatch } from './demand/watch.ts';
import type { createEdits } from './edits.ts';
import type { Experiments } from './experiments.ts';
import type { createAppFeeds } from './feeds/appFeeds.ts';
import type { createForeignEngines } from './foreignEngines.ts';
import type { Foresight } from './foresight.ts';
import type { Gateways } from './gateways.ts';
import type { createLearning } from './learning.ts';
import { ledgerReport } from './ledgerReport.ts';
import type { createLiveSettings } from './liveSettings.ts';
import type { createMoves } from './moves.ts';
import type { Passes } from './passes.ts';
import type { PersonaVersions } from './personaVersions.ts';
import type { View } from './pipeline.ts';
import type { Memory, Ports } from './ports.ts';
import type { createPrivacy } from './privacy.ts';
import type { createRecorded } from './recorded.ts';
import type { Remedies } from './remedies/remedies.ts';
import { replayPolicies } from './replayPolicies.ts';
import type { createResourceStates } from './resourceStates.ts';
import type { Sensing } from './sensing.ts';
import type { createServing } from './serving.ts';
import type { createSnapshots } from './snapshots.ts';
import type { createSuggestions } from './suggestions.ts';
import type { createVariants } from './variants.ts';

export interface FacePorts
  extends Pick<Ports, 'now' | 'settings' | 'workspace' | 'learner' | 'forecasts' | 'journal' | 'store' | 'histories' | 'providers'>,
    Pick<App, 'state' | 'onChange' | 'record' | 'personas' | 'rescan' | 'inRehearsal'> {
  readonly adjustment: ReturnType<typeof createAdjustment>;
  readonly climbs: Climbs;
  readonly credentials: Credentials | undefined;
  readonly declared: Declared;
  readonly edits: ReturnType<typeof createEdits>;
  readonly experiments: Experiments;
  readonly feeds: ReturnType<typeof createAppFeeds>;
  readonly foreign: ReturnType<typeof createForeignEngines>;
  readonly foresight: Foresight;
  readonly gateways: Gateways;
  readonly learning: ReturnType<typeof createLearning>;
  readonly live: ReturnType<typeof createLiveSettings>;
  readonly moves: ReturnType<typeof createMoves>;
  readonly passes: Passes;
  readonly privacy: ReturnType<typeof createPrivacy>;
  readonly recorded: ReturnType<typeof createRecorded>;
  readonly remedies: Remedies;
  readonly sensing: Sensing;
  readonly serving: ReturnType<typeof createServing>;
  readonly snapshots: ReturnType<typeof createSnapshots>;
  readonly states: ReturnType<typeof createResourceStates>;
  readonly suggestions: ReturnType<typeof createSuggestions>;
  readonly variants: ReturnType<typeof createVariants>;
  readonly versions: PersonaVersions;
  readonly watch: ReturnType<typeof createWatch>;
  readonly memory: () => Memory;
  readonly remember: (change: Partial<Memory>) => void;
  readonly mode: () => Memory['mode'];
  readonly view: () => View | undefined;
  readonly trusted: () => boolean;
  readonly trust: (trusted: boolean) => void;
  readonly changed: () => void;
  readonly tell: (fault: Fault) => void;
  /** From then on nothing is heard or begun. */
  readonly end: () => void;
}

/** What hosts see and do: each wish of theirs handed to the part that it is for. */
export function createFace(ports: FacePorts): App {
  const {
    adjustment,
    climbs,
    credentials,
    declared,
    edits,
    experiments,
    feeds,
    foreign,
    gateways,
    learning,
    live,
    moves,
    passes,
    personas,
    privacy,
  } = ports;
  const { recorded, sensing, serving, snapshots, states, suggestions, variants, versions } = ports;
  const { changed, memory, now, onChange, remember, settings, state, tell } = ports;
  return {
    state,
    onChange,
    onSuggest: suggestions.listen,
    onNotice: ports.watch.listen,
    record: ports.record,
    feeds: feeds.app,
    setMode: (next) => {
      remember({ mode: next });
      feeds.look();
      if (next !== 'auto') climbs.callBack();
      void serving.open().then(passes.pass);
    },
    applySettings: (next) => {
      const changed = live.change(next);
      if (changed.size === 0) return;
      if (changed.has('feeds')) feeds.apply(settings.feeds);
      if (changed.has('mode')) feeds.look();
      if (changed.has('mode') && ports.mode() !== 'auto') climbs.callBack();
      if (changed.has('idleMs')) {
        // Until the pauses of before are read again; then what they teach holds.
        sensing.idle(settings.idleMs);
        void learning.relearn();
      }
      void serving.open().then(passes.pass);
    },
    setTrusted: (next) => {
      ports.trust(next);
      feeds.look();
      if (!next) climbs.callBack();
      void serving.open().then(passes.pass);
    },
    teach: (feedback) => {
      remember({ feedback: { ...memory().feedback, [feedback.resource]: { ...feedback, at: now() } } });
      // The newer word holds, also over what is on its way for an older one.
      if (feedback.verdict !== 'always' && climbs.climbing(feedback.resource)) climbs.cancel(feedback.resource);
      void passes.pass();
    },
    forget: (id) => {
      const { [id]: _gone, ...feedback } = memory().feedback;
      remember({ feedback });
      void passes.pass();
    },
    warm: (ids, until) => moves.byPerson(ids, 'ready', 'asked', until),
    cool: (ids, until) => moves.byPerson(ids, 'created', 'cooled', until),
    why: states.explain,
    environment: states.environment,
    credentials: credentials && {
      list: credentials.list,
      ensure: credentials.ensure,
      rotate: (ids, until) => credentials.rotate(ids, until).finally(changed),
      forget: (ids, until) => credentials.forget(ids, until).finally(changed),
    },
    budget: () => ({ usedBytes: ports.view()?.plan.usedBytes ?? 0, memoryBytes: settings.memoryBytes }),
    ...ports.foresight,
    inRehearsal: ports.inRehearsal,
    ledger: () =>
      ledgerReport({
        memory: memory(),
        workspace: ports.workspace.id,
        resources: declared.resources(),
        tell,
        replay: ports.learner.replay ?? (async (replay) => ok(await replayPolicies(await sensing.remembered(), replay, now))),
      }),
    demand: createDemand({
      forecasts: ports.forecasts,
      learner: ports.learner,
      now,
      workspace: ports.workspace,
      memory,
      expect: personas.expect,
      resources: () => declared.resources().map(({ id, name }) => ({ id, name })),
      history: learning.history,
      events: feeds.app.events,
      measured: feeds.app.measured,
    }),
    rescan: async () => {
      await ports.rescan();
      await passes.pass();
    },
    relearn: learning.relearn,
    histories: async (folders) => ({ found: await ports.histories.find(folders), kept: await ports.histories.kept() }),
    previewHistory: async (source) => (ports.trusted() ? ports.histories.preview(source) : NO_HISTORY),
    changeHistory: learning.changeHistory,
    personas,
    experiments: experiments.app,
    remedies: ports.remedies.app,
    edits: edits.app,
    snapshots: snapshots.app,
    privacy: {
      ...recorded,
      state: privacy.state,
      setIncognito: (on) => {
        privacy.setIncognito(on);
        void passes.pass();
      },
      pause: (until) => {
        privacy.pause(until);
        void passes.pass();
      },
      resume: () => {
        privacy.resume();
        void passes.pass();
      },
    },
    standbys: () => memory().standbys,
    keepStandbys: async (ids) => {
      const faults = await variants.keep(ids);
      await passes.pass();
      return faults;
    },
    addEngine: (engine) => {
      const remove = foreign.add(engine);
      void passes.pass();
      return () => {
        remove();
        void passes.pass();
      };
    },
    settle: async () => {
      await learning.underWay();
      await edits.underWay();
      await experiments.underWay();
      await ports.remedies.underWay();
      await passes.pass();
      while (climbs.size > 0) {
        await climbs.settled();
        await passes.pass();
      }
    },
    dispose: async () => {
      await experiments.underWay();
      await ports.remedies.underWay();
      ports.end();
      privacy.keepCounts();
      passes.stop();
      declared.stopWatching();
      await feeds.dispose();
      await snapshots.stop();
      await variants.stop();
      await climbs.stop();
      await gateways.close();
      await adjustment.close();
      await Promise.all([
        ports.learner.dispose(),
        ports.forecasts?.dispose(),
        ports.journal.close(),
        ports.store.flush(),
        versions.flush(),
        ...ports.providers.map((p) => p.close()),
      ]);
    },
  };
}
