import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { must, run, say } from './run.mjs';

/** What the suites use of Debian, by a file that shows that it is there (the package's own, or another maker's in the same place). */
const PACKAGES = {
  'docker.io': ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/bin/docker'],
  iptables: ['/usr/sbin/iptables'],
  debootstrap: ['/usr/sbin/debootstrap'],
  chromium: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  'fonts-dejavu-core': ['/usr/share/fonts/truetype/dejavu'],
  'postgresql-client': ['/usr/bin/psql'],
  'docker-registry': ['/usr/bin/docker-registry'],
  'redis-server': ['/usr/bin/redis-server'],
  'etcd-server': ['/usr/bin/etcd', '/usr/local/bin/etcd'],
  memcached: ['/usr/bin/memcached'],
  prometheus: ['/usr/bin/prometheus'],
  'openssh-server': ['/usr/sbin/sshd'],
  'openssh-client': ['/usr/bin/ssh'],
  podman: ['/usr/bin/podman'],
  openssl: ['/usr/bin/openssl'],
  procps: ['/usr/bin/ps', '/bin/ps'],
  git: ['/usr/bin/git'],
  'build-essential': ['/usr/bin/g++'],
  python3: ['/usr/bin/python3'],
};
const POLICY = '/usr/sbin/policy-rc.d';

/** On Debian as root, where nothing asks for a password: installs what is missing. Elsewhere the suites say what they lack. */
export async function ensureDebianPackages() {
  if (!existsSync('/etc/debian_version') || process.getuid() !== 0) return;
  const missing = Object.keys(PACKAGES).filter((name) => !PACKAGES[name].some((path) => existsSync(path)));
  if (missing.length === 0) return;
  say(`installing from Debian: ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await withoutServices(async () => {
    await run('apt-get', ['update', '-qq'], { env });
    await must('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
  });
}

/** Servers must not start by themselves: their ports are the tests'. A machine's own policy is left as it is. */
async function withoutServices(install) {
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await install();
  } finally {
    if (ours) rmSync(POLICY);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await ensureDebianPackages();
