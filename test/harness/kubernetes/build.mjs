import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../cache.mjs';
import { must, run, say } from '../run.mjs';

const GO_MOD = readFileSync(join(import.meta.dirname, 'go.mod'), 'utf8');
const VERSION = /k8s\.io\/kubernetes (v\S+)/.exec(GO_MOD)[1];
/** The API server first: suites of objects alone need no more. */
const PROGRAMS = [...GO_MOD.matchAll(/^\t(\S+\/cmd\/\S+)$/gm)].map((m) => m[1]);

/** The one lack that no run is failed for. */
export const NO_GO = 'Go is not installed, to build kube-apiserver and its fellows with';

/** Where a program of the control plane is, once it is built. */
export const programPath = (name) => join(cacheFolder(`kubernetes-${VERSION}`), name);

/** The control plane that the tests run against, built from Go modules into the cache. Returns why it cannot be had, if so. */
export async function ensureKubernetes() {
  if (process.platform === 'win32') return 'the control plane of the tests (etcd, kube-apiserver, kwok) is for Linux and macOS';
  if ((await run('etcd', ['--version'])).code !== 0) return 'etcd is not installed (Debian: etcd-server)';
  const missing = PROGRAMS.filter((path) => !existsSync(programPath(nameOf(path))));
  if (missing.length === 0) return undefined;
  if ((await run('go', ['version'])).code !== 0) return NO_GO;
  say(`building Kubernetes ${VERSION} and kwok with Go (a quarter of an hour or more, once)`);
  for (const path of missing) await build(path);
  return undefined;
}

const nameOf = (path) => path.split('/').at(-1);

/** Put in place whole, so that a build that was ended leaves nothing that looks complete. */
async function build(path) {
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-kubernetes-'));
  try {
    for (const name of ['go.mod', 'go.sum']) copyFileSync(join(import.meta.dirname, name), join(folder, name));
    const draft = `${programPath(nameOf(path))}.draft`;
    await must('nice', ['-n', '19', 'go', 'build', '-trimpath', '-ldflags', linkerFlags(), '-o', draft, path], { cwd: folder });
    renameSync(draft, programPath(nameOf(path)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The version that the API server tells its clients; without it, it takes itself for v0.0.0. */
function linkerFlags() {
  const [major, minor] = VERSION.slice(1).split('.');
  const values = { gitVersion: VERSION, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const at = 'k8s.io/component-base/version';
  return ['-s -w', ...Object.entries(values).map(([name, value]) => `-X ${at}.${name}=${value}`)].join(' ');
}
