/** `npm run test:electron`: the host tests in a desktop VS Code that is downloaded for it (needs the internet and a display). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { copySample, ROOT } from './workspace.mjs';

await prepare({ build: 'always' });
const { runTests } = await import('@vscode/test-electron');
// A short path: macOS allows 103 characters for the socket that VS Code puts there.
const temp = mkdtempSync(join(tmpdir(), 'pw-'));
try {
  await runTests({
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: join(ROOT, 'test', 'host', 'index.cjs'),
    launchArgs: [await copySample(temp), '--disable-workspace-trust', '--disable-extensions', '--user-data-dir', join(temp, 'user')],
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
}
