import { afterEach, describe, expect, it } from 'vitest';
import {
  holderInLsof,
  holderOf,
  listenersIn,
  pidInNetstat,
  programInTasklist,
  proxiedBy,
  said,
} from '../../../src/provision/gateway/portHolder.ts';
import { createWorld } from './world.ts';

const world = createWorld();
afterEach(() => world.end());

const PROC_NET_TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   111        0 41871 1 0000000000000000 100 0 0 10 0
   1: 0100007F:8008 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23507 1 0000000000000000 100 0 0 10 0
   2: 0100007F:C8B2 0100007F:1538 01 00000000:00000000 02:00000A3F 00000000  1000        0 51243 2 0000000000000000 20 4 30 10 -1
`;
const PROC_NET_TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0CEA 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000   112        0 19277 1 0000000000000000 100 0 0 10 0
`;
const DOCKER_PROXY_20 = [
  '/usr/sbin/docker-proxy',
  '-proto',
  'tcp',
  '-host-ip',
  '127.0.0.1',
  '-host-port',
  '32776',
  '-container-ip',
  '172.18.0.2',
  '-container-port',
  '6379',
  '',
].join('\0');
const NETSTAT_GERMAN = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         1104
  TCP    127.0.0.1:5432         0.0.0.0:0              ABHÖREN         6120
  TCP    127.0.0.1:54320        127.0.0.1:5432         HERGESTELLT     7316
  TCP    [::]:3306              [::]:0                 ABHÖREN         4988
`.replaceAll('\n', '\r\n');

describe('who holds a port', () => {
  it.each([
    ['a listener', PROC_NET_TCP, 5432, [{ inode: '41871', uid: 111 }]],
    ['a listener of root', PROC_NET_TCP, 32776, [{ inode: '23507', uid: 0 }]],
    ['a connection is no listener', PROC_NET_TCP, 51378, []],
    ['a listener on all addresses of IPv6', PROC_NET_TCP6, 3306, [{ inode: '19277', uid: 112 }]],
    ['nobody', PROC_NET_TCP6, 5432, []],
    ['no table', '', 5432, []],
  ])('Linux, /proc/net/tcp: %s', (_, text, port, listeners) => expect(listenersIn(text, port)).toEqual(listeners));

  it.each([
    ['Docker 20', DOCKER_PROXY_20, { hostAddress: '127.0.0.1', hostPort: 32776, containerHost: '172.18.0.2', containerPort: 6379 }],
    [
      'Docker 28',
      DOCKER_PROXY_20.replace('/usr/sbin', '/usr/bin').replace(/\0$/, '\0-use-listen-fd\0'),
      { hostAddress: '127.0.0.1', hostPort: 32776, containerHost: '172.18.0.2', containerPort: 6379 },
    ],
    ['UDP', DOCKER_PROXY_20.replace('tcp', 'udp'), undefined],
    ['another program that names it', `vim\0${DOCKER_PROXY_20}`, undefined],
    ['cut short', DOCKER_PROXY_20.split('-container-ip')[0], undefined],
    ['a kernel thread', '', undefined],
  ])('Linux, command line of docker-proxy: %s', (_, text, proxied) => expect(proxiedBy(text as string)).toEqual(proxied));

  it.each([
    ['one program', 'p812\ncpostgres\nf7\n', { pid: 812, program: 'postgres' }],
    ['Docker Desktop', 'p2214\nccom.docker.backend\nf120\nf121\n', { pid: 2214, program: 'com.docker.backend' }],
    ['nobody', '', undefined],
  ])('macOS, lsof -F pc: %s', (_, text, holder) => expect(holderInLsof(text)).toEqual(holder));

  it.each([
    ['on loopback', 5432, 6120],
    ['on all addresses of IPv6', 3306, 4988],
    ['a connection is no listener', 54320, undefined],
    ['nobody', 8080, undefined],
  ])('Windows, netstat -ano: %s', (_, port, pid) => expect(pidInNetstat(NETSTAT_GERMAN, port)).toBe(pid));

  it.each([
    ['a program', '"postgres.exe","6120","Services","0","12.345 K"\r\n', 'postgres.exe'],
    ['a program with a space', '"Docker Desktop.exe","6120","Console","1","98,304 K"\r\n', 'Docker Desktop.exe'],
    ['none', 'INFO: No tasks are running which match the specified criteria.\r\n', undefined],
  ])('Windows, tasklist: %s', (_, text, program) => expect(programInTasklist(text)).toBe(program));

  it.each([
    [{ program: 'postgres', pid: 812 }, 'postgres (pid 812)'],
    [{ program: 'docker-proxy', pid: 5 }, 'docker-proxy (pid 5, a container publishes it)'],
    [{ program: 'com.docker.backend', pid: 5 }, 'com.docker.backend (pid 5, a container publishes it)'],
    [{ pid: 812 }, 'the process 812'],
    [{ uid: 111 }, 'a program of another user (uid 111)'],
  ])('says %j', (holder, text) => expect(said(holder)).toBe(text));

  it.runIf(process.platform === 'linux')('finds the real one, and nobody where nobody is', async () => {
    const other = await world.named('other');
    expect(await holderOf(other.at.port)).toContain(`(pid ${process.pid})`);
    other.close();
    expect(await holderOf(other.at.port)).toBeUndefined();
  });
});
