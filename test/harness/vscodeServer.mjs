import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { descendants } from './processTree.mjs';
import { must, say } from './run.mjs';
import { until } from './until.mjs';

const VERSION = '4.139.1';
/** VS Code 1.139 needs Node 24; this package is that binary, so the project's own Node can stay older. */
const NODE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** A full VS Code server (workbench, extension host, terminal, webviews) from npm, compiled once into the cache. Returns its places. */
export async function ensureVsCode() {
  const folder = cacheFolder(`code-server-${VERSION}`);
  const at = {
    node: join(folder, 'node_modules', NODE, 'bin', 'node'),
    root: join(folder, 'node_modules', 'code-server'),
    code: join(folder, 'node_modules', 'code-server', 'lib', 'vscode'),
  };
  if (existsSync(join(folder, 'complete'))) return at;
  say(`making a VS Code server ready (code-server ${VERSION}; some minutes, once)`);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error'];
  await must('npm', ['install', `code-server@${VERSION}`, `${NODE}@24`, '--ignore-scripts', ...quiet], { cwd: folder });
  const env = { ...process.env, PATH: `${join(at.node, '..')}:${process.env.PATH}` };
  await must('npm', ['install', '--ignore-scripts', '--omit=dev', ...quiet], { cwd: at.code, env });
  await must('npm', ['install', '--ignore-scripts', '--omit=dev', ...quiet], { cwd: join(at.code, 'extensions'), env });
  await must('npm', ['rebuild', 'node-pty', '@vscode/spdlog', '@parcel/watcher', '@vscode/native-watchdog', '@vscode/sqlite3'], {
    cwd: at.code,
    env,
  });
  await must('npm', ['rebuild', 'argon2'], { cwd: at.root, env });
  writeFileSync(join(folder, 'complete'), '');
  return at;
}

const SETTINGS = {
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'update.mode': 'none',
  'git.openRepositoryInParentFolders': 'never',
  'terminal.integrated.defaultProfile.linux': 'bash',
};

/** Puts the packaged extension where the server finds it, as a user's install does. */
export async function installVsix(vsix, dataFolder) {
  const at = await ensureVsCode();
  await must(at.node, [
    join(at.root, 'out', 'node', 'entry.js'),
    '--user-data-dir',
    dataFolder,
    '--extensions-dir',
    join(dataFolder, 'extensions'),
    '--install-extension',
    vsix,
  ]);
  return readdirSync(join(dataFolder, 'extensions')).find((name) => name.startsWith('prewarm.'));
}

/**
 * @param {{ dataFolder: string, folder: string, development?: string, tests?: string, settings?: object, env?: object }} options
 * Starts the server on a free loopback port. `development` loads an extension from a folder, `tests` runs a bundle inside
 * the extension host. Stops with everything it started.
 */
export async function startVsCode({ dataFolder, folder, development, tests, settings = {}, env = {} }) {
  const at = await ensureVsCode();
  const port = await freePort();
  for (const scope of ['Machine', 'User']) {
    mkdirSync(join(dataFolder, 'data', scope), { recursive: true });
    writeFileSync(join(dataFolder, 'data', scope, 'settings.json'), JSON.stringify({ ...SETTINGS, ...settings }));
  }
  const args = [
    join(at.code, 'out', 'server-main.js'),
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--without-connection-token',
    '--accept-server-license-terms',
    // It lets the page name an extension under development, and keeps notifications from being shown: users have no such thing.
    ...(development || tests ? ['--enable-smoke-test-driver'] : []),
    '--server-data-dir',
    dataFolder,
    '--extensions-dir',
    join(dataFolder, 'extensions'),
    '--telemetry-level',
    'off',
  ];
  const child = spawn(at.node, args, {
    env: { ...process.env, ...env, SHELL: '/bin/bash' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (log += data));
  const stop = () => stopGroup(child);
  process.once('exit', () => child.exitCode ?? child.signalCode ?? signalGroup(child, 'SIGKILL'));
  try {
    await until(
      () => log.includes('Extension host agent listening') || child.exitCode !== null,
      30_000,
      () => `VS Code did not start:\n${log}`,
    );
    if (child.exitCode !== null) throw new Error(`VS Code ended with ${child.exitCode} at its start:\n${log}`);
  } catch (error) {
    await stop();
    throw error;
  }
  const remote = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
  const payload = [
    ...(development ? [['extensionDevelopmentPath', remote(development)]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
  ];
  return {
    url: `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}${payload.length > 0 ? `&payload=${encodeURIComponent(JSON.stringify(payload))}` : ''}`,
    pid: child.pid,
    log: () => log,
    /** As a crash does it; resolves to how many there were. */
    async killExtensionHost() {
      const hosts = await descendants(child.pid, /--type=extensionHost/);
      for (const pid of hosts) process.kill(pid, 'SIGKILL');
      return hosts.length;
    },
    stop,
  };
}

async function stopGroup(child) {
  if (!signalGroup(child, 'SIGTERM')) return;
  await new Promise((resolve) => setTimeout(resolve, 500));
  signalGroup(child, 'SIGKILL');
}

/** The server and all it started are one process group; false where none of it is left. */
function signalGroup(child, signal) {
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
