import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Observation, type Resource, type Rung, rungIndex } from '../../src/domain/index.ts';
import type { Context, Provider } from '../../src/provision/provider.ts';

/** One engine under the contract: how to make its adapter, and resources that it can serve. */
export interface Subject {
  readonly name: string;
  /** Why it cannot be tried here; undefined where it can. */
  readonly unavailable?: string | undefined;
  make(): Provider;
  resource(name: string): Resource;
  /** The same resource from a changed declaration. */
  changed(resource: Resource): Resource;
  /** A resource that can never become ready, and a pattern that the message must match. */
  readonly broken: readonly { readonly what: string; resource(): Resource; readonly message: RegExp }[];
  /** An adapter whose engine cannot be reached, where the engine is a thing apart. */
  unreachable?(): Provider;
  /** Each adapter forwards ports of its own, so that another one serves at others. */
  readonly forwards?: true;
  /** How many things of ours exist for this resource, asked of the engine itself. */
  count(resource: Resource, context: Context): Promise<number>;
  cleanUp(): Promise<void>;
}

/** What every provider promises (`src/provision/provider.ts`), held against the state of the world. */
export function contract(subject: Subject): void {
  const title = subject.unavailable ? `${subject.name} (skipped: ${subject.unavailable})` : subject.name;
  describe.skipIf(subject.unavailable !== undefined)(title, () => {
    const folder = mkdtempSync(join(tmpdir(), `prewarm-contract-${subject.name}-`));
    let provider: Provider;
    let controller: AbortController;
    let nowOffset = 0;
    let serial = 0;

    const context = (more: Partial<Context> = {}): Context => ({
      workspace: `contract-${process.pid}`,
      storage: join(folder, 'storage'),
      leases: join(folder, 'leases'),
      now: () => Date.now() + nowOffset,
      leaseMs: 60_000,
      signal: controller.signal,
      progress: () => {},
      instance: 'window-1-contract',
      onBehalfOf: 'prediction',
      ...more,
    });
    const fresh = (): Resource => subject.resource(`thing${++serial}`);
    const made: Resource[] = [];
    const track = (resource: Resource): Resource => {
      made.push(resource);
      return resource;
    };
    const observe = async (resource: Resource, by = provider): Promise<Observation> =>
      (await by.observe([resource], context()))[0] as Observation;
    const ready = async (resource: Resource, by = provider): Promise<Observation> => {
      const result = await by.reach(resource, 'ready', context());
      if (!result.ok) throw new Error(`${result.fault.message}\n${result.fault.detail ?? ''}`);
      return result.value;
    };

    beforeEach(() => {
      provider = subject.make();
      controller = new AbortController();
      nowOffset = 0;
    });
    afterEach(async () => {
      controller = new AbortController();
      for (const resource of made.splice(0)) await provider.reach(resource, 'absent', context());
      await provider.close();
    });
    afterAll(async () => {
      await subject.cleanUp();
      rmSync(folder, { recursive: true, force: true });
    });

    it('is there, and says its version', async () => {
      expect(await provider.check(controller.signal)).toMatchObject({ ok: true });
    });

    it('climbs every rung, one at a time, and comes down again', async () => {
      const resource = track(fresh());
      const climb = provider.rungs.filter((r) => r !== 'absent');
      for (const rung of climb) {
        const result = await provider.reach(resource, rung, context());
        expect(result, `to ${rung}: ${result.ok ? '' : result.fault.message}`).toMatchObject({ ok: true });
        expectAt(await observe(resource), rung);
      }
      for (const rung of [...climb].reverse().filter((r) => rungIndex(r) < rungIndex('running') && rungIndex(r) > rungIndex('fetched'))) {
        expect(await provider.reach(resource, rung, context())).toMatchObject({ ok: true });
        expect((await observe(resource)).rung).toBe(rung);
      }
      await provider.reach(resource, 'absent', context());
      expect(rungIndex((await observe(resource)).rung as Rung)).toBeLessThanOrEqual(rungIndex('fetched'));
      expect(await subject.count(resource, context())).toBe(0);
    });

    it('ready is ready: ours, and served on loopback', async () => {
      const resource = track(fresh());
      const seen = await ready(resource);
      expect(seen).toMatchObject({ rung: 'ready', owner: 'prewarm' });
      if (resource.ports.length > 0 && subject.name !== 'memory')
        expect(seen.backends[0]).toMatchObject({ host: '127.0.0.1', containerPort: resource.ports[0]?.container });
    });

    it('measures what runs, and nothing of what does not', async () => {
      if (!provider.measure) return;
      const [running, absent] = [track(fresh()), fresh()];
      await ready(running);
      const usage = await provider.measure([running, absent], context());
      expect([...usage.keys()]).toEqual([running.id]);
      expect(usage.get(running.id)?.memoryBytes).toBeGreaterThan(0);
      expect(usage.get(running.id)?.cpuCores).toBeGreaterThanOrEqual(0);
      await provider.reach(running, 'absent', context());
      expect((await provider.measure([running], context())).size).toBe(0);
    });

    it('is limited and freed while it serves, twice over', async () => {
      if (!provider.limit) return;
      const resource = track(fresh());
      await ready(resource);
      for (const allowance of [{ cpuCores: 0.5, memoryBytes: 2 ** 29 }, { cpuCores: 0.5, memoryBytes: 2 ** 29 }, {}, {}]) {
        expect(await provider.limit(resource, allowance, context())).toMatchObject({ ok: true });
        expect((await observe(resource)).rung).toBe('ready');
      }
    });

    it('does nothing the second time', async () => {
      const resource = track(fresh());
      const first = await ready(resource);
      const second = await ready(resource);
      expect(second.backends).toEqual(first.backends);
      expect(await subject.count(resource, context())).toBe(1);
    });

    it('is adopted by another adapter, as after a crash', async () => {
      const resource = track(fresh());
      const first = await ready(resource);
      const other = subject.make();
      expect(await observe(resource, other)).toMatchObject({ rung: 'ready', owner: 'prewarm' });
      const backends = (await ready(resource, other)).backends;
      const places = (seen: Observation['backends']) => (subject.forwards ? seen.map((b) => b.containerPort) : seen);
      expect(places(backends)).toEqual(places(first.backends));
      expect(await subject.count(resource, context())).toBe(1);
      await other.close();
    });

    it('two that climb at once make one', async () => {
      const resource = track(fresh());
      const other = subject.make();
      await Promise.all([
        provider.reach(resource, 'ready', context()),
        subject.name === 'memory' ? undefined : other.reach(resource, 'created', context()),
      ]);
      await ready(resource);
      expect(await subject.count(resource, context())).toBe(1);
      await other.close();
    });

    it('a changed declaration is made anew', async () => {
      const resource = track(fresh());
      await ready(resource);
      const changed = subject.changed(resource);
      expect(await ready(changed)).toMatchObject({ rung: 'ready', owner: 'prewarm' });
      expect(await subject.count(changed, context())).toBe(1);
    });

    it('cancelled is cancelled, and leaves something that can be taken up again', async () => {
      const resource = track(fresh());
      controller.abort();
      expect(await provider.reach(resource, 'ready', context())).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
      controller = new AbortController();
      await ready(resource);
    });

    const others = subject.name === 'memory' ? undefined : it;
    // The simulated engine knows no other instances.
    others?.('what another instance holds warm is cooled by a person’s word only', async () => {
      const resource = track(fresh());
      await ready(resource);
      const other = { instance: 'window-2-other' };
      const low = provider.rungs.includes('created') ? 'created' : 'absent';
      expect(await provider.reach(resource, low, context(other))).toMatchObject({
        ok: false,
        fault: { code: 'held-by-other', retry: 'later' },
      });
      expect((await observe(resource)).rung).toBe('ready');
      expect(await provider.reach(resource, low, context({ ...other, onBehalfOf: 'person' }))).toMatchObject({
        ok: true,
        value: { rung: low },
      });
      await ready(resource);
    });

    it('sweeps what is ours and whose lease has ended, and nothing else', async () => {
      const kept = track(fresh());
      const lost = track(fresh());
      await ready(kept);
      await ready(lost);
      nowOffset = 50_000;
      await provider.renew([kept], context());
      nowOffset = 70_000;
      const swept = await provider.sweep(context());
      expect(swept).toMatchObject({ ok: true });
      const ids = swept.ok ? swept.value.map((o) => o.resource) : [];
      expect(ids).toContain(lost.id);
      expect(ids).not.toContain(kept.id);
      expect((await observe(kept)).rung).toBe('ready');
      expect(['absent', 'fetched', 'created']).toContain((await observe(lost)).rung);
    });

    for (const { what, resource, message } of subject.broken) {
      it(`${what}: one message that names it`, async () => {
        const broken = track(resource());
        const result = await provider.reach(broken, 'ready', context());
        expect(result.ok).toBe(false);
        if (result.ok) return;
        expect(result.fault.message).toMatch(message);
        expect(result.fault.message.split('\n').length).toBeLessThan(12);
      });
    }

    const { unreachable } = subject;
    if (unreachable)
      it('an engine that cannot be reached makes it unknown, never absent', async () => {
        const gone = unreachable();
        const resource = fresh();
        expect((await observe(resource, gone)).rung).toBe('unknown');
        expect(await gone.check(controller.signal)).toMatchObject({ ok: false, fault: { code: 'engine-unreachable' } });
        expect(await gone.reach(resource, 'ready', context())).toMatchObject({ ok: false, fault: { code: 'engine-unreachable' } });
        await gone.close();
      });
  });
}

/** `running` may already be `ready` when it is looked at. */
function expectAt(seen: Observation, rung: Rung): void {
  if (rung === 'running') expect(['running', 'ready']).toContain(seen.rung);
  else expect(seen.rung).toBe(rung);
}
