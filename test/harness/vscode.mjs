/**
 * `npm run vscode`: the sample workspace, with its recorded history and this extension, in the desktop VS Code if there is
 * one, else in the browser. In a profile of its own: neither your settings nor your journal are touched.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';
import { has, must, say } from './run.mjs';
import { startVsCode } from './vscodeServer.mjs';
import { copySample, ROOT, seedHistory } from './workspace.mjs';

const SETTINGS = { 'prewarm.mode': 'auto' };

await prepare();
const temp = mkdtempSync(join(tmpdir(), 'prewarm-vscode-'));
const folder = await copySample(temp);
const dataFolder = join(temp, 'code');
if (await has('code')) await inDesktop();
else if (process.platform === 'win32') tell('No `code` command was found. Install VS Code and let its installer add it to PATH.');
else await inBrowser();

async function inDesktop() {
  await seed(join(dataFolder, 'User'));
  writeFileSync(join(dataFolder, 'User', 'settings.json'), JSON.stringify(SETTINGS));
  await must('code', ['--new-window', '--user-data-dir', dataFolder, `--extensionDevelopmentPath=${ROOT}`, folder]);
  say(`opened in VS Code; ${temp} may be deleted when you have closed it`);
}

async function inBrowser() {
  await seed(join(dataFolder, 'data', 'User'));
  const code = await startVsCode({ dataFolder, folder, development: ROOT, settings: SETTINGS });
  console.log(`Open ${code.url}\nCtrl-C stops it.`);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, async () => {
      await code.stop();
      rmSync(temp, { recursive: true, force: true });
      process.exit(0);
    });
}

async function seed(user) {
  const { workspaceOf } = await import(pathToFileURL(join(ROOT, 'dist', 'core.js')).href);
  mkdirSync(user, { recursive: true });
  seedHistory(join(user, 'globalStorage', 'prewarm.prewarm'), workspaceOf(folder).id);
}

function tell(problem) {
  console.error(problem);
  process.exitCode = 1;
}
