import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from './build.mjs';
import { ask } from './request.mjs';
import { startTokenServer } from './tokenServer.mjs';

/**
 * A control plane of its own on free loopback ports: etcd, kube-apiserver (RBAC, and the admission plugins that are on by default: Pod Security,
 * Priority, ResourceQuota, LimitRanger, …), kube-controller-manager, kube-scheduler, and kwok, which plays `nodes` nodes and makes their pods
 * ready. No container runs; a forwarded port of a pod ends at what `forwards` gives for it (container port → port on 127.0.0.1). With no nodes
 * there are etcd and the API server alone, which is enough for objects, rights and watches.
 */
export async function startCluster({ nodes = 1, forwards = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-cluster-'));
  const tokens = await startTokenServer(folder);
  const [etcdPort, peerPort, apiPort, nodePort] = await freePorts(4);
  const server = `https://127.0.0.1:${apiPort}`;
  const admin = tokens.tokenFor('admin', ['system:masters']);
  const programs = new Map();
  const certificate = join(folder, 'pki', 'apiserver.crt');
  const kubeconfig = writeKubeconfig(folder, 'admin', server, certificate, admin);
  writeKeys(folder);

  const start = (name, path, args) => programs.set(name, startProgram(folder, name, path, args));
  const ours = (name, args) => start(name, programPath(name), args);
  const stopProgram = async (name, signal = 'SIGTERM') => {
    await programs.get(name)?.end(signal);
    programs.delete(name);
  };
  const api = (method, path, body) => ask(server, certificate, admin, method, path, body);

  async function startApiServer() {
    ours('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${apiPort}`,
      `--cert-dir=${join(folder, 'pki')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(folder, 'pki', 'sa.pub')}`,
      `--service-account-signing-key-file=${join(folder, 'pki', 'sa.key')}`,
      '--authorization-mode=Node,RBAC',
      `--authentication-token-webhook-config-file=${tokens.config}`,
      '--authentication-token-webhook-version=v1',
      '--kubelet-preferred-address-types=InternalIP',
    ]);
    await until(async () => (await api('GET', '/readyz')).status === 200, programs.get('kube-apiserver'));
  }

  async function startRest() {
    ours('kube-controller-manager', [
      `--kubeconfig=${kubeconfig}`,
      '--secure-port=0',
      '--leader-elect=false',
      '--use-service-account-credentials=false',
      `--service-account-private-key-file=${join(folder, 'pki', 'sa.key')}`,
      `--root-ca-file=${certificate}`,
    ]);
    ours('kube-scheduler', [`--kubeconfig=${kubeconfig}`, '--secure-port=0', '--leader-elect=false']);
    const config = join(folder, 'kwok.yaml');
    writeFileSync(
      config,
      [readFileSync(join(import.meta.dirname, 'stages.yaml'), 'utf8'), JSON.stringify(forwarding(forwards))].join('---\n'),
    );
    ours('kwok', [
      `--kubeconfig=${kubeconfig}`,
      `--config=${config}`,
      '--manage-all-nodes=true',
      '--node-ip=127.0.0.1',
      `--node-port=${nodePort}`,
      `--tls-cert-file=${certificate}`,
      `--tls-private-key-file=${join(folder, 'pki', 'apiserver.key')}`,
      '--node-lease-duration-seconds=40',
    ]);
    for (let n = 1; n <= nodes; n++) await api('POST', '/api/v1/nodes', node(`node-${n}`));
    const isReady = ({ status }) => status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
    await until(async () => (await api('GET', '/api/v1/nodes')).body.items.every(isReady), programs.get('kwok'));
    // Pods are refused until the namespace's service account is there.
    await until(
      async () => (await api('GET', '/api/v1/namespaces/default/serviceaccounts/default')).status === 200,
      programs.get('kube-controller-manager'),
    );
  }

  async function stop() {
    for (const name of ['kwok', 'kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd']) await stopProgram(name, 'SIGKILL');
    await tokens.close();
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    start('etcd', 'etcd', [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    ]);
    await startApiServer();
    if (nodes > 0) await startRest();
    return {
      /** Of the administrator; its only context is `test`. */
      kubeconfig,
      server,
      folder,
      /** The same at a port where nothing listens. */
      unreachableKubeconfig: writeKubeconfig(folder, 'nobody', 'https://127.0.0.1:9', certificate, 'none'),
      /** One request of the administrator: `{status, body}`. A PATCH of `apply` is server-side apply: give `?fieldManager=`. */
      api,
      /** A bearer token of a user with these groups; works at once. */
      tokenFor: tokens.tokenFor,
      /** A kubeconfig whose only user is the given one. */
      kubeconfigFor: (user, groups = []) => writeKubeconfig(folder, user, server, certificate, tokens.tokenFor(user, groups)),
      /** It crashes: watches break and nothing answers until it is started again. */
      stopApiServer: () => stopProgram('kube-apiserver', 'SIGKILL'),
      startApiServer,
      restartApiServer: async () => {
        await stopProgram('kube-apiserver', 'SIGKILL');
        await startApiServer();
      },
      /** Connections stay open and nothing comes (SIGSTOP), until it is resumed: as when the network is cut. */
      pauseApiServer: () => programs.get('kube-apiserver').signal('SIGSTOP'),
      resumeApiServer: () => programs.get('kube-apiserver').signal('SIGCONT'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Its log goes to a file; `ended` says that it has ended by itself, and with which last lines. */
function startProgram(folder, name, path, args) {
  const log = join(folder, `${name}.log`);
  const file = openSync(log, 'a');
  const child = spawn(path, args, { stdio: ['ignore', file, file] });
  closeSync(file);
  const gone = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  return {
    ended: () => (child.exitCode === null && child.pid !== undefined ? undefined : `${name} ended (${child.exitCode}): ${lastLines(log)}`),
    unready: () => `${name} did not become ready: ${lastLines(log)}`,
    signal: (signal) => child.kill(signal),
    async end(signal) {
      child.kill('SIGCONT');
      child.kill(signal);
      const late = setTimeout(reap, 10_000);
      await gone;
      clearTimeout(late);
      process.off('exit', reap);
    },
  };
}

const lastLines = (log) => readFileSync(log, 'utf8').trim().split('\n').slice(-8).join('\n');

async function until(condition, program, timeoutMs = 90_000) {
  for (const end = Date.now() + timeoutMs; ; ) {
    if (await condition().catch(() => false)) return;
    const problem = program.ended() ?? (Date.now() > end ? program.unready() : undefined);
    if (problem) throw new Error(problem);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Held open together, so that they differ. */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Service accounts' tokens are signed with these; the API server makes its own certificate beside them. */
function writeKeys(folder) {
  mkdirSync(join(folder, 'pki'));
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync(join(folder, 'pki', 'sa.pub'), publicKey);
  writeFileSync(join(folder, 'pki', 'sa.key'), privateKey, { mode: 0o600 });
}

function writeKubeconfig(folder, user, server, certificate, token) {
  const file = join(folder, `${user.replace(/[^\w.-]/g, '_')}-${randomUUID().slice(0, 8)}.kubeconfig`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': certificate } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user, namespace: 'default' } }],
    'current-context': 'test',
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

const node = (name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } } });

const forwarding = (forwards) => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'ClusterPortForward',
  metadata: { name: 'forwards' },
  spec: {
    selector: {},
    forwards: Object.entries(forwards).map(([port, to]) => ({ ports: [Number(port)], target: { address: '127.0.0.1', port: to } })),
  },
});
