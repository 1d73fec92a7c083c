/** `npm run test:electron`: activates the extension in a desktop VS Code that is downloaded for it (needs the internet and a display). */

import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { prepare } from './prepare.mjs';
import { ROOT, SAMPLE } from './workspace.mjs';

await prepare({ build: 'always' });
await runTests({
  extensionDevelopmentPath: ROOT,
  extensionTestsPath: join(ROOT, 'test', 'host', 'index.cjs'),
  launchArgs: [SAMPLE, '--disable-workspace-trust', '--disable-extensions'],
});
