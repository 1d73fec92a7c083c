/**
 * How long a typed character takes to be painted in a real VS Code window, with the extension (in mode auto, over a workspace that it
 * knows) and without it: by turns in one run, since both depend on what else the machine does. What is reported is the median and the
 * 95th percentile of each round, and the difference between neighbours.
 */
import { openPackagedWindow, type PackagedWindow } from '../e2e/packagedWindow.ts';
import { figure, tell } from './figures.ts';

const ROUNDS = 6;
const KEYS = 150;
const WARM_UP_KEYS = 40;
const KEY_EVERY_MS = 50;

/** From the key to the frame after the text changed; the page itself looks, so that the driver's own time is not counted. */
function listen(): void {
  const shared = window as unknown as { latencies: number[] };
  shared.latencies = [];
  let pressed: number | undefined;
  const lines = document.querySelector('.monaco-editor .view-lines');
  window.addEventListener('keydown', (event) => (pressed = event.timeStamp), { capture: true });
  new MutationObserver(() => {
    const at = pressed;
    if (at === undefined) return;
    pressed = undefined;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => shared.latencies.push(performance.now() - at);
      port2.postMessage(undefined);
    });
  }).observe(lines as Element, { childList: true, subtree: true, characterData: true });
}

async function begin(opened: PackagedWindow): Promise<void> {
  const { bench } = opened;
  await bench.openFile('server.mjs');
  await bench.page.locator('.monaco-editor .view-lines').first().click();
  await bench.page.keyboard.press('Control+End');
  await bench.page.evaluate(listen);
}

async function round({ bench: { page } }: PackagedWindow): Promise<readonly number[]> {
  await page.bringToFront();
  const type = async (keys: number): Promise<void> => {
    for (let i = 0; i < keys; i++) {
      await page.keyboard.press(i % 30 === 29 ? 'Enter' : 'x');
      await page.waitForTimeout(KEY_EVERY_MS);
    }
  };
  await type(WARM_UP_KEYS);
  await page.evaluate(() => {
    (window as unknown as { latencies: number[] }).latencies.length = 0;
  });
  await type(KEYS);
  return page.evaluate(() => (window as unknown as { latencies: number[] }).latencies);
}

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * values.length)] as number;

const without = await openPackagedWindow({ extension: 'none' });
const withIt = await openPackagedWindow();
try {
  await withIt.loaded();
  await begin(without);
  await begin(withIt);
  const [on, off]: [(readonly number[])[], (readonly number[])[]] = [[], []];
  for (let i = 0; i < ROUNDS; i++) {
    // Who is first changes, so that neither always types on the quieter machine.
    for (const which of i % 2 === 0 ? ['off', 'on'] : ['on', 'off'])
      if (which === 'on') on.push(await round(withIt));
      else off.push(await round(without));
  }
  const told = (all: readonly (readonly number[])[], share: number) =>
    figure(
      'ms',
      all.map((values) => at(values, share)),
    );
  const differences = on.map((values, i) => at(values, 0.5) - at(off[i] as readonly number[], 0.5));
  tell({
    'with the extension, median': told(on, 0.5),
    'without it, median': told(off, 0.5),
    'with the extension, p95': told(on, 0.95),
    'without it, p95': told(off, 0.95),
    'difference of the medians': figure('ms', differences),
    'keys measured': figure('', [on.flat().length + off.flat().length]),
  });
} finally {
  await withIt.close();
  await without.close();
}
