/**
 * `npm test`: everything. Installs what is missing where it may, then runs every suite; what cannot run here is named in the
 * last lines with its reason and the way to enable it. With CI=true or `--all` a missing part is a failure.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCompose } from './compose.mjs';
import { ensureDocker, stopDocker } from './docker.mjs';
import { ensureImages } from './images.mjs';
import { prepare } from './prepare.mjs';
import { run, say } from './run.mjs';
import { ensureVsCode } from './vscodeServer.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const all = process.env.CI === 'true' || process.argv.includes('--all');
const bin = (name) => join(ROOT, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
const results = [];

await prepare({ build: 'always' });
const dockerProblem = await attempt('Docker', async () => (await ensureDocker()) ?? (await ensureCompose()) ?? (await ensureImages()));
const windowProblem = await attempt('VS Code in a browser', async () => {
  const { browserPath } = await import('./workbench.mjs');
  if (!browserPath()) return 'no Chromium or Chrome was found: install one, or set PREWARM_BROWSER to its path';
  if (process.platform === 'win32')
    return 'the VS Code server of the bench is for Linux and macOS; `npm run test:electron` runs the same host tests in a desktop VS Code';
  await ensureVsCode();
  return undefined;
});

await command('types', bin('tsc'), ['--noEmit']);
await command('lint', bin('biome'), ['check', '.']);
await vitest('unit', {});
await vitest('contract', { PREWARM_DOCKER: dockerProblem ?? 'yes' });
if (windowProblem) skip('e2e (a real VS Code window)', windowProblem);
else await vitest('e2e', { PREWARM_DOCKER: dockerProblem ?? 'yes' });
await stopDocker();

report();

async function attempt(what, prepareIt) {
  try {
    return await prepareIt();
  } catch (error) {
    return `${what} could not be prepared: ${error.message.split('\n').slice(0, 3).join(' ')}`;
  }
}

async function command(name, program, args) {
  say(name);
  const { code, output } = await run(program, args, { cwd: ROOT });
  if (code !== 0) process.stderr.write(output);
  results.push({ name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] });
}

async function vitest(project, env) {
  say(`${project} tests`);
  const file = join(ROOT, 'test-results', `${project}.json`);
  rmSync(file, { force: true });
  const { code } = await run(
    bin('vitest'),
    ['run', '--project', project, '--reporter', 'default', '--reporter', 'json', '--outputFile.json', file],
    { cwd: ROOT, env: { ...process.env, ...env }, show: true },
  );
  const tests = readResult(file);
  const count = (status) => tests.filter((t) => t.status === status).length;
  const failed = count('failed');
  const skipped = [...new Set(tests.filter((t) => t.status === 'skipped' || t.status === 'pending').map((t) => t.reason))];
  results.push({ name: project, passed: count('passed'), failed: failed + (code !== 0 && failed === 0 ? 1 : 0), skipped });
}

/** A skipped contract says why in its own name: “docker (skipped: …)”. */
function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
      .testResults.flatMap((f) => f.assertionResults)
      .map((t) => ({ status: t.status, reason: /\(skipped: (.*?)\)(?: |$)/.exec(t.fullName)?.[1] ?? t.fullName }));
  } catch {
    return [];
  }
}

function skip(name, reason) {
  results.push({ name, passed: 0, failed: 0, skipped: [reason] });
}

function report() {
  console.log('');
  for (const r of results)
    console.log(`${r.failed > 0 ? '✗' : '✓'} ${r.name.padEnd(28)} ${r.passed} passed${r.failed > 0 ? `, ${r.failed} failed` : ''}`);
  const skipped = results.flatMap((r) => r.skipped.map((reason) => `${r.name}: ${reason}`));
  for (const line of skipped) console.log(`skipped  ${line}`);
  const sum = (key) => results.reduce((n, r) => n + r[key], 0);
  const failed = sum('failed') + (all ? skipped.length : 0);
  if (all && skipped.length > 0) console.log('Everything must run here (CI=true or --all), so what was skipped counts as failed.');
  console.log(`${sum('passed')} passed, ${failed} failed, ${all ? 0 : skipped.length} skipped`);
  process.exit(failed > 0 ? 1 : 0);
}
