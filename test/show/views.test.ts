import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failed, type Overlay, type Persona, type Resource, type Rung } from '../../src/domain/index.ts';
import { personaTree } from '../../src/show/personaTree.ts';
import { parseFromWebview } from '../../src/show/protocol.ts';
import { NO_MOMENT, readyMoment } from '../../src/show/readyMoment.ts';
import { resourceTree } from '../../src/show/resourceTree.ts';
import type { Shown } from '../../src/show/shown.ts';
import { statusBar } from '../../src/show/statusBar.ts';
import { answered, offered, type SuggestionQueue } from '../../src/show/suggestionQueue.ts';
import { workflow } from '../../src/show/workflow.ts';

const resource = (name: string, more: Partial<Resource> = {}): Resource => ({
  id: `compose:shop/${name}`,
  name,
  kind: 'database',
  provider: 'compose',
  declaredIn: 'compose.yaml',
  ports: [],
  dependsOn: [],
  memoryBytes: 1,
  probe: { type: 'health', timeoutMs: 1 },
  spec: { type: 'devcontainer', folder: '', configFile: '' },
  ...more,
});
const row = (r: Resource, rung: Rung | 'unknown', owner: 'prewarm' | 'developer' | 'none' = 'prewarm') => ({
  resource: r,
  rung,
  owner,
  endpoint: undefined,
  decision: undefined,
  progress: undefined,
  readyInMs: undefined,
});
const fault = (message: string) => failed('engine-unreachable', 'later', message).fault;
const persona: Persona = {
  id: 'p1',
  name: 'npm test · db',
  weight: 0.5,
  confidence: 0.6,
  updatedAt: 0,
  support: 6,
  uses: [
    { resource: 'compose:shop/db', probability: 1, firstUseMs: [], durationMs: [] },
    { resource: 'command:npm test', probability: 0.9, firstUseMs: [], durationMs: [] },
  ],
  edges: [{ from: 'command:npm test', to: 'compose:shop/db', probability: 0.8, lagMs: { p50: 100, p90: 200 } }],
};
const state: Shown = {
  mode: 'auto',
  trusted: true,
  working: false,
  faults: [],
  active: persona,
  resources: [row(resource('web'), 'absent', 'none'), row(resource('db'), 'ready')],
  match: { personas: [{ id: 'p1', name: persona.name, probability: 0.82 }], none: 0.18 },
  needs: [{ resource: 'compose:shop/db', probability: 0.9, horizonMs: 1, etaMs: 5000, because: '' }],
  ledger: { savedMs: 4000, hits: 1, misses: 0, wastedWarmMs: 0, entries: [] },
};

describe('the status bar', () => {
  it('names persona, probability and warm count', () => expect(statusBar(state).text).toBe('$(flame) npm test · db 82% · 1 warm'));
  it('spins while something is being warmed', () => expect(statusBar({ ...state, working: true }).text).toMatch(/^\$\(sync~spin\)/));
  it('is learning while nobody is known', () =>
    expect(statusBar({ ...state, active: undefined, resources: [] }).text).toBe('$(flame) learning'));
  it('does not count what the developer started', () =>
    expect(statusBar({ ...state, resources: [row(resource('db'), 'ready', 'developer')] }).text).not.toContain('warm'));
  it('tells it all to who does not see it', () =>
    expect(statusBar({ ...state, working: true, faults: [fault('Docker is gone.')] }).accessible).toBe(
      'Prewarm: npm test · db, 82%; 1 warm; working; mode auto; something is in the way',
    ));
});

describe('its tooltip', () => {
  const tooltip = (more: Partial<Shown> = {}, commands?: ReadonlySet<string>) => statusBar({ ...state, ...more }, commands).tooltip;
  const like = (name: string, probability: number) => ({ id: name, name, probability });

  it('has the three most likely, the likeliest first', () => {
    const match = { personas: [like('c', 0.1), like('a', 0.6), like('d', 0.05), like('b', 0.2)], none: 0.05 };
    expect(tooltip({ match }).match(/\$\(person\) \w \*\*\d+%/g)).toEqual(['$(person) a **60%', '$(person) b **20%', '$(person) c **10%']);
  });
  it('has what is warm with its endpoint, and says how many more there are', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ ...row(resource(`db${i}`), 'ready'), endpoint: `127.0.0.1:${5432 + i}` }));
    expect(tooltip({ resources: many })).toContain('$(flame) db0 `127.0.0.1:5432`');
    expect(tooltip({ resources: many })).toContain('and 3 more');
    expect(tooltip({ resources: [] })).toContain('Nothing is warm.');
  });
  it('says which engine does not answer, for as long as it does not, and where it would be asked', () => {
    const away = {
      resource: 'compose:shop/db',
      action: 'leave',
      target: undefined,
      reason: { code: 'unknown-state', text: 'Docker cannot be reached.' },
    };
    const resources = state.resources.map((r) => ({ ...r, rung: 'unknown', decision: away }) as unknown as Shown['resources'][number]);
    expect(tooltip({ resources }).match(/Docker cannot be reached/g)).toHaveLength(1);
    expect(statusBar({ ...state, resources }).text).toMatch(/^\$\(warning\)/);
    expect(statusBar({ ...state, resources }).accessible).toContain('something is in the way');
    expect(tooltip({ resources, mode: 'shadow' })).not.toContain('Docker');
    expect(tooltip({ resources, trusted: false })).not.toContain('Docker');
  });
  it('has what is in the way, the last two, once each', () => {
    const faults = ['first', 'second', 'second', 'third'].map(fault);
    expect(tooltip({ faults }).match(/\$\(warning\) \w+/g)).toEqual(['$(warning) second', '$(warning) third']);
  });
  it('says when nothing may be started', () => expect(tooltip({ trusted: false })).toContain('Restricted Mode'));
  it('links to what is there, by an allow-list', () => {
    expect(tooltip({}, new Set(['prewarm.showWorkflow', 'prewarm.why', 'prewarm.warmNow']))).toMatch(
      /\[Workflow\]\(command:prewarm\.showWorkflow\) · \[Why…\]\(command:prewarm\.why\)$/,
    );
    expect(tooltip({}, new Set(['prewarm.showLedger']))).toContain('[Ledger](command:prewarm.showLedger)');
  });
  it('a name is text, whatever it is', () =>
    fc.assert(
      fc.property(fc.string(), (name) => {
        const said = tooltip({ match: { personas: [like(`${name}[x](command:prewarm.never)$(flame)`, 0.5)], none: 0.5 } });
        expect(said.match(/(?<!\\)\]\((?!command:prewarm\.(showWorkflow|why|setMode|showLedger|showLog)\))/g)).toBeNull();
        expect(said.split('\n').length).toBe(tooltip().split('\n').length);
        expect(said).not.toMatch(/(?<!\\\\)\$\(flame\)(?! (db|$))/);
      }),
    ));
});

describe('the tree of resources', () => {
  const states = [
    row(resource('web'), 'absent', 'none'),
    row(resource('cache'), 'fetched', 'none'),
    row(resource('jobs'), 'paused'),
    row(resource('old'), 'created'),
    row(resource('mine'), 'ready', 'developer'),
    { ...row(resource('slow'), 'created'), progress: 'pulling' },
    row(resource('far'), 'unknown', 'none'),
    row(resource('db'), 'ready'),
  ];
  const flat = (nodes: ReturnType<typeof resourceTree>) => nodes.map((n) => [n.label, n.state]);

  it('of a handful is a list by state, with no row for data files', () => {
    const data = row(resource('seed', { spec: { type: 'data-file', file: 'x.sql' } }), 'unknown', 'none');
    expect(flat(resourceTree({ ...state, resources: [...states, data] }))).toEqual([
      ['db', 'ready'],
      ['slow', 'warming'],
      ['mine', 'yours'],
      ['jobs', 'stopped'],
      ['old', 'stopped'],
      ['cache', 'absent'],
      ['web', 'absent'],
      ['far', 'unknown'],
    ]);
  });
  it('of sixty is in groups that count, what is absent folded up', () => {
    const many = Array.from({ length: 52 }, (_, i) => row(resource(`more${i}`), 'absent', 'none'));
    const nodes = resourceTree({ ...state, resources: [...states, ...many] });
    expect(nodes.map((n) => n.type === 'group' && [n.label, n.description, n.folded])).toEqual([
      ['Ready', '1', false],
      ['Warming', '1', false],
      ['Started by You', '1', false],
      ['Paused or Stopped', '2', false],
      ['Absent', '54', true],
      ['Unknown', '1', false],
    ]);
    expect(new Set(nodes.flatMap((n) => (n.type === 'group' ? n.rows : [])).map((r) => r.id)).size).toBe(60);
  });
  it('sixty of one state need no heading', () => {
    const same = Array.from({ length: 60 }, (_, i) => row(resource(`more${i}`), 'absent', 'none'));
    expect(resourceTree({ ...state, resources: same }).every((n) => n.type === 'resource')).toBe(true);
  });
  it('says why in the tooltip', () => {
    const reason = { code: 'not-worth-it' as const, text: 'Not worth it: 0.2 s.' };
    const decision = { resource: '', at: 0, rung: 'absent' as const, desired: 'unchanged' as const, reason, probability: 0, valueS: 0 };
    const [node] = resourceTree({ ...state, resources: [{ ...row(resource('db'), 'absent'), decision }] });
    expect(node?.type === 'resource' && node.tooltip.split('\n')).toEqual([
      'compose:shop/db (database), declared in compose.yaml',
      'Not worth it: 0.2 s.',
      'Needed within 1 min: 90% likely',
    ]);
  });
});

describe('the tree of personas', () => {
  const other: Persona = { ...persona, id: 'p2', name: 'docs', weight: 0.3, support: 1, lastAt: 0, held: true, uses: [] };
  const tree = (more: Partial<Shown> = {}) =>
    personaTree({ ...state, ...more, personas: [{ ...other, weight: 0.6 }, persona] }, 3 * 3_600_000);

  it('has the active one first, with its weight, when it was last seen, and its confidence', () => {
    const [first, second] = tree();
    expect([first?.label, first?.active, first?.description]).toEqual(['npm test · db', true, 'now 82 % · 50 %']);
    expect([second?.label, second?.held, second?.description]).toEqual(['docs', true, '60 % · 3 hours ago']);
    expect(second?.tooltip).toContain('Confidence 60 %, last seen 3 hours ago');
    expect(second?.tooltip).toContain('60 % of sessions (1 session)');
  });
  it('has what it uses below, resources before activities', () =>
    expect(tree()[0]?.uses.map((u) => [u.label, u.description, u.icon, u.warm])).toEqual([
      ['db', '100 %', 'database', true],
      ['npm test', '90 %', 'terminal', false],
    ]));
  it('by weight where none is active', () => expect(tree({ active: undefined }).map((r) => r.id)).toEqual(['p2', 'p1']));
});

describe('“everything is ready”', () => {
  const wanted = (name: string, rung: Rung) => ({ ...row(resource(name), rung), target: 'ready' as const });
  const said = (steps: readonly (readonly [number, readonly ReturnType<typeof row>[]])[]) => {
    let moment = NO_MOMENT;
    return steps.map(([sessionSince, resources]) => {
      moment = readyMoment(moment, { ...state, sessionSince, resources });
      return moment.say;
    });
  };
  it('is said when all that was wanted and cold is there, once a session', () =>
    expect(
      said([
        [1, [wanted('db', 'absent'), wanted('cache', 'created')]],
        [1, [row(resource('db'), 'ready'), wanted('cache', 'running')]],
        [1, [row(resource('db'), 'ready'), row(resource('cache'), 'ready')]],
        [1, [row(resource('db'), 'ready'), wanted('web', 'absent')]],
        [1, [row(resource('db'), 'ready'), row(resource('web'), 'ready')]],
        [2, [wanted('db', 'paused')]],
        [2, [row(resource('db'), 'ready')]],
      ]),
    ).toEqual([undefined, undefined, ['db', 'cache'], undefined, undefined, undefined, ['db']]));
  it('is no news where it was warm all along, and not true where something did not come', () => {
    expect(said([[1, [wanted('db', 'ready')]]])).toEqual([undefined]);
    expect(
      said([
        [1, [wanted('db', 'absent'), wanted('web', 'absent')]],
        [1, [wanted('db', 'ready'), row(resource('web'), 'created')]],
      ]),
    ).toEqual([undefined, undefined]);
  });
});

describe('suggestions', () => {
  const about = (...ids: string[]) => ({ resources: ids.map((id) => ({ id })) });
  it('are asked one at a time, and not about what became warm meanwhile', () => {
    const [a, b, c] = [about('a'), about('b'), about('c', 'a')];
    const asked = [a, b, c].reduce(offered<typeof a>, { open: undefined, waiting: [] } as SuggestionQueue<typeof a>);
    expect(asked).toEqual({ open: a, waiting: [b, c] });
    expect(answered(asked, () => true)).toEqual({ open: b, waiting: [c] });
    expect(answered(asked, (id) => id === 'c')).toEqual({ open: c, waiting: [] });
    expect(answered(asked, () => false)).toEqual({ open: undefined, waiting: [] });
  });
});

describe('the workflow', () => {
  it('has the persona’s activities and resources as nodes, its edges between them', () => {
    const { nodes, edges } = workflow(state);
    expect(nodes.map((n) => [n.label, n.warm])).toEqual([
      ['npm test', false],
      ['db', true],
    ]);
    expect(edges).toEqual([{ from: 'command:npm test', to: 'compose:shop/db', probability: 0.8, lagMs: 100, origin: 'learnt' }]);
  });
  it('says who uses a resource, and in what order they are needed', () => {
    const late = { ...persona, uses: persona.uses.map((u, i) => ({ ...u, firstUseMs: [{ value: 1000 - 500 * i, probability: 1 }] })) };
    const { nodes } = workflow({ ...state, active: late });
    expect(nodes.map((n) => n.label)).toEqual(['npm test', 'db']);
    expect(nodes[1]?.usedBy).toEqual(['npm test']);
  });
  it('shows the workflow that was asked for, with what sessions of it use', () => {
    const other = {
      ...persona,
      id: 'p2',
      name: 'Web',
      uses: [{ resource: 'compose:shop/web', probability: 0.4, firstUseMs: [], durationMs: [] }],
    };
    const shown = workflow({ ...state, personas: [persona, other] }, { asked: 'p2' });
    expect(shown).toMatchObject({ persona: 'Web', active: false, personas: [{ id: 'p1', active: true }, { id: 'p2' }] });
    expect(shown.nodes.find((n) => n.label === 'web')?.probability).toBe(0.4);
    expect(workflow({ ...state, personas: [persona, other] }, { asked: 'gone' }).persona).toBe(persona.name);
  });
  it('shows what the developer did by hand, in this workflow alone', () => {
    const overlay: Overlay = {
      additions: [{ resource: 'docker:shop/redis', addition: { name: 'redis', image: 'redis:7', memoryBytes: 1 } }],
      members: [
        { persona: 'p1', resource: 'docker:shop/redis', in: true },
        { persona: 'p2', resource: 'compose:shop/db', in: false },
      ],
      edges: [{ persona: 'p1', from: 'compose:shop/db', to: 'docker:shop/redis', edge: { probability: 1, lagMs: 0 } }],
      moves: [{ persona: 'p1', resource: 'docker:shop/redis', after: 'command:npm test' }],
      pins: [
        { persona: 'p1', resource: 'docker:shop/redis', rung: 'always', at: 1 },
        { persona: 'p2', resource: 'compose:shop/db', rung: 'never', at: 1 },
      ],
      requirements: [],
    };
    const redis = { ...resource('redis'), id: 'docker:shop/redis', dependsOn: ['compose:shop/db'] };
    const active = { ...persona, uses: [...persona.uses, { resource: redis.id, probability: 1, firstUseMs: [], durationMs: [] }] };
    const shown = workflow({
      ...state,
      active,
      resources: [...state.resources, row(redis, 'ready')],
      edits: { overlay, undo: undefined, redo: undefined },
    });
    expect(shown.nodes.find((n) => n.label === 'redis')).toMatchObject({ pin: 'always', byHand: 'added', usedBy: ['db'] });
    expect(shown.nodes.find((n) => n.label === 'db')?.pin).toBeUndefined();
    expect(shown.edges.filter((e) => e.to === redis.id).map((e) => e.origin)).toEqual(['by hand', 'order']);
    expect(shown.others.map((o) => o.name)).toEqual(['web']);
  });
  it('shows what is declared when no persona is known', () => expect(workflow({ ...state, active: undefined }).nodes).toHaveLength(2));
});

describe('the protocol', () => {
  it.each([
    [{ type: 'ready' }],
    [{ type: 'show', persona: 'p1' }],
    [{ type: 'warm', resource: 'x' }],
    [{ type: 'undo' }],
    [{ type: 'edit', persona: 'p1', edit: { type: 'add-image', name: 'redis', image: 'redis:7', port: 6379, pin: 'always' } }],
    [{ type: 'edit', edit: { type: 'connect', from: 'a', to: 'b', probability: 0.5, lagMs: 0 } }],
    [{ type: 'edit', edit: { type: 'pin', resource: 'x', rung: 'free' } }],
    [{ type: 'edit', edit: { type: 'move', resource: 'x' } }],
  ])('takes %j', (message) => expect(parseFromWebview(message)).toEqual(message));
  it.each([
    [{ type: 'edit' }],
    [{ type: 'edit', edit: { type: 'erase', resource: 'x' } }],
    [{ type: 'edit', persona: 7, edit: { type: 'remove', resource: 'x' } }],
    [{ type: 'edit', edit: { type: 'pin', resource: 'x', rung: 'sometimes' } }],
    [{ type: 'edit', edit: { type: 'require', resource: 'x', memoryBytes: -1 } }],
    [{ type: 'edit', edit: { type: 'connect', from: 'a', to: 'b', probability: '1', lagMs: 0 } }],
    [{ type: 'edit', edit: { type: 'remove', resource: 'x'.repeat(501) } }],
  ])('refuses the edit %j', (message) => expect(parseFromWebview(message)).toBeUndefined());
  it('whatever it is handed, it never throws and lets nothing through that it does not name', () => {
    const types = ['ready', 'show', 'warm', 'why', 'edit', 'undo', 'add', 'add-image', 'remove', 'connect', 'move', 'pin', 'require'];
    const value = fc.oneof(fc.constantFrom(...types, 'always', 'free'), fc.string(), fc.double(), fc.constant(null), fc.array(fc.nat()));
    const names = [
      'type',
      'resource',
      'persona',
      'from',
      'to',
      'name',
      'image',
      'port',
      'rung',
      'memoryBytes',
      'probability',
      'lagMs',
      'pin',
      'after',
    ];
    const flat = fc.dictionary(fc.constantFrom(...names, '__proto__', 'spec', 'hostPort'), value);
    const message = fc.oneof(
      fc.anything(),
      flat,
      fc.record({ type: fc.constant('edit'), persona: value, edit: fc.oneof(flat, fc.anything()) }),
    );
    fc.assert(
      fc.property(message, (raw) => {
        const parsed = parseFromWebview(raw);
        if (!parsed) return;
        const fields = [...Object.entries(parsed), ...('edit' in parsed ? Object.entries(parsed.edit) : [])].filter(
          ([name]) => name !== 'edit',
        );
        for (const [name, it] of fields) {
          expect(names).toContain(name);
          expect(it === undefined || typeof it === 'string' || (typeof it === 'number' && it >= 0)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
  it.each([[undefined], [null], [1], [{}], [{ type: 'warm' }], [{ type: 'erase', resource: 'x' }], [{ type: 'why', resource: 7 }]])(
    'refuses %j',
    (message) => expect(parseFromWebview(message)).toBeUndefined(),
  );
});
