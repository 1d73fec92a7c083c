import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activity, MadeEdit, WorkflowEdit } from '../../../src/domain/index.ts';
import { editedModel } from '../../../src/learn/edits/editedModel.ts';
import { did, type EditHistory, NO_HISTORY, overlayOf, redone, undoable, undone } from '../../../src/learn/edits/editHistory.ts';
import { NO_EDITS, withEdit } from '../../../src/learn/edits/overlay.ts';
import { learnPersonas } from '../../../src/learn/personas.ts';
import { match } from '../../../src/predict/match.ts';

/** Ids that exist, that do not, and that plain objects would stumble over. */
const id = fc.constantFrom(
  'compose:shop/db',
  'compose:shop/api',
  'command:npm test',
  'docker:shop/redis',
  'nobody',
  '__proto__',
  'constructor',
  '',
);
const addition = fc.record({
  name: fc.constantFrom('redis', '__proto__'),
  image: fc.string(),
  memoryBytes: fc.nat(),
});
const edit: fc.Arbitrary<WorkflowEdit> = fc.oneof(
  fc.record({ type: fc.constant('add' as const), resource: id }),
  fc.record({ type: fc.constant('add' as const), resource: id, addition, pin: fc.constant('always' as const) }),
  fc.record({ type: fc.constant('remove' as const), resource: id }),
  fc.record({
    type: fc.constant('connect' as const),
    from: id,
    to: id,
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
    lagMs: fc.nat(1e6),
  }),
  fc.record({ type: fc.constant('disconnect' as const), from: id, to: id }),
  fc.record({ type: fc.constant('move' as const), resource: id, after: fc.option(id, { nil: undefined }) }),
  fc.record({
    type: fc.constant('pin' as const),
    resource: id,
    rung: fc.constantFrom('always' as const, 'never' as const, 'free' as const),
  }),
  fc.record({ type: fc.constant('require' as const), resource: id, memoryBytes: fc.nat() }),
);
const madeEdit: fc.Arbitrary<MadeEdit> = fc.record({
  persona: fc.option(fc.constantFrom('p1', 'p2', 'p99'), { nil: undefined }),
  edit,
  at: fc.nat(),
});
const history = fc.array(madeEdit, { maxLength: 20 }).map((all) => all.reduce(did, NO_HISTORY));

const DAY = 86_400_000;
const NOW = 1_700_000_000_000;
function sessions(extra: readonly string[] = []): Activity[][] {
  return Array.from({ length: 8 }, (_, i) => {
    const tokens = i % 2 === 0 ? ['command:npm test', 'compose:shop/db', ...extra] : ['command:git status', 'editor:docs/md', 'command:ls'];
    return tokens.map((resource, n) => ({
      at: NOW - (9 - i) * DAY + n * 60_000,
      actor: 'me',
      workspace: 'w',
      source: 'terminal',
      resource,
      kind: 'x.started',
    }));
  });
}
const MODEL = learnPersonas(sessions(), { now: NOW, seed: 1 });
const WITH_DB = MODEL.components.find((c) => c.uses.some((u) => u.resource === 'compose:shop/db'))?.id as string;
const usesOf = (model: typeof MODEL, persona = WITH_DB) =>
  new Map(model.components.find((c) => c.id === persona)?.uses.map((u) => [u.resource, u]));
const all = (...edits: WorkflowEdit[]): EditHistory => edits.reduce((h, e) => did(h, { persona: WITH_DB, edit: e, at: 1 }), NO_HISTORY);

describe('undo and redo', () => {
  it('to take back what was done is to have what was before', () =>
    fc.assert(fc.property(history, madeEdit, (h, e) => void expect(overlayOf(undone(did(h, e)))).toEqual(overlayOf(h)))));
  it('to do again what was taken back is to have it', () =>
    fc.assert(
      fc.property(history, (h) => {
        if (undoable(h)) expect(redone(undone(h))).toEqual(h);
        expect(overlayOf(redone(h))).toEqual(overlayOf(h));
      }),
    ));
  it('all the way back is as if nothing had been', () =>
    fc.assert(
      fc.property(history, (h) => {
        let back = h;
        while (undoable(back)) back = undone(back);
        expect(overlayOf(back)).toEqual(NO_EDITS);
      }),
    ));
  it('something new ends what could be done again', () =>
    fc.assert(fc.property(history, madeEdit, (h, e) => void expect(redone(did(undone(h), e))).toEqual(did(undone(h), e)))));
  it('survives being written and read', () =>
    fc.assert(
      fc.property(history, (h) => void expect(overlayOf(JSON.parse(JSON.stringify(h)))).toEqual(JSON.parse(JSON.stringify(overlayOf(h))))),
    ));
  it('two hundred steps are kept; older ones hold and cannot be taken back', () => {
    const edits = Array.from({ length: 260 }, (_, i): MadeEdit => ({ persona: 'p1', edit: { type: 'add', resource: `r${i}` }, at: i }));
    const h = edits.reduce(did, NO_HISTORY);
    expect(h.edits).toHaveLength(200);
    expect(overlayOf(h)).toEqual(edits.reduce(withEdit, NO_EDITS));
    let back = h;
    while (undoable(back)) back = undone(back);
    expect(overlayOf(back).members).toHaveLength(60);
  });
});

describe('the overlay', () => {
  it('never throws, whatever it is handed, and leaves the learnt model alone', () => {
    const before = JSON.stringify(MODEL);
    fc.assert(
      fc.property(history, (h) => {
        const edited = editedModel(MODEL, overlayOf(h));
        expect(edited.components.map((c) => c.id)).toEqual(MODEL.components.map((c) => c.id));
        for (const use of edited.components.flatMap((c) => c.uses)) expect(use.probability).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(JSON.stringify(MODEL)).toBe(before);
  });

  it('holds after learning anew from other sessions', () => {
    const h = all(
      { type: 'add', resource: 'docker:shop/redis', addition: { name: 'redis', image: 'redis:7', memoryBytes: 1 } },
      { type: 'connect', from: 'command:npm test', to: 'docker:shop/redis', probability: 0.5, lagMs: 2000 },
      { type: 'remove', resource: 'compose:shop/db' },
    );
    for (const model of [MODEL, learnPersonas(sessions(['command:make']), { now: NOW, seed: 2, previous: MODEL })]) {
      const edited = editedModel(model, overlayOf(h));
      expect(usesOf(edited).get('docker:shop/redis')?.probability).toBe(1);
      expect(usesOf(edited).has('compose:shop/db')).toBe(false);
      const persona = edited.components.find((c) => c.id === WITH_DB);
      expect(persona?.edges.filter((e) => e.to === 'docker:shop/redis').map((e) => [e.from, e.probability])).toEqual([
        ['command:npm test', 0.5],
      ]);
      expect(persona?.edges.some((e) => e.to === 'compose:shop/db' || e.from === 'compose:shop/db')).toBe(false);
    }
  });

  it('the use of what was put in speaks for its workflow', () => {
    const redis = 'docker:shop/redis';
    const add: WorkflowEdit = { type: 'add', resource: redis, addition: { name: 'redis', image: 'redis:7', memoryBytes: 1 } };
    for (const persona of MODEL.components.map((c) => c.id)) {
      const model = editedModel(MODEL, overlayOf(did(NO_HISTORY, { persona, edit: add, at: 1 })));
      const line = (resource: string): Activity => ({
        at: NOW,
        actor: 'me',
        workspace: 'w',
        source: 'terminal',
        resource,
        kind: 'x.started',
      });
      const of = (...tokens: string[]) => match(model, tokens.map(line)).personas.find((p) => p.id === persona)?.probability ?? 0;
      expect(of(redis)).toBeGreaterThan(0.5);
      expect(of('command:ls', redis)).toBeGreaterThan(of('command:ls'));
    }
  });

  it('is of its workflow alone', () => {
    const edited = editedModel(MODEL, overlayOf(all({ type: 'remove', resource: 'compose:shop/db' })));
    for (const c of MODEL.components.filter((x) => x.id !== WITH_DB)) expect(edited.components).toContain(c);
  });

  it('what a thing leads to is used at least as often, by the edge’s probability', () => {
    const edited = editedModel(
      MODEL,
      overlayOf(all({ type: 'connect', from: 'command:npm test', to: 'compose:shop/api', probability: 0.8, lagMs: 5000 })),
    );
    const test = usesOf(MODEL).get('command:npm test')?.probability as number;
    expect(usesOf(edited).get('compose:shop/api')?.probability).toBeCloseTo(0.8 * test);
  });

  it('moves a thing behind another in the order of need', () => {
    const start = (model: typeof MODEL, resource: string): number => usesOf(model).get(resource)?.firstUseMs[0]?.value ?? Number.NaN;
    const edited = editedModel(MODEL, overlayOf(all({ type: 'move', resource: 'command:npm test', after: 'compose:shop/db' })));
    expect(start(edited, 'command:npm test')).toBeGreaterThan(start(edited, 'compose:shop/db'));
    const first = editedModel(MODEL, overlayOf(all({ type: 'move', resource: 'compose:shop/db', after: undefined })));
    expect(start(first, 'compose:shop/db')).toBe(0);
  });

  it('what was added by hand goes with the last workflow that has it, and all that was said of it', () => {
    const add: WorkflowEdit = {
      type: 'add',
      resource: 'docker:shop/redis',
      addition: { name: 'redis', image: 'redis:7', memoryBytes: 1 },
      pin: 'always',
    };
    const made = (persona: string, e: WorkflowEdit): MadeEdit => ({ persona, edit: e, at: 1 });
    const two = [
      made('p1', add),
      made('p2', { type: 'add', resource: 'docker:shop/redis' }),
      made('p1', { type: 'require', resource: 'docker:shop/redis', memoryBytes: 5 }),
    ].reduce(withEdit, NO_EDITS);
    const one = withEdit(two, made('p1', { type: 'remove', resource: 'docker:shop/redis' }));
    expect(one.additions).toHaveLength(1);
    expect(one.pins).toEqual([]);
    expect(withEdit(one, made('p2', { type: 'remove', resource: 'docker:shop/redis' }))).toEqual(NO_EDITS);
  });
});
