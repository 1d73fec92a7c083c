/** `npm run vscode`: the sample workspace with this extension, in the desktop VS Code if there is one, else in the browser. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { has, must, say } from './run.mjs';
import { startVsCode } from './vscodeServer.mjs';
import { ROOT, SAMPLE } from './workspace.mjs';

await prepare();
if (await has('code')) {
  await must('code', ['--new-window', `--extensionDevelopmentPath=${ROOT}`, SAMPLE]);
  say('opened in VS Code');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-vscode-'));
  cpSync(SAMPLE, join(folder, 'sample-shop'), { recursive: true });
  const code = await startVsCode({ dataFolder: join(folder, 'code'), folder: join(folder, 'sample-shop'), development: ROOT });
  console.log(`Open ${code.url}\nCtrl-C stops it.`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => code.stop().then(() => process.exit(0)));
}
