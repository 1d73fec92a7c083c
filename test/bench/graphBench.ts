/**
 * The workflow editor with 300 nodes in a browser: how long until all of them are painted, from the page's files and from the message that
 * brings them, and how long a frame takes while it pans, with the browser's frame limit off (at 60 Hz no frame is shorter than 16.7 ms,
 * however little work it is) and, by the mouse, on: how many come late.
 */
import type { Browser, Page } from 'playwright-core';
import type { Workflow, WorkflowEdge, WorkflowNode } from '../../src/show/workflow.ts';
import { launchBrowser } from '../harness/workbench.mjs';
import { buildWebview, openWebview } from '../webview/openWebview.ts';
import { figure, tell } from './figures.ts';

const NODES = 300;
const RUNS = 7;
const UNLIMITED = ['--disable-frame-rate-limit', '--disable-gpu-vsync'];
const LATE_MS = 25;
const FRAMES = 480;

/** Layers of services that each lean on one or two of the forty before, as large compose projects have them. */
function largeWorkflow(): Workflow {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const nodes = Array.from(
    { length: NODES },
    (_, i): WorkflowNode => ({
      id: `compose:shop/service-${i}`,
      label: `service-${i}`,
      kind: ['database', 'cache', 'service', 'queue'][i % 4] as string,
      icon: '',
      rung: i % 3 === 0 ? 'ready' : 'created',
      warm: i % 3 === 0,
      probability: random(),
      etaMs: 1000 * i,
      memoryBytes: 2 ** 27,
      usedBy: [],
    }),
  );
  const edges = nodes.slice(1).flatMap((node, n): WorkflowEdge[] => {
    const from = new Set(Array.from({ length: random() < 0.3 ? 2 : 1 }, () => Math.floor(Math.max(0, n - random() * 40))));
    return [...from].map((f) => ({ from: nodes[f]?.id as string, to: node.id, probability: random(), lagMs: 1000, origin: 'learnt' }));
  });
  const none = { personas: [], others: [], catalogue: [] };
  return { persona: 'Large', personaId: 'p1', active: true, probability: 1, mode: 'auto', trusted: true, nodes, edges, ...none };
}

const workflow = largeWorkflow();
const files = await buildWebview('workflow');

/** Painted: the frame after all nodes were there has been handed on. The page itself looks for it, from its beginning. */
function lookForPaint(count: number): void {
  const shared = window as unknown as { painted: Promise<number> };
  shared.painted = new Promise((resolve) => {
    const look = (): void => {
      if (document.querySelectorAll('.node').length < count) requestAnimationFrame(look);
      else requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    };
    look();
  });
}
const painted = (page: Page): Promise<number> => page.evaluate(() => (window as unknown as { painted: Promise<number> }).painted);

async function firstPaints(browser: Browser): Promise<{ fromMessage: number; fromStart: number }> {
  const { page } = await openWebview(browser, files, { theme: 'dark', answer: () => [] });
  await page.evaluate(lookForPaint, NODES);
  await page.context().addInitScript(lookForPaint, NODES);
  const there = painted(page);
  const posted = page.evaluate(
    (message) => {
      const at = performance.now();
      window.postMessage(message, '*');
      return at;
    },
    { type: 'state', workflow },
  );
  const fromMessage = (await there) - (await posted);
  // Restored: the state is the page's own, and nothing is waited for.
  await page.reload({ waitUntil: 'commit' });
  const restored = await painted(page);
  // The files come through the test's own interception, which is no part of the web view.
  const loaded = await page.evaluate(() => (performance.getEntriesByType('resource').at(-1) as PerformanceResourceTiming).responseEnd);
  const fromStart = restored - loaded;
  await page.context().close();
  return { fromMessage, fromStart };
}

/** Frame times of the graph while it is moved, ms: by the mouse, or by one step of the wheel a frame, as fast as frames come. */
async function panned(browser: Browser, by: 'mouse' | 'wheel', how: 'as it opens' | 'all in sight'): Promise<readonly number[]> {
  const { page, post } = await openWebview(browser, files, { theme: 'dark', answer: () => [] });
  await post({ type: 'state', workflow });
  await page.evaluate(lookForPaint, NODES);
  await painted(page);
  if (how === 'all in sight') await page.getByRole('button', { name: 'Fit' }).click();
  await page.waitForTimeout(400);
  const frames = page.evaluate(
    ({ count, byWheel }) =>
      new Promise<number[]>((resolve) => {
        const graph = document.querySelector('.frame');
        const times: number[] = [];
        let last = performance.now();
        const step = (now: number): void => {
          times.push(now - last);
          last = now;
          const deltaY = times.length % 240 < 120 ? 4 : -4;
          if (byWheel) graph?.dispatchEvent(new WheelEvent('wheel', { deltaY, shiftKey: true, cancelable: true }));
          if (times.length < count) requestAnimationFrame(step);
          else resolve(times.slice(1));
        };
        requestAnimationFrame(step);
      }),
    { count: FRAMES, byWheel: by === 'wheel' },
  );
  if (by === 'mouse') {
    await page.mouse.move(1000, 560);
    await page.mouse.down();
    for (let i = 0; i < FRAMES; i++) await page.mouse.move(1000 - 4 * (i % 240 < 120 ? i % 240 : 240 - (i % 240)), 560);
    await page.mouse.up();
  }
  const times = await frames;
  await page.context().close();
  return times;
}

const p95 = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(0.95 * values.length)] as number;
const runs = async <T>(one: () => Promise<T>): Promise<T[]> => {
  const all: T[] = [];
  for (let i = 0; i < RUNS; i++) all.push(await one());
  return all;
};

const limited = await launchBrowser();
const paints = await runs(() => firstPaints(limited));
const late = await runs(async () => {
  const frames = await panned(limited, 'mouse', 'as it opens');
  return (100 * frames.filter((ms) => ms > LATE_MS).length) / frames.length;
});
await limited.close();
const unlimited = await launchBrowser(UNLIMITED);
const opens = await runs(async () => p95(await panned(unlimited, 'wheel', 'as it opens')));
const all = await runs(async () => p95(await panned(unlimited, 'wheel', 'all in sight')));
await unlimited.close();

tell({
  'first paint of 300 nodes, from the message': figure(
    'ms',
    paints.map((p) => p.fromMessage),
  ),
  'first paint of 300 nodes, restored page, from its files': figure(
    'ms',
    paints.map((p) => p.fromStart),
  ),
  'frame while panning, p95, as it opens': figure('ms', opens),
  'frame while panning, p95, all in sight': figure('ms', all),
  'frames later than 25 ms while panning at 60 Hz': figure('%', late),
});
