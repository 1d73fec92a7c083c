import { copyFileSync, existsSync, linkSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../cache.mjs';
import { must, run, say } from '../run.mjs';

const SOURCE = join(import.meta.dirname, 'controlPlane');
const VERSION = /k8s\.io\/kubernetes (v\S+)/.exec(readFileSync(join(SOURCE, 'go.mod'), 'utf8'))[1];
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'];
const EXTERNAL = process.env.PREWARM_KUBECONFIG;

/** The folder of the control plane's programs. */
export const programsFolder = () => cacheFolder(`kubernetes-${VERSION}`);

/** A control plane to test against: the developer's (PREWARM_KUBECONFIG), else one built from Go modules into the cache. Returns why there is none. */
export async function ensureKubernetes() {
  if (EXTERNAL) return existsSync(EXTERNAL) ? undefined : `PREWARM_KUBECONFIG names ${EXTERNAL}, which does not exist`;
  if (process.platform !== 'linux')
    return 'set PREWARM_KUBECONFIG to the kubeconfig of a cluster for tests (kind, minikube); none is built here';
  if ((await run('etcd', ['--version'])).code !== 0) return 'etcd is not installed (Debian: etcd-server)';
  if (PROGRAMS.every((name) => existsSync(join(programsFolder(), name)))) return undefined;
  if ((await run('go', ['version'])).code !== 0)
    return 'Go is not installed to build kube-apiserver with, and PREWARM_KUBECONFIG is not set';
  say(`building Kubernetes ${VERSION} and kwok with Go (ten minutes or more, once)`);
  await build();
  return undefined;
}

/** Built beside the cache and put in place whole, so that a build that was ended leaves nothing that looks complete. */
async function build() {
  const draft = mkdtempSync(join(tmpdir(), 'prewarm-kubernetes-'));
  try {
    for (const name of readdirSync(SOURCE)) copyFileSync(join(SOURCE, name), join(draft, name));
    const program = join(programsFolder(), 'control-plane.draft');
    await must('nice', ['-n', '19', 'go', 'build', '-trimpath', '-ldflags', linkerFlags(), '-o', program, '.'], { cwd: draft });
    for (const name of PROGRAMS) {
      rmSync(join(programsFolder(), name), { force: true });
      linkSync(program, join(programsFolder(), name));
    }
    renameSync(program, join(programsFolder(), 'control-plane'));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The version that the API server tells its clients; without it, it takes itself for v0.0.0. */
function linkerFlags() {
  const [major, minor] = VERSION.slice(1).split('.');
  const values = { gitVersion: VERSION, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const at = 'k8s.io/component-base/version';
  return ['-s -w', ...Object.entries(values).map(([name, value]) => `-X ${at}.${name}=${value}`)].join(' ');
}
