/**
 * Works in the sample workspace as a developer would, in a real VS Code window, and keeps what the project's own sensors
 * wrote: `resources/sample-history.jsonl`. Needs Docker or embedded PostgreSQL, git, psql and redis-cli. About 12 minutes.
 *
 *   node test/record/record.mjs
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from '../harness/run.mjs';
import { startVsCode } from '../harness/vscodeServer.mjs';
import { launchBrowser, openWorkbench } from '../harness/workbench.mjs';
import { copySample, ROOT } from '../harness/workspace.mjs';

const IDLE_MINUTES = 0.2;
const PAUSE_MS = IDLE_MINUTES * 60_000 + 2000;
const ROUNDS = 6;

const open = (file) => ({ open: file });
const run = (line, waitMs = 2500) => ({ run: line, waitMs });
/** Three ways of working in the shop; `maybe` steps are taken in about half of the sessions. */
const WORKFLOWS = {
  api: [
    open('server.mjs'),
    open('db.mjs'),
    { maybe: run('git status') },
    run('npm run lint'),
    { maybe: open('report.mjs') },
    run('npm test', 5000),
    { maybe: open('orders.test.mjs') },
    run('psql -c "select count(*) from orders"', 3000),
    run('npm run report', 3500),
    { maybe: run('git diff --stat') },
  ],
  web: [
    open('index.html'),
    { maybe: run('git pull --help > /dev/null') },
    open('serve.mjs'),
    run('node web/serve.mjs --once'),
    { maybe: open('guide.md') },
    run('ls web'),
    open('changes.md'),
    { maybe: run('git log --oneline -3') },
    run('node web/serve.mjs --once'),
  ],
  ops: [
    open('compose.yaml'),
    run('ls -a'),
    { maybe: open('Makefile') },
    run('redis-cli ping', 3000),
    { maybe: open('devcontainer.json') },
    run('redis-cli info stats | head -3', 2500),
    { maybe: run('git log --oneline -3') },
    run('du -sh .'),
  ],
};

let state = 7;
const random = () => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return state / 2 ** 31;
};

const temp = mkdtempSync(join(tmpdir(), 'prewarm-record-'));
const workspace = await copySample(temp);
const code = await startVsCode({
  dataFolder: join(temp, 'code'),
  folder: workspace,
  development: ROOT,
  settings: { 'prewarm.mode': 'suggest', 'prewarm.sessions.idleMinutes': IDLE_MINUTES, 'terminal.integrated.gpuAcceleration': 'off' },
});
const browser = await launchBrowser();
try {
  const bench = await openWorkbench(browser, code.url);
  await bench.waitFor(async () => (await bench.statusText()).includes('learning'), 60_000, 'the status bar did not come up');
  await bench.openTerminal();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, steps] of Object.entries(WORKFLOWS)) {
      await bench.page.waitForTimeout(PAUSE_MS);
      say(`round ${round + 1}: ${name} (${await bench.statusText()})`);
      for (const step of steps) await take(bench, step);
    }
  }
  await bench.page.waitForTimeout(3000);
} finally {
  await browser.close();
  await code.stop();
}

const journals = readdirSync(join(temp, 'code'), { recursive: true }).filter((f) => /journal[/\\].*\.jsonl$/.test(f));
const lines = journals.flatMap((f) =>
  readFileSync(join(temp, 'code', f), 'utf8')
    .trim()
    .split('\n'),
);
// Other containers on the machine are nobody's work in this workspace.
const activities = lines.map((line) => ({ ...JSON.parse(line), workspace: 'sample-shop' })).filter((a) => !a.kind.startsWith('container.'));
writeFileSync(join(ROOT, 'resources', 'sample-history.jsonl'), `${activities.map((a) => JSON.stringify(a)).join('\n')}\n`);
say(`${activities.length} activities recorded`);
rmSync(temp, { recursive: true, force: true });

async function take(bench, step) {
  if (step.maybe) {
    if (random() < 0.5) await take(bench, step.maybe);
    return;
  }
  if (step.open) {
    await bench.openFile(step.open);
    await bench.page.waitForTimeout(600 + 1200 * random());
    return;
  }
  await bench.command('Terminal: Focus Terminal');
  await bench.page.waitForTimeout(300);
  await bench.type(step.run);
  await bench.page.waitForTimeout(step.waitMs + 1000 * random());
}
