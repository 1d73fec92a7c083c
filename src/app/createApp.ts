import {
  type Activity,
  type Fault,
  type Feedback,
  isWarm,
  type Need,
  type Observation,
  type Resource,
  type ResourceId,
  type Result,
  type Rung,
  type UnixMs,
} from '../domain/index.ts';
import { withPinsOf } from '../learn/personas/edit.ts';
import { updatePersonas } from '../learn/personas/update.ts';
import type { Plan, Situation } from '../plan/decide.ts';
import { withoutCycles } from '../plan/dependencies.ts';
import { DEFAULT_PRICES } from '../plan/value.ts';
import type { Context } from '../provision/provider.ts';
import { normalise } from '../sense/normalise.ts';
import { EMPTY_SCAN, type ScanResult, scan } from '../sense/scan/scan.ts';
import { advance, type Live, sessionsOf, withoutBursts } from '../sense/sessions.ts';
import type { Signal } from '../sense/signal.ts';
import type { App, AppState, HistoryOutcome, ResourceState, Suggestion } from './app.ts';
import { changeHistory } from './changeHistory.ts';
import { createClimbs } from './climbs.ts';
import { costOf, readyP95MsOf } from './costs.ts';
import { createEagerness } from './eagerness.ts';
import { createEngines } from './engines.ts';
import { createGateways } from './gateways.ts';
import { summarise } from './ledger.ts';
import { ledgerReport } from './ledgerReport.ts';
import { look, type View } from './pipeline.ts';
import { EMPTY_MEMORY, type Learning, type LearningOptions, type Memory, type Ports } from './ports.ts';
import { createRhythms } from './rhythms.ts';
import { createStandings } from './standings.ts';

const LOOK_AGAIN_MS = 60_000;
const LOOK_SOON_MS = 30;
const IN_USE_FOR_MS = 60_000;
const ASKED_FOR_MS = 30 * 60_000;
/** The developer starts containers by hand: they will want the ports that our gateways hold. */
const STARTS_CONTAINERS =
  /\bdocker(-|\s+)compose\b.*\b(up|start|run|create|restart)\b|\bdocker\s+(container\s+)?(run|start|create)\b|\bpodman\b.*\b(run|up)\b/;
const YIELD_FOR_MS = 60_000;
/** A session under way began no longer ago than this. */
const RESUME_WITHIN_MS = 24 * 60 * 60_000;

/** Builds the app from its ports: reads what was kept, scans the workspace, and begins to look. */
export async function createApp(ports: Ports): Promise<App> {
  const { now, log } = ports;
  const loaded = await ports.store.load();
  let memory: Memory = { ...EMPTY_MEMORY, ...loaded.memory };
  let trusted = ports.settings.trusted;
  let scanned: ScanResult = EMPTY_SCAN;
  let byId: ReadonlyMap<ResourceId, Resource> = new Map();
  let live: Live | undefined;
  let session: readonly Activity[] = [];
  let idleMs = ports.settings.idleMs;
  let rhythms = createRhythms();
  let view: View | undefined;
  let settling: Situation['settling'] = {};
  let recorded = 0;
  let redacted = 0;
  let passing: Promise<void> | undefined;
  let again = false;
  let cancelTimer: (() => void) | undefined;
  let renewedAt = 0;
  let disposed = false;
  let learning: Promise<void> | undefined;
  /** A session ended while learning was under way, which has not read it; or a rehearsal is still due. */
  let learnAgain = false;
  let suggested = false;
  let yieldedUntil: UnixMs | undefined;
  const faults: Fault[] = loaded.fault ? [loaded.fault] : [];
  const standings = createStandings({
    now,
    resource: (id) => byId.get(id),
    probability: (id) => needOf(id)?.probability,
    asked: (id) => memory.feedback[id]?.verdict === 'asked',
    climbs: (id) => memory.climbs[id] ?? [],
    enter: (entry) => {
      eagerness.settled(entry);
      remember({ ledger: [...memory.ledger, entry].slice(-500) });
      changed();
    },
  });
  const eagerness = createEagerness({
    random: ports.random,
    resource: (id) => byId.get(id),
    memory: () => memory,
    remember,
  });
  const listeners = new Set<(state: AppState) => void>();
  const suggestionListeners = new Set<(suggestion: Suggestion) => void>();
  const unwatch: (() => void)[] = [];

  const context = (signal: AbortSignal, progress: (text: string) => void = () => {}): Context => ({
    workspace: ports.workspace.id,
    storage: ports.storage,
    leases: ports.leases,
    now,
    leaseMs: ports.settings.leaseMs,
    signal,
    progress,
  });
  const never = new AbortController();
  const engines = createEngines(ports.providers, now);
  const climbs = createClimbs({
    engines,
    context,
    now,
    log,
    byId: () => byId,
    rungOf: (id) => standings.of(id).observation.rung,
    changed: (id, progress) => {
      setProgress(id, progress);
      changed();
    },
    observed: (observation) => settleObservation(observation),
    measured: (id, from, ms) => {
      standings.of(id).readyInMs = ms;
      standings.of(id).coldMs = ms;
      remember({ climbs: { ...memory.climbs, [id]: [...(memory.climbs[id] ?? []), { from, ms }].slice(-20) } });
    },
  });
  const gateways = createGateways({
    log,
    now,
    remembered: (key) => memory.ports[key],
    remember: (key, port) => remember({ ports: { ...memory.ports, [key]: port } }),
    wake: (resource) => {
      standings.used(resource.id, now());
      return climbs.reach(resource, 'ready');
    },
    seen: (resource, event) => {
      standings.of(resource.id).lastSeenInUse = now();
      record({ type: 'connection', at: now(), resource: resource.id, ...event });
    },
    fault: tell,
  });

  // ------------------------------------------------------------------------------------------------ small state

  function setProgress(id: ResourceId, progress: string | undefined): void {
    const at = standings.of(id);
    if (progress === undefined) delete at.progress;
    else at.progress = progress;
  }

  function remember(change: Partial<Memory>): void {
    memory = { ...memory, ...change };
    ports.store.save(memory);
  }

  function tell(fault: Fault): void {
    if (faults.at(-1)?.message === fault.message) return;
    faults.push(fault);
    if (faults.length > 20) faults.shift();
    log(`! ${fault.message}${fault.detail ? `\n  ${fault.detail}` : ''}`);
    changed();
  }

  function changed(): void {
    if (disposed) return;
    const state = snapshot();
    for (const listener of listeners) listener(state);
  }

  // ------------------------------------------------------------------------------------------------ sensing

  function record(signal: Signal): void {
    if (disposed || mode() === 'off') return;
    const { activities: heard, dropped } = normalise(signal, {
      actor: ports.actor,
      workspace: { id: ports.workspace.id, folder: ports.workspace.folder },
      uses: (command) => usesOf(command),
      resources: scanned.resources,
    });
    const activities = signal.type === 'call' ? withoutBursts(session, heard) : heard;
    if (signal.type === 'call' && activities.length === 0) return;
    redacted += dropped.reduce((sum, d) => sum + d.count, 0);
    if (activities.length === 0) return;
    recorded += activities.length;
    keep(activities);
    for (const activity of activities) observe(activity);
    if (signal.type === 'command' && signal.did === 'started' && STARTS_CONTAINERS.test(signal.line)) yieldPorts();
    lookAfter(LOOK_SOON_MS);
  }

  /** A full disk must not take the editor's events down with it; the session goes on in memory. */
  function keep(activities: readonly Activity[]): void {
    try {
      ports.journal.append(activities);
    } catch (error) {
      tell({
        code: 'storage-failed',
        retry: 'later',
        message: `The activity journal could not be written (${(error as Error).message}). Free some space; until then nothing is remembered.`,
      });
    }
  }

  function usesOf(command: Parameters<Parameters<typeof normalise>[1]['uses']>[0]): readonly ResourceId[] {
    return scanned.commands
      .filter((use) => use.match.program === command.program && (use.match.sub === undefined || use.match.sub === command.sub))
      .flatMap((use) => use.resources);
  }

  function observe(activity: Activity): void {
    const step = advance(live, activity, { idleMs });
    if (step.did === 'began' && session.length > 0) endSession();
    live = step.live;
    session = live.activities;
    rhythms.hear(activity);
    if (byId.has(activity.resource) && (activity.kind === 'resource.used' || activity.kind === 'connection.opened'))
      standings.used(activity.resource, activity.at);
  }

  function endSession(): void {
    takeIn(session);
    live = undefined;
    session = [];
    suggested = false;
    standings.endSession();
    eagerness.endSession();
    const spoken = Object.entries(memory.feedback).filter(([, f]) => f.verdict !== 'cooled' && f.verdict !== 'not-now');
    remember({ feedback: Object.fromEntries(spoken) });
    void relearn();
  }

  /** At once, so that the next session is matched by what this one taught; learning anew follows in its own thread. */
  function takeIn(ended: readonly Activity[]): void {
    const first = ended[0];
    if (!memory.model || !first) return;
    const zoneOffsetMs = -new Date(first.at).getTimezoneOffset() * 60_000;
    remember({ model: updatePersonas(memory.model, ended, now(), zoneOffsetMs) });
  }

  function settleObservation(observation: Observation): void {
    standings.observed(observation);
    gateways.backends(observation.id, isWarm(observation.rung) ? observation.backends : []);
  }

  const needOf = (id: ResourceId): Need | undefined => view?.needs.find((n) => n.resource === id);
  const mode = () => memory.mode ?? ports.settings.mode;

  // ------------------------------------------------------------------------------------------------ the loop

  function lookAfter(ms: number): void {
    cancelTimer?.();
    if (!disposed) cancelTimer = ports.after(ms, () => void pass());
  }

  /** Level-triggered: however often it is called, one pass runs at a time and one more follows. */
  async function pass(): Promise<void> {
    if (passing) {
      again = true;
      return passing;
    }
    passing = (async () => {
      do {
        again = false;
        await onePass();
      } while (again && !disposed);
    })().finally(() => {
      passing = undefined;
      lookAfter(LOOK_AGAIN_MS);
    });
    return passing;
  }

  async function onePass(): Promise<void> {
    const last = session.at(-1);
    if (last && now() - last.at > idleMs) endSession();
    await engines.check(never.signal);
    await observeAll();
    if (yieldedUntil !== undefined && yieldedUntil <= now()) {
      yieldedUntil = undefined;
      await openGateways();
    }
    await renew();
    view = look(situation());
    settling = view.plan.settling;
    adopt(view.plan);
    changed();
  }

  function situation() {
    return {
      now: now(),
      mode: mode(),
      trusted,
      settling,
      model: memory.model,
      rhythms,
      session,
      horizonMs: ports.settings.horizonMs,
      readyP95Ms: readyP95MsOf(memory.climbs),
      resources: scanned.resources,
      observations: new Map(standings.entries().map(([id, s]) => [id, s.observation])),
      costs: new Map(scanned.resources.map((r) => [r.id, costOf(r, standings.of(r.id).observation.rung, memory.climbs[r.id] ?? [])])),
      feedback: new Map(Object.entries(memory.feedback)),
      inUse: new Set(
        standings
          .entries()
          .filter(([, s]) => s.lastSeenInUse !== undefined && now() - s.lastSeenInUse < IN_USE_FOR_MS && isWarm(s.observation.rung))
          .map(([id]) => id),
      ),
      engineOf: (resource: Resource) => {
        const engine = engines.engineOf(resource);
        return engine && { provider: engine.provider.name, rungs: engine.provider.rungs };
      },
      eagernessOf: eagerness.of,
      limits: { memoryBytes: ports.settings.memoryBytes, settleMs: ports.settings.settleMs, prices: DEFAULT_PRICES },
    };
  }

  async function observeAll(): Promise<void> {
    const groups = new Map<string, { provider: (typeof ports.providers)[number]; resources: Resource[] }>();
    for (const resource of scanned.resources) {
      const provider = engines.engineOf(resource)?.provider;
      if (!provider || climbs.busy(resource.id)) continue;
      const group = groups.get(provider.name) ?? { provider, resources: [] };
      group.resources.push(resource);
      groups.set(provider.name, group);
    }
    await Promise.all(
      [...groups.values()].map(async ({ provider, resources }) => {
        for (const observation of await provider.observe(resources, context(never.signal))) {
          if (climbs.busy(observation.id)) continue;
          if (observation.rung !== 'unknown') engines.holds(observation.id, observation.owner === 'none' ? undefined : provider);
          settleObservation(observation);
        }
      }),
    );
  }

  async function renew(): Promise<void> {
    if (now() - renewedAt < ports.settings.leaseMs / 3) return;
    renewedAt = now();
    const held = scanned.resources.filter((r) => standings.of(r.id).observation.owner === 'prewarm');
    await Promise.all(
      ports.providers.map((p) =>
        p.renew(
          held.filter((r) => engines.engineOf(r)?.provider === p),
          context(never.signal),
        ),
      ),
    );
  }

  function adopt(plan: Plan): void {
    for (const decision of plan.decisions) {
      const it = standings.of(decision.resource);
      it.decision = decision;
      if (plan.proposed.includes(decision.resource) || decision.reason.code === 'mode-shadow') it.proposedSince ??= decision.at;
    }
    for (const action of plan.actions) {
      const resource = byId.get(action.resource);
      if (!resource || (action.verb === 'descend' && climbs.busy(action.resource))) continue;
      standings.of(resource.id).target = action.to;
      void act(resource, action.to);
    }
    suggest(plan);
  }

  async function act(resource: Resource, to: Rung): Promise<Fault | undefined> {
    if (to !== 'ready') await gateways.drain(resource.id);
    const result = await climbs.reach(resource, to);
    delete standings.of(resource.id).target;
    if (result.ok) {
      engines.holds(resource.id, engines.engineOf(resource)?.provider);
      again = again || passing !== undefined;
      lookAfter(LOOK_SOON_MS);
      return undefined;
    }
    if (result.fault.code !== 'cancelled') {
      tell(result.fault);
      if (memory.feedback[resource.id]?.verdict !== 'always') backOff(resource.id);
    }
    changed();
    return result.fault;
  }

  /** What failed is not tried again by prediction for ten minutes; a person may ask at any time. */
  function backOff(id: ResourceId): void {
    remember({ feedback: { ...memory.feedback, [id]: { resource: id, verdict: 'not-now', at: now(), until: now() + 10 * 60_000 } } });
  }

  function suggest(plan: Plan): void {
    if (suggested || plan.proposed.length === 0 || !view?.active) return;
    suggested = true;
    const resources = plan.proposed.flatMap((id) => byId.get(id) ?? []);
    const probability = view.match.personas.find((p) => p.id === view?.active?.id)?.probability ?? 0;
    const names = resources.map((r) => r.name).join(', ');
    const text = `This looks like “${view.active.name}” (${Math.round(probability * 100)} %). Warm ${names} now?`;
    for (const listener of suggestionListeners) listener({ persona: view.active.name, probability, resources, text });
  }

  // ------------------------------------------------------------------------------------------------ learning and scanning

  async function rememberedActivities(since?: UnixMs): Promise<readonly Activity[]> {
    const activities: Activity[] = [];
    for await (const activity of ports.journal.read(since)) if (activity.workspace === ports.workspace.id) activities.push(activity);
    return activities;
  }

  function learn(traces: readonly string[], options: LearningOptions = {}): Promise<Result<Learning>> {
    const begun = session[0]?.at;
    const history = {
      workspace: ports.workspace.id,
      actor: ports.actor,
      idleMs: ports.settings.idleMs,
      uses: scanned.commands,
      traces,
      ...(begun === undefined ? {} : { before: begun }),
    };
    return ports.learner.learn(history, memory.model, options);
  }

  function take({ model, rhythms: data, idleMs: learnt, problems }: Learning): void {
    idleMs = learnt;
    rhythms = createRhythms(data);
    for (const activity of session) rhythms.hear(activity);
    remember({ model: withPinsOf(model, memory.model) });
    const known = new Set(faults.map((f) => f.message));
    for (const message of problems) if (!known.has(message)) tell({ code: 'storage-failed', retry: 'never', message });
  }

  function relearn(): Promise<void> {
    if (learning) learnAgain = true;
    return learning ?? learnAlone(relearnNow);
  }

  async function relearnNow(): Promise<void> {
    const result = await learn((await ports.histories.kept()).map(({ trace }) => trace));
    if (!result.ok && result.fault.code !== 'cancelled') tell(result.fault);
    else if (result.ok && result.value.sessions > 0) take(result.value);
  }

  /** One at a time: the next would be learnt from the same history. */
  function learnAlone(work: () => Promise<void>): Promise<void> {
    learning = work().finally(() => {
      learning = undefined;
      if (learnAgain && !disposed) void relearn();
      learnAgain = false;
      lookAfter(LOOK_SOON_MS);
    });
    changed();
    return learning;
  }

  async function importAlone(...[change, options]: Parameters<App['changeHistory']>): Promise<Result<HistoryOutcome>> {
    while (learning) await learning;
    let outcome: Result<HistoryOutcome> | undefined;
    await learnAlone(async () => {
      outcome = await changeHistory({ histories: ports.histories, trusted: () => trusted, learn, take }, change, options);
      learnAgain ||= outcome.ok;
    });
    await pass();
    return outcome as Result<HistoryOutcome>;
  }

  async function rescan(): Promise<void> {
    const files = await ports.readWorkspace();
    scanned = scan(ports.workspace, files.files);
    const { resources, cut } = withoutCycles(scanned.resources);
    scanned = { ...scanned, resources };
    byId = new Map(resources.map((r) => [r.id, r]));
    standings.keepOnly(byId);
    for (const problem of [...files.problems, ...scanned.problems]) tell({ code: 'bad-file', retry: 'never', message: problem.message });
    for (const edge of cut)
      tell({
        code: 'bad-file',
        retry: 'never',
        message: `${edge} closes a circle of dependencies; this edge is ignored. Remove it from depends_on.`,
      });
    engines.forgetFailures();
    watchEngines();
    await observeAll();
    await openGateways();
  }

  function watchEngines(): void {
    for (const stop of unwatch.splice(0)) stop();
    for (const provider of ports.providers) {
      if (!provider.watch) continue;
      unwatch.push(
        provider.watch(scanned.resources, (event) => {
          record({
            type: 'container',
            at: event.at,
            did: event.did,
            image: event.image,
            ...(event.resource ? { resource: event.resource } : {}),
          });
          lookAfter(LOOK_SOON_MS);
        }),
      );
    }
  }

  /** What the developer runs keeps its own port; so does everything for a while after they start containers by hand. */
  async function openGateways(): Promise<void> {
    const wanted =
      trusted && ports.settings.gateway === 'on' && (mode() === 'suggest' || mode() === 'auto') && (yieldedUntil ?? 0) <= now();
    await gateways.serve(wanted ? scanned.resources.filter((r) => standings.of(r.id).observation.owner !== 'developer') : []);
    changed();
  }

  function yieldPorts(): void {
    yieldedUntil = now() + YIELD_FOR_MS;
    log('Containers are being started by hand: the gateway gives its ports up for a minute.');
    void openGateways();
  }

  // ------------------------------------------------------------------------------------------------ what hosts see

  function resourceState(resource: Resource): ResourceState {
    const it = standings.of(resource.id);
    const endpoint = gateways.endpoint(resource.id) ?? directEndpoint(it.observation);
    const engine = engines.engineOf(resource)?.provider.name;
    return {
      resource,
      endpoint,
      ...(engine ? { engine } : {}),
      rung: it.observation.rung,
      owner: it.observation.owner,
      target: it.target,
      decision: it.decision,
      progress: it.progress,
      readyInMs: it.readyInMs,
      coldMs: it.coldMs ?? memory.climbs[resource.id]?.at(-1)?.ms,
      environment: endpoint ? fillIn(scanned.environment[resource.id] ?? {}, endpoint) : {},
    };
  }

  function snapshot(): AppState {
    return {
      mode: mode(),
      trusted,
      workspace: ports.workspace,
      resources: scanned.resources.map(resourceState),
      personas: view?.personas ?? [],
      match: view?.match ?? { personas: [], none: 1 },
      active: view?.active,
      needs: view?.needs ?? [],
      ledger: summarise(memory.ledger),
      faults: [...faults],
      activitiesRecorded: recorded,
      redacted,
      working: climbs.size > 0 || learning !== undefined,
    };
  }

  function teach(feedback: Omit<Feedback, 'at'>): void {
    remember({ feedback: { ...memory.feedback, [feedback.resource]: { ...feedback, at: now() } } });
    void pass();
  }

  async function move(ids: readonly ResourceId[], to: Rung, verdict: 'asked' | 'cooled', signal?: AbortSignal): Promise<readonly Fault[]> {
    const cancel = (): void => {
      for (const id of ids) climbs.cancel(id);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    const results = await Promise.all(ids.map((id) => moveOne(id, to, verdict)));
    signal?.removeEventListener('abort', cancel);
    return results.flatMap((fault) => (fault ? [fault] : []));
  }

  async function moveOne(id: ResourceId, to: Rung, verdict: 'asked' | 'cooled'): Promise<Fault | undefined> {
    const resource = byId.get(id);
    if (!resource)
      return {
        code: 'not-found',
        retry: 'never',
        message: `There is no resource ${id} in ${ports.workspace.name}. \`prewarm scan\` lists them.`,
      };
    if (!trusted)
      return {
        code: 'not-trusted',
        retry: 'never',
        message: 'Nothing is started or stopped in Restricted Mode. Trust this workspace first.',
      };
    const until = verdict === 'asked' ? { until: now() + ASKED_FOR_MS } : {};
    remember({ feedback: { ...memory.feedback, [id]: { resource: id, verdict, at: now(), ...until } } });
    const engine = engines.engineOf(resource);
    if (to !== 'ready' && standings.of(id).observation.owner === 'developer') {
      return { code: 'unsupported', retry: 'never', message: `${id} was started by you, not by Prewarm, so Prewarm does not stop it.` };
    }
    const rungs = engine?.provider.rungs ?? [];
    return act(resource, to === 'created' && !rungs.includes('created') ? 'absent' : to);
  }

  async function begin(): Promise<void> {
    await resumeSession();
    await engines.check(never.signal);
    await rescan();
    await Promise.all(
      ports.providers.map((p) =>
        p.sweep(context(never.signal)).then((swept) => {
          if (swept.ok) for (const orphan of swept.value) log(`Swept ${orphan.what} (${orphan.resource}): its lease had ended.`);
        }),
      ),
    );
    for (const problem of ports.journal.problems) tell({ code: 'storage-failed', retry: 'never', message: problem.message });
    void relearn();
    await pass();
  }

  /** After a reload the session goes on: the journal's last one, if it is not yet an idle gap away. Older ones are the learner's to read. */
  async function resumeSession(): Promise<void> {
    const sessions = sessionsOf(await rememberedActivities(now() - RESUME_WITHIN_MS), { idleMs });
    const last = sessions.at(-1)?.activities ?? [];
    const end = last.at(-1);
    // A split that is written down, as in imported history, is over.
    const goesOn = end !== undefined && end.session === undefined && now() - end.at <= idleMs;
    live = goesOn ? { activities: last, told: {} } : undefined;
    session = live?.activities ?? [];
  }

  const app: App = {
    state: snapshot,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onSuggest: (listener) => {
      suggestionListeners.add(listener);
      return () => suggestionListeners.delete(listener);
    },
    record,
    setMode: (next) => {
      remember({ mode: next });
      void openGateways().then(pass);
    },
    setTrusted: (next) => {
      trusted = next;
      void openGateways().then(pass);
    },
    teach,
    forget: (id) => {
      const { [id]: _gone, ...feedback } = memory.feedback;
      remember({ feedback });
      void pass();
    },
    warm: (ids, signal) => move(ids, 'ready', 'asked', signal),
    cool: (ids, signal) => move(ids, 'created', 'cooled', signal),
    why: (id) => explain(id),
    budget: () => ({ usedBytes: view?.plan.usedBytes ?? 0, memoryBytes: ports.settings.memoryBytes }),
    ledger: async () => ledgerReport({ memory, activities: await rememberedActivities(), resources: byId, clock: now }),
    rescan: async () => {
      await rescan();
      await pass();
    },
    relearn,
    histories: async (folders) => ({ found: await ports.histories.find(folders), kept: await ports.histories.kept() }),
    changeHistory: importAlone,
    settle: async () => {
      await learning;
      await pass();
      while (climbs.size > 0) {
        await Promise.allSettled(scanned.resources.map((r) => climbs.climbing(r.id)));
        await pass();
      }
    },
    dispose: async () => {
      disposed = true;
      cancelTimer?.();
      for (const stop of unwatch) stop();
      await climbs.stop();
      await gateways.close();
      await Promise.all([ports.learner.dispose(), ports.journal.close(), ports.store.flush(), ...ports.providers.map((p) => p.close())]);
    },
  };

  function explain(id: ResourceId): readonly string[] {
    const resource = byId.get(id);
    const it = standings.get(id);
    if (!resource || !it) return [`There is no resource ${id} in ${ports.workspace.name}.`];
    const engine = engines.engineOf(resource);
    const lines = [
      it.decision ? `${it.decision.reason.text}` : 'No decision was made yet.',
      `It is ${it.observation.rung}${it.observation.detail ? ` (${it.observation.detail})` : ''}.`,
    ];
    const needed = needOf(id);
    if (needed?.because) lines.push(needed.because);
    if (engine?.substituteFor) lines.push(`${engine.provider.name} stands in for ${resource.provider}: ${engine.substituteFor}`);
    if (it.coldMs !== undefined) lines.push(`Its last cold start took ${(it.coldMs / 1000).toFixed(1)} s.`);
    return [...new Set(lines)];
  }

  await begin();
  return app;
}

function directEndpoint(observation: Observation): string | undefined {
  const backend = observation.backends[0];
  return backend && isWarm(observation.rung) ? `${backend.host}:${backend.port}` : undefined;
}

/** `${host}` and `${port}` in the scan's templates. */
function fillIn(templates: Readonly<Record<string, string>>, endpoint: string): Record<string, string> {
  const split = endpoint.lastIndexOf(':');
  const values: Record<string, string> = { host: endpoint.slice(0, split), port: endpoint.slice(split + 1) };
  return Object.fromEntries(
    Object.entries(templates).map(([name, text]) => [name, text.replace(/\$\{(host|port)\}/g, (_, key: string) => values[key] ?? '')]),
  );
}
