import { describe, expect, it } from 'vitest';
import type { Persona, Resource, Rung } from '../../src/domain/index.ts';
import { parseFromWebview } from '../../src/show/protocol.ts';
import { resourceTree } from '../../src/show/resourceTree.ts';
import type { Shown } from '../../src/show/shown.ts';
import { statusBar } from '../../src/show/statusBar.ts';
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
  it('says when nothing may be started', () => expect(statusBar({ ...state, trusted: false }).tooltip[0]).toContain('Restricted Mode'));
});

describe('the tree', () => {
  it('has the warm first, and no row for data files', () => {
    const data = row(resource('seed', { spec: { type: 'dataset', file: 'x.sql' } }), 'unknown', 'none');
    expect(resourceTree({ ...state, resources: [...state.resources, data] }).map((r) => [r.label, r.state])).toEqual([
      ['db', 'warm'],
      ['web', 'cold'],
    ]);
  });
});

describe('the workflow', () => {
  it('has the persona’s activities and resources as nodes, its edges between them', () => {
    const { nodes, edges } = workflow(state);
    expect(nodes.map((n) => [n.label, n.warm])).toEqual([
      ['npm test', false],
      ['db', true],
    ]);
    expect(edges).toEqual([{ from: 'command:npm test', to: 'compose:shop/db', probability: 0.8, lagMs: 100 }]);
  });
  it('shows what is declared when no persona is known', () => expect(workflow({ ...state, active: undefined }).nodes).toHaveLength(2));
});

describe('the protocol', () => {
  it.each([[{ type: 'ready' }], [{ type: 'warm', resource: 'x' }]])('takes %j', (message) =>
    expect(parseFromWebview(message)).toEqual(message),
  );
  it.each([[undefined], [null], [1], [{}], [{ type: 'warm' }], [{ type: 'erase', resource: 'x' }], [{ type: 'why', resource: 7 }]])(
    'refuses %j',
    (message) => expect(parseFromWebview(message)).toBeUndefined(),
  );
});
