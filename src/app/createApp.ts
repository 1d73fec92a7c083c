import {
  type Activity,
  type Fault,
  isWarm,
  type Need,
  type Observation,
  type Persona,
  type Resource,
  type ResourceId,
  type Rung,
  type UnixMs,
} from '../domain/index.ts';
import type { Situation } from '../plan/decide.ts';
import { dependenciesOf } from '../plan/dependencies.ts';
import { sampleOf } from '../plan/remedies/effect.ts';
import { replicatedBy } from '../plan/replica.ts';
import type { Context, EngineEvent } from '../provision/provider.ts';
import type { Signal } from '../sense/signal.ts';
import { createAdjustment } from './adjustment.ts';
import type { App, AppState } from './app.ts';
import { createClimbs } from './climbs.ts';
import { withStep } from './costs.ts';
import { type Credentials, createCredentials } from './credentials.ts';
import { createDeclared } from './declared.ts';
import { createOutlooks, surestOf } from './demand/outlooks.ts';
import { createWatch } from './demand/watch.ts';
import { createEagerness } from './eagerness.ts';
import { createEdits, pinIn, resourcesWith, withMarks } from './edits.ts';
import { emptied } from './emptied.ts';
import { createEngines } from './engines.ts';
import { createExperiments } from './experiments.ts';
import { createFace } from './face.ts';
import { createFaultLog } from './faultLog.ts';
import { createAppFeeds } from './feeds/appFeeds.ts';
import { createForeignEngines } from './foreignEngines.ts';
import { createForesight } from './foresight.ts';
import { createGateways } from './gateways.ts';
import { guarded } from './guarded.ts';
import { measuredTraffic } from './knownTraffic.ts';
import { createLearning } from './learning.ts';
import { summarise, unexpired, withEntry } from './ledger.ts';
import { createLiveSettings } from './liveSettings.ts';
import { createMoves, refusalOf } from './moves.ts';
import { createObserving } from './observing.ts';
import { createPasses } from './passes.ts';
import { createPersonaEdits } from './personaEdits.ts';
import { createPersonaFile } from './personaFile/personaFile.ts';
import { createPersonaVersions } from './personaVersions.ts';
import { look, type View } from './pipeline.ts';
import { EMPTY_MEMORY, type Memory, type Ports } from './ports.ts';
import { createPrivacy } from './privacy.ts';
import { createRecorded } from './recorded.ts';
import { createRemedies } from './remedies/remedies.ts';
import { createResourceStates } from './resourceStates.ts';
import { createSecretFilter } from './secretFilter.ts';
import { createSensing } from './sensing.ts';
import { createServing } from './serving.ts';
import { createSetbacks } from './setbacks.ts';
import { createSituations } from './situations.ts';
import { createSnapshots } from './snapshots.ts';
import { createStandings } from './standings.ts';
import { createSuggestions } from './suggestions.ts';
import { createVariants } from './variants.ts';

const LOOK_AGAIN_MS = 60_000;
const LOOK_SOON_MS = 30;
const SWEEP_WITHIN_MS = 10_000;
/** Their confidence fades over days. */
const PERSONAS_HOLD_MS = 10 * 60_000;

/** Builds the app from its ports: reads what was kept, scans the workspace, and begins to look. */
export async function createApp(given: Ports): Promise<App> {
  const live = createLiveSettings(given.settings);
  const world: Ports = { ...given, settings: live.settings };
  const { now, settings } = world;
  const filter = createSecretFilter();
  const credentials: Credentials | undefined =
    world.credentials &&
    createCredentials({
      options: world.credentials,
      workspace: world.workspace.id,
      now,
      after: world.after,
      filter,
      trusted: () => trusted,
      acts: () => mayPrepare('suggest'),
      resources: () => declared.resources(),
      serving: (r) => ({ provider: engines.engineOf(r)?.provider, observation: standings.of(r.id).observation }),
      context: (until) => context(until),
      tell: (fault) => tell(fault),
    });
  const own: Ports = credentials ? guarded(world, credentials, filter) : world;
  const foreign = createForeignEngines({
    providers: own.providers,
    log: own.log,
    clean: filter.clean,
    left: (provider) => engines.left(provider),
  });
  const ports: Ports = { ...own, providers: foreign.providers };
  const { log } = ports;
  const loaded = await ports.store.load();
  /** What was recorded before then is kept no longer. */
  const since = (): UnixMs => (settings.retentionMs === undefined ? 0 : now() - settings.retentionMs);
  const asKept = (kept: Memory): Memory => ({ ...EMPTY_MEMORY, ...kept, ledger: unexpired(kept.ledger ?? [], since()) });
  let memory: Memory = asKept(loaded.memory);
  let trusted = settings.trusted;
  let view: View | undefined;
  let told: { readonly model: Memory['model']; readonly at: UnixMs; readonly personas: readonly Persona[] } | undefined;
  let settling: Situation['settling'] = {};
  let looked: Awaited<ReturnType<ReturnType<typeof createAdjustment>['look']>> | undefined;
  let disposed = false;
  const listeners = new Set<(state: AppState) => void>();
  const signal = new AbortController().signal;
  const mode = () => memory.mode ?? settings.mode;
  const actsOnDecisions = settings.acts !== 'when-asked';
  /** What is done before anybody asks for it. */
  const mayPrepare = (from: 'suggest' | 'auto'): boolean => actsOnDecisions && trusted && (mode() === 'auto' || mode() === from);
  const needOf = (id: ResourceId): Need | undefined => view?.needs.find((n) => n.resource === id);

  function remember(change: Partial<Memory>): void {
    memory = { ...memory, ...change };
    ports.store.save(privacy.keepable(memory));
  }

  function changed(): void {
    if (disposed || listeners.size === 0) return;
    const state = snapshot();
    for (const listener of listeners) listener(state);
  }

  const context = (
    until: AbortSignal = signal,
    progress: (text: string) => void = () => {},
    onBehalfOf: Context['onBehalfOf'] = 'prediction',
  ): Context => ({
    workspace: ports.workspace.id,
    storage: ports.storage,
    leases: ports.leases,
    now,
    leaseMs: settings.leaseMs,
    signal: until,
    progress,
    instance: ports.instance,
    onBehalfOf,
  });

  // ------------------------------------------------------------------------------------------------ the parts

  const editedResources = resourcesWith(() => edits.overlay());
  /** With the versions that a test tries now, and the developer's edits, laid over what is learnt. */
  const edited = (): Memory => edits.over(experiments.over(memory));
  const faults = createFaultLog(loaded.fault ? [loaded.fault] : [], log, changed);
  const tell = (fault: Fault): void => faults.tell(filter.clean(fault));
  const feeds = createAppFeeds({
    ...ports,
    ask: ports.feeds?.ask,
    ...(ports.feeds?.cache ? { cache: ports.feeds.cache } : {}),
    allowed: () => trusted && mode() !== 'off',
    tell,
    changed: () => {
      changed();
      passes.lookAfter(LOOK_SOON_MS);
    },
  });
  const outlooks = createOutlooks({
    forecasts: ports.forecasts,
    asked: feeds.asked,
    events: feeds.app.events,
    horizonMs: () => settings.horizonMs,
    foreseen: () => passes.lookAfter(LOOK_SOON_MS),
    log,
  });
  const watch = createWatch({
    now,
    allowed: () => trusted && mode() !== 'off',
    watched: feeds.watched,
    horizonMs: () => settings.horizonMs,
    relearn: () => void learning.relearn(),
    log,
  });
  const declared = createDeclared({
    ...ports,
    tell,
    heard: heardFromEngine,
    asHad: (resources) => remedies.withReplicas(variants.asHad(resources)),
    edited: (...given) => remedies.tuned(editedResources(...given)),
  });
  const setbacks = createSetbacks(now);
  const engines = createEngines(ports.providers, now, setbacks.engineIsBack);
  const eagerness = createEagerness({
    random: ports.random,
    resource: declared.get,
    memory: () => memory,
    remember,
    fixed: () => experiments.eagerness(),
  });
  const standings = createStandings({
    now,
    resource: declared.get,
    probability: (id) => needOf(id)?.probability,
    asked: (id) => memory.feedback[id]?.verdict === 'asked',
    climbs: (id) => memory.climbs[id] ?? [],
    enter: (entry) => {
      eagerness.settled(entry);
      remember({ ledger: withEntry(memory.ledger, experiments.marked(entry), since()) });
      experiments.settled();
      changed();
    },
  });
  const passes = createPasses(ports, onePass, nextLookMs);
  const privacy = createPrivacy({
    ...ports,
    memory: () => memory,
    remember,
    endSession: () => sensing.end(),
    forgetIncognito: () => sensing.forgetIncognito(),
    callBack: () => climbs.callBack(),
  });
  const sensing = createSensing(
    {
      ...ports,
      declared,
      tell,
      attention: privacy.attention,
      exclusion: privacy.exclusion,
      dropped: privacy.count,
      heard: (activity) => learning.rhythms().hear(activity),
      used: standings.used,
      sessionEnded,
      startsContainers: () => serving.yieldPorts(),
    },
    settings.idleMs,
  );
  const versions = createPersonaVersions(ports.versions);
  const learning = createLearning({
    ...ports,
    declared,
    remember,
    tell,
    changed,
    memory: () => memory,
    marked: (model) => withMarks(model, edits.overlay()),
    session: sensing.recordedSession,
    trusted: () => trusted,
    idle: sensing.idle,
    told: faults.told,
    learntAnew: (before, after, sessions) =>
      void versions.record(before, after, { author: 'learnt', reason: () => `learnt from ${sessions} sessions` }, now()),
    learnt: () => passes.lookAfter(LOOK_SOON_MS),
    pass: passes.pass,
    disposed: () => disposed,
  });
  const traffic = async () => measuredTraffic(await sensing.remembered(), now());
  const personas = createPersonaEdits({
    now,
    versions,
    learning,
    model: () => memory.model,
    remember: (model) => remember({ model }),
    personas: () => view?.personas ?? [],
    resources: declared.resources,
    traffic,
    pass: passes.pass,
  });
  const experiments = createExperiments({
    ...ports,
    memory: () => memory,
    remember,
    session: sensing.session,
    attention: privacy.attention,
    remembered: sensing.remembered,
    active: () => view?.active,
    versions,
    personas,
    tell,
    situation: () => situation(),
    pass: passes.pass,
  });
  const personaFile = createPersonaFile({
    now,
    declared,
    traffic,
    tell,
    file: ports.personaFile,
    edits: personas,
    model: () => memory.model,
    memory: () => memory.personaFile,
    remember: (file) => remember({ personaFile: file }),
    trusted: () => trusted,
    attends: () => mode() !== 'off',
    pass: passes.pass,
  });
  const climbs = createClimbs({
    engines,
    context,
    now,
    log,
    byId: declared.byId,
    dependantsOf: (id) => declared.resources().flatMap((r) => (dependenciesOf(r.id, declared.byId()).includes(id) ? [r.id] : [])),
    seen: (id) => standings.of(id).observation,
    changed: (id, progress) => {
      standings.progress(id, progress);
      changed();
    },
    observed,
    measured: (id, from, ms) => {
      ports.startSweeper?.();
      standings.measured(id, ms);
      remember({ climbs: { ...memory.climbs, [id]: [...(memory.climbs[id] ?? []), { from, ms }].slice(-20) } });
    },
    stepped: (id, step) => remember({ steps: { ...memory.steps, [id]: withStep(memory.steps[id] ?? [], step) } }),
    drain,
    ended: (id, verb, fault) => (fault ? setbacks.failed(id, verb, fault) : setbacks.clear(id)),
    refusal: (id) => refusalOf(id, edits.feedback()),
  });
  const gateways = createGateways({
    log,
    now,
    remembered: (key) => memory.ports[key],
    remember: (key, port) => remember({ ports: { ...memory.ports, [key]: port } }),
    wake: (opened) => {
      const resource = declared.get(opened.id) ?? opened;
      standings.used(resource.id, now());
      void adjustment.lift(resource);
      return climbs.reach(resource, 'ready', 'person');
    },
    seen: (resource, event) => {
      if (event.did === 'opened') {
        standings.of(resource.id).lastSeenInUse = now();
        void adjustment.lift(resource);
      }
      record({ type: 'connection', at: now(), resource: resource.id, ...event });
    },
    fault: tell,
    turned: (id, to, because) => variants.turned(id, to, because),
  });
  const serving = createServing({
    now,
    log,
    changed,
    allowed: () => trusted && settings.gateway === 'on' && (mode() === 'suggest' || mode() === 'auto'),
    resources: () => declared.resources().filter((r) => standings.of(r.id).observation.owner !== 'developer'),
    serve: gateways.serve,
  });
  const situations = createSituations({
    ...ports,
    declared,
    engines,
    standings,
    climbs,
    gateways,
    setbacks,
    remember,
    mode,
    memory: edited,
    feedback: () => edits.feedback(),
    rhythms: () => learning.rhythms(),
    outlooks: surestOf([outlooks, watch]),
    session: sensing.session,
    standbys: (resources) => new Map([...variants.wishes(resources), ...remedies.wishes(resources)]),
    eagernessOf: eagerness.of,
  });
  const variants = createVariants({
    ...ports,
    declared,
    climbs,
    gateways,
    engines,
    standings,
    remember,
    tell,
    context,
    memory: edited,
    session: sensing.session,
    active: () => view?.active,
    mayPrepare: () => mayPrepare('auto') && climbs.size === 0 && !looked?.pressure.fetching && !looked?.pressure.yielding,
  });
  const adjustment = createAdjustment({
    now,
    readings: ports.readings ?? (async () => ({})),
    resources: declared.resources,
    providerOf: (resource) => engines.engineOf(resource)?.provider,
    observation: (id) => standings.of(id).observation,
    inUse: (id) => situations.isInUse(replicatedBy(id)),
    latencyMs: (id) => gateways.latency(id)?.medianMs,
    activities: sensing.session,
    limits: () => ({ budgetBytes: settings.memoryBytes, battery: settings.battery ?? 'careful' }),
    context,
    log,
  });
  const suggestions = createSuggestions(declared.get);
  const observing = createObserving({
    ...ports,
    declared,
    engines,
    context,
    observed,
    busy: climbs.busy,
    ours: (id) => {
      const { rung, owner } = standings.of(id).observation;
      return rung === 'unknown' ? undefined : owner === 'prewarm';
    },
    warm: (id) => isWarm(standings.of(id).observation.rung),
  });
  const moves = createMoves({
    ...ports,
    declared,
    standings,
    climbs,
    setbacks,
    remember,
    tell,
    changed,
    memory: () => memory,
    trusted: () => trusted,
    moved: (how) => {
      // After what failed or was called back some time has to pass, so that two that are in each other's way never spin.
      if (how === 'well') passes.onceMore();
      passes.lookAfter(LOOK_SOON_MS);
    },
  });
  const edits = createEdits({
    ...ports,
    declared,
    remember,
    memory: () => memory,
    personas: () => view?.personas ?? [],
    active: () => view?.active,
    situation: (resources, by) => ({ ...situation({ resources, memory: by.memory }), ...by }),
    changed: resourcesEdited,
  });
  const remedies = createRemedies({
    now,
    random: ports.random,
    climbs,
    resources: declared.resources,
    byId: declared.byId,
    resource: declared.get,
    observation: (id) => standings.of(id).observation,
    engine: (resource) => engines.engineOf(resource)?.provider.name,
    providerOf: (resource) => engines.engineOf(resource)?.provider,
    context: () => context(signal, undefined, 'person'),
    retune: adjustment.retune,
    retire: (id) => gateways.retire(id),
    edit: edits.app.make,
    pin: (id, persona) => pinIn(edits.overlay(), id, persona),
    standbys: () => memory.standbys,
    keepStandbys: variants.keep,
    memory: () => memory,
    remember,
    refresh: () => declared.refresh(),
    pass: passes.pass,
    trusted: () => trusted,
    acts: () => actsOnDecisions,
    mode,
    remediation: () => settings.remediation ?? 'off',
    connections: (id) => gateways.traffic(id)?.connections ?? 0,
    memoryOf: (id) => memory.usage[id]?.memoryBytes ?? declared.get(id)?.memoryBytes ?? 0,
    freeBytes: () => Math.max(0, settings.memoryBytes - (view?.plan.usedBytes ?? 0)),
    machineCores: () => looked?.processorCount ?? 1,
    pressed: () => looked?.pressure.yielding !== undefined || looked?.pressure.fetching !== undefined,
    waited: (id, since, until) => sampleOf(gateways.waits(id, since, until)),
    tell,
  });
  const states = createResourceStates({
    declared,
    engines,
    standings,
    memory: () => memory,
    endpoint: gateways.endpoint,
    ...(credentials ? { credentials } : {}),
    need: needOf,
    movingTo: (id) => climbs.targets().get(id),
    workspaceName: ports.workspace.name,
    standby: variants.inPlaceOf,
  });

  const snapshots = createSnapshots({
    providers: ports.providers,
    engineOf: (resource) => engines.engineOf(resource)?.provider,
    resources: declared.resources,
    rungOf: (id) => standings.of(id).observation.rung,
    context,
    now,
    progress: (id, text) => {
      standings.progress(id, text);
      changed();
    },
    tell,
    log,
    baked: (id) => void variants.refreshed(id),
    mayBake: () => mayPrepare('suggest') && climbs.size === 0 && !disposed,
  });

  const recorded = createRecorded({
    ...ports,
    records: ports.records,
    snapshots: snapshots.app,
    state: privacy.state,
    counts: privacy.counts,
    remembered: sensing.remembered,
    keep: privacy.keepCounts,
    stopLearning: learning.stop,
    startOver,
  });

  // ------------------------------------------------------------------------------------------------ what is heard

  function record(heard: Signal): void {
    if (disposed || mode() === 'off') return;
    if (sensing.record(filter.clean(heard))) passes.lookAfter(LOOK_SOON_MS);
  }

  function heardFromEngine(event: EngineEvent): void {
    const { at, did, image, owner, resource } = event;
    credentials?.heard(event);
    // What we do ourselves says nothing of the developer, and would be learnt as if it did.
    if (owner === 'developer') record({ type: 'container', at, did, image, ...(resource ? { resource } : {}) });
    passes.lookAfter(LOOK_SOON_MS);
  }

  function sessionEnded(ended: readonly Activity[]): void {
    learning.takeIn(ended);
    privacy.keepCounts();
    suggestions.endSession();
    standings.endSession();
    experiments.endSession(ended);
    eagerness.endSession();
    const spoken = Object.entries(memory.feedback).filter(([, f]) => f.verdict !== 'cooled' && f.verdict !== 'not-now');
    remember({ feedback: Object.fromEntries(spoken) });
    void learning.relearn();
  }

  function observed(observation: Observation): void {
    standings.observed(observation);
    // An engine that can't be reached says nothing of what it runs: its clients go on.
    if (observation.rung !== 'unknown') gateways.backends(observation.id, isWarm(observation.rung) ? observation.backends : []);
  }

  /** What stays up for another window keeps its clients. */
  async function drain(resource: Resource, to: Rung, onBehalfOf: Context['onBehalfOf']): Promise<void> {
    if (onBehalfOf === 'prediction' && (await ports.heldElsewhere?.(resource.id, to))) return;
    await gateways.drain(resource.id);
    await adjustment.lift(resource);
  }

  // ------------------------------------------------------------------------------------------------ one pass

  async function onePass(): Promise<void> {
    if (await ports.store.isSuperseded?.()) await startOver();
    // What other windows said and learnt of this workspace holds here, too.
    await ports.store.news?.((merged) => {
      const before = memory.remedies;
      memory = asKept(merged);
      if (JSON.stringify(before) !== JSON.stringify(memory.remedies)) declared.refresh();
    });
    await personaFile.look();
    sensing.endIfIdle();
    experiments.look();
    outlooks.look();
    watch.look();
    if ((await variants.turn()) === 'turned') await serving.open();
    await engines.check(signal);
    await observing.observeAll();
    await serving.resume();
    await gateways.retakePorts();
    variants.look();
    remedies.look();
    await credentials?.pass();
    await observing.renew();
    looked = await adjustment.look();
    situations.keepUsage(looked.usage);
    const personas = told && told.model === edited().model && now() - told.at < PERSONAS_HOLD_MS ? { personas: told.personas } : {};
    const { feedbackIn, decidedByHand } = edits;
    const seen = look({ ...situation(), feedbackIn, decidedByHand, ...personas });
    view = { ...seen, plan: privacy.plan(seen.plan) };
    if (!('personas' in personas)) told = { model: edited().model, at: now(), personas: view.personas };
    settling = view.plan.settling;
    moves.adopt(actsOnDecisions ? view.plan : { ...view.plan, actions: [] });
    suggestions.make(view);
    await adjustment.apply();
    snapshots.consider();
    variants.prepare();
    changed();
  }

  const situation = (as?: Parameters<typeof situations.now>[1]) =>
    situations.now({ trusted, settling, ...(looked ? { pressure: privacy.pressure(looked.pressure) } : {}) }, as);

  /** At the latest in a minute; sooner where something may be tried again. */
  function nextLookMs(): number {
    const times = [setbacks.nextAt(), engines.nextAt(), privacy.nextAt()].flatMap((at) => (at === undefined ? [] : [at - now()]));
    return Math.max(LOOK_SOON_MS, Math.min(looked?.lookAgainMs ?? LOOK_AGAIN_MS, ...times));
  }

  /** Everything that was recorded and learnt was erased, by us or by another Prewarm: so is what we still know of it. */
  async function startOver(): Promise<void> {
    await learning.stop();
    // Whatever is remembered from here on is remembered of nothing, also while the store loads.
    memory = emptied(memory);
    declared.refresh();
    sensing.forget();
    learning.forget();
    personaFile.forget();
    standings.forget();
    experiments.forget();
    eagerness.forget();
    suggestions.endSession();
    privacy.erased();
    feeds.startOver(settings.feeds);
    watch.forget();
    told = undefined;
    view = undefined;
    await Promise.all([ports.store.load(), versions.forget()]);
    remember({});
    passes.lookAfter(LOOK_SOON_MS);
    changed();
  }

  // ------------------------------------------------------------------------------------------------ the workspace

  async function rescan(): Promise<void> {
    await declared.rescan();
    standings.keepOnly(declared.byId());
    engines.forgetFailures();
    setbacks.clearAll();
    declared.watch();
    await observing.observeAll();
    await serving.open();
  }

  /** By hand: other resources than before. Volumes of those that are gone stay. */
  async function resourcesEdited(gone: readonly Resource[]): Promise<void> {
    if (disposed) return;
    declared.watch();
    const results = await Promise.all(trusted ? gone.map((r) => climbs.reach(r, 'absent', 'person')) : []);
    for (const result of results) if (!result.ok && result.fault.code !== 'cancelled') tell(result.fault);
    standings.keepOnly(declared.byId());
    await serving.open();
    await passes.pass();
  }

  // ------------------------------------------------------------------------------------------------ what hosts see and do

  function snapshot(): AppState {
    const { recorded, redacted } = sensing.counts();
    const since = sensing.session()[0]?.at;
    return {
      mode: mode(),
      trusted,
      workspace: ports.workspace,
      resources: declared.resources().map(states.of),
      personas: view?.personas ?? [],
      match: view?.match ?? { personas: [], none: 1 },
      active: view?.active,
      needs: view?.needs ?? [],
      ledger: summarise(memory.ledger),
      faults: faults.list(),
      edits: edits.state(),
      activitiesRecorded: recorded,
      redacted,
      privacy: privacy.state(),
      working: climbs.size > 0 || learning.underWay() !== undefined,
      ...(since === undefined ? {} : { sessionSince: since }),
    };
  }

  async function begin(): Promise<void> {
    await sensing.resume();
    await experiments.begin();
    await engines.check(signal);
    await rescan();
    // What hangs there does not keep the workspace shut.
    await new Promise<void>((resolve) => {
      const noLonger = ports.after(SWEEP_WITHIN_MS, resolve);
      void observing.sweep().finally(() => {
        noLonger();
        resolve();
      });
    });
    for (const problem of ports.journal.problems) tell({ code: 'storage-failed', retry: 'never', message: problem.message });
    void learning.relearn();
    feeds.apply(settings.feeds);
    await passes.pass();
  }

  function inRehearsal(ids: readonly ResourceId[]): ReturnType<App['inRehearsal']> {
    for (const id of ids) {
      const resource = declared.get(id);
      if (!resource) continue;
      standings.of(id).lastSeenInUse = now();
      void adjustment.lift(resource);
    }
    return adjustment.taken(ids);
  }

  const app = createFace({
    ...ports,
    adjustment,
    climbs,
    credentials,
    declared,
    edits,
    experiments,
    feeds,
    foreign,
    foresight: createForesight({ ...ports, view: () => view, look: situation, tell }),
    gateways,
    learning,
    live,
    moves,
    passes,
    personas: { ...personas, ...personaFile },
    privacy,
    recorded,
    remedies,
    sensing,
    serving,
    snapshots,
    states,
    suggestions,
    variants,
    versions,
    watch,
    remember,
    mode,
    changed,
    tell,
    record,
    rescan,
    inRehearsal,
    state: snapshot,
    memory: () => memory,
    view: () => view,
    trusted: () => trusted,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    trust: (next) => {
      trusted = next;
    },
    end: () => {
      disposed = true;
    },
  });

  await begin();
  return app;
}
