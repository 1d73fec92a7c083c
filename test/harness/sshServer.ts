import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/provision/freePort.ts';

/** OpenSSH's server, for one key of the test's, on a loopback port of its own; the account is this one, whose docker command reaches the engine. */
export interface SshServer {
  /** `ssh://test-engine`, a name that only the client of `environment` knows. */
  readonly url: string;
  /** In which `ssh` is the real one with a configuration of the test's own instead of the user's. */
  readonly environment: NodeJS.ProcessEnv;
  /** Logins so far. */
  logins(): number;
  /** Takes the key away, and gives it back. */
  allow(key: 'known' | 'unknown'): void;
  /** Whether the client knows the server's key. */
  trust(host: 'known' | 'unknown' | 'changed'): void;
  /** Ends every login, as a broken network does. */
  cut(): void;
  remove(): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';

/** Why there can be none here; undefined where there can. */
export function sshProblem(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'an OpenSSH server of its own needs root on Linux';
  return existsSync(SSHD) && existsSync('/usr/bin/ssh') ? undefined : 'OpenSSH’s server is not installed (openssh-server)';
}

export async function createSshServer(environment: NodeJS.ProcessEnv = process.env): Promise<SshServer> {
  const root = mkdtempSync(join(tmpdir(), 'pw-sshd-'));
  const at = (name: string): string => join(root, name);
  const port = await freePort();
  for (const key of ['host', 'user', 'other']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
  // Where sshd leaves its privileges; Debian makes it only at boot.
  mkdirSync('/run/sshd', { recursive: true });
  const publicKey = (key: string): string => readFileSync(at(`${key}.pub`), 'utf8');
  const trust: SshServer['trust'] = (host) =>
    writeFileSync(at('known_hosts'), host === 'unknown' ? '' : `[127.0.0.1]:${port} ${publicKey(host === 'known' ? 'host' : 'other')}`);
  const allow: SshServer['allow'] = (key) =>
    writeFileSync(at('authorized_keys'), key === 'known' ? publicKey('user') : '', { mode: 0o600 });
  trust('known');
  allow('known');
  writeFileSync(
    at('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('authorized_keys')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'LogLevel VERBOSE',
      // What the account finds its engine by, as its login shell would set it.
      `SetEnv ${['PATH', 'DOCKER_HOST'].flatMap((name) => (process.env[name] ? [`${name}=${process.env[name]}`] : [])).join(' ')}`,
    ].join('\n'),
  );
  writeFileSync(
    at('config'),
    [
      'Host test-engine',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${at('user')}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${at('known_hosts')}`,
      '  StrictHostKeyChecking yes',
    ].join('\n'),
  );
  const programs = at('bin');
  mkdirSync(programs);
  // Later options win, so what asks for no configuration at all (`-F none`) gets that.
  writeFileSync(join(programs, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${at('config')} "$@"\n`);
  chmodSync(join(programs, 'ssh'), 0o755);
  let log = '';
  const server = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  server.stderr.on('data', (text: Buffer) => {
    log += text;
  });
  await listening(port, () => log);
  const cut = (): void => {
    for (const [, pid] of log.matchAll(/User child is on pid (\d+)/g)) tryToEnd(Number(pid));
  };
  return {
    url: 'ssh://test-engine',
    environment: { ...environment, PATH: `${programs}:${environment.PATH}` },
    logins: () => log.match(/Accepted publickey/g)?.length ?? 0,
    allow,
    trust,
    cut,
    async remove() {
      cut();
      server.kill();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function tryToEnd(pid: number): void {
  try {
    process.kill(pid);
  } catch {
    // It has ended already.
  }
}

async function listening(port: number, log: () => string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const taken = await new Promise<boolean>((resolve) => {
      const server = createServer()
        .once('error', () => resolve(true))
        .listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
    });
    if (taken) return;
    await sleep(50);
  }
  throw new Error(`sshd did not start: ${log()}`);
}
