/**
 * `npm test`: everything. Installs what is missing where it may, then runs every suite; what cannot run here is named in the
 * last lines with its reason and the way to enable it. With CI=true or `--all` a missing part is a failure, but for Kubernetes where there is no
 * Go to build it with.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from './audit.mjs';
import { ensureCompose } from './compose.mjs';
import { ensureDebianPackages } from './debian.mjs';
import { ensureDocker, stopDocker } from './docker.mjs';
import { ensureImages } from './images.mjs';
import { ensureKubernetes, NO_GO } from './kubernetes.mjs';
import { prepare } from './prepare.mjs';
import { run, say } from './run.mjs';
import { ensureVsCode } from './vscodeServer.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const all = process.env.CI === 'true' || process.argv.includes('--all');
const DESKTOP = '`npm run test:electron` runs the host tests in a desktop VS Code';
const results = [];
/** What failed, and what passed only when it was tried again, by name: the lines of the suites are too many to be looked through. */
const trouble = [];
const notRun = [];

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopDocker().then(() => process.exit(130)));
const debianProblem = await attempt('Debian packages', ensureDebianPackages);
if (debianProblem) say(debianProblem);
await prepare({ build: 'always' });
const dockerProblem = await attempt('Docker', async () => (await ensureDocker()) ?? (await ensureCompose()) ?? (await ensureImages()));
const windowProblem = await attempt('VS Code in a browser', async () => {
  const { browserPath } = await import('./workbench.mjs');
  if (process.platform === 'win32') return `the VS Code server of the bench is for Linux and macOS; ${DESKTOP}`;
  if (!browserPath()) return 'no Chromium or Chrome was found: install one, or set PREWARM_BROWSER to its path';
  await ensureVsCode();
  return undefined;
});
const clusterProblem = await attempt('Kubernetes', ensureKubernetes);
const env = { PREWARM_DOCKER: dockerProblem ?? 'yes', PREWARM_KUBERNETES: clusterProblem ?? 'yes' };

await command('types', 'typescript/bin/tsc', '--noEmit');
await command('lint', '@biomejs/biome/bin/biome', 'check', '.');
await weaknesses();
await vitest('unit');
await vitest('contract');
const { browserPath } = await import('./workbench.mjs');
if (browserPath()) await vitest('webview');
else skip('webview', 'no Chromium or Chrome was found: install one, or set PREWARM_BROWSER to its path');
for (const name of ['host', 'e2e'])
  if (windowProblem) skip(name, windowProblem);
  else await vitest(name);
await stopDocker();

report();

async function attempt(what, prepareIt) {
  try {
    return await prepareIt();
  } catch (error) {
    return `${what} could not be prepared: ${error.message.split('\n').slice(0, 3).join(' ')}`;
  }
}

/** By Node itself, which works alike on every system. */
function tool(path, args, show) {
  return run(process.execPath, [join(ROOT, 'node_modules', path), ...args], { cwd: ROOT, env: { ...process.env, ...env }, show });
}

async function command(name, path, ...args) {
  say(name);
  const { code, output } = await tool(path, args, false);
  if (code !== 0) process.stderr.write(output);
  results.push({ name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] });
}

/** Where the registry cannot tell, that is said and is nobody's failure: it has nothing to do with what is tested here. */
async function weaknesses() {
  say('known weaknesses of dependencies');
  const { unknown, found } = await audit(ROOT);
  if (unknown) notRun.push(`audit: ${unknown}`);
  else results.push({ name: 'audit', passed: found.length === 0 ? 1 : 0, failed: found.length, skipped: [] });
  trouble.push(...found.map((line) => `failed   audit: ${line}`));
}

/** Every processor is used; suites of real parts run their files one after another all the same. */
async function vitest(project) {
  say(`${project} tests`);
  const file = join(ROOT, 'test-results', `${project}.json`);
  rmSync(file, { force: true });
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', file];
  const { code } = await tool('vitest/vitest.mjs', ['run', '--project', project, '--maxWorkers', '100%', ...reporters], true);
  const tests = readResult(file);
  const count = (status) => tests.filter((t) => t.status === status).length;
  const failed = count('failed');
  trouble.push(
    ...tests
      .filter((t) => t.trouble)
      .map((t) => `${t.status === 'failed' ? 'failed  ' : 'passed only when tried again '} ${project}: ${t.name}: ${t.trouble}`),
  );
  const skipped = [...new Set(tests.filter((t) => t.status === 'skipped' || t.status === 'pending').map((t) => t.reason))];
  results.push({ name: project, passed: count('passed'), failed: failed + (code !== 0 && failed === 0 ? 1 : 0), skipped });
}

/** What is skipped says why in its own name: “docker (skipped: …)”. */
function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
      .testResults.flatMap((f) => f.assertionResults)
      .map((t) => ({
        status: t.status,
        name: t.fullName,
        reason: /\(skipped: (.*?)\)(?: |$)/.exec(t.fullName)?.[1] ?? t.fullName,
        trouble: t.failureMessages?.[0]?.split('\n').slice(0, 2).join(' ').slice(0, 300),
      }));
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
  for (const line of notRun) console.log(`not run  ${line}`);
  for (const line of trouble) console.log(line);
  const sum = (key) => results.reduce((n, r) => n + r[key], 0);
  const missing = all ? skipped.filter((line) => !line.includes(NO_GO)).length : 0;
  const failed = sum('failed') + missing;
  if (missing > 0) console.log('Everything must run here (CI=true or --all), so what was skipped counts as failed.');
  console.log(`${sum('passed')} passed, ${failed} failed, ${skipped.length - missing} skipped`);
  process.exit(failed > 0 ? 1 : 0);
}
