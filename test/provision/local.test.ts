import { describe, expect, it } from 'vitest';
import { wordsOf } from '../../src/provision/local/declared.ts';
import { imageName, LOCAL_SERVERS } from '../../src/provision/local/servers.ts';

const place = { port: 4242, dataFolder: '/my data/redis', configFile: '/my data/redis.conf' };
const server = (image: string) => LOCAL_SERVERS.find((s) => s.image.test(imageName(image)));
const start = (image: string, command: readonly string[], environment: Record<string, string> = {}) =>
  server(image)?.start({ image: imageName(image), command, environment }, place);

describe('a redis of this machine', () => {
  const OURS = ['bind 127.0.0.1', 'port 4242', 'daemonize no', 'dir "/my data/redis"'];
  const config = (command: readonly string[], image = 'redis:7', environment = {}) => {
    const begun = start(image, command, environment);
    return begun?.ok ? begun.value.config?.trim().split('\n') : begun?.fault.message;
  };
  it('listens on loopback and keeps its data with us, whatever the command says of it', () => {
    expect(config([])).toEqual(OURS);
    expect(config(['redis-server', '--port', '6380', '--bind', '0.0.0.0', '--dir', '/data', '--protected-mode', 'no'])).toEqual(OURS);
  });
  it('takes over what matters to clients', () => {
    expect(config(['redis-server', '--save', '60', '1', '--requirepass', 'a"b\\c', '--maxmemory', '64mb'])).toEqual([
      ...OURS,
      'save "60" "1"',
      'requirepass "a\\"b\\\\c"',
      'maxmemory "64mb"',
    ]);
    expect(config(['redis-server', '--save', ''])).toEqual([...OURS, 'save ""']);
  });
  it('a password in the environment only for the image that reads it', () => {
    expect(config([], 'bitnami/redis:7', { REDIS_PASSWORD: 'x' })).toEqual([...OURS, 'requirepass "x"']);
    expect(config([], 'redis:7', { REDIS_PASSWORD: 'x' })).toEqual(OURS);
  });
  it.each([
    [['redis-server', '--loadmodule', '/x.so'], '--loadmodule'],
    [['redis-server', '/etc/redis.conf'], '/etc/redis.conf'],
    [['redis-sentinel'], 'redis-sentinel'],
    [['sh', '-c', 'redis-server'], 'sh'],
  ])('refuses what it could not do likewise: %j', (command, named) => {
    expect(config(command)).toBe(`its command has “${named}”, which a server of this machine is not started with`);
  });
  it('no secret stands in its arguments', () => {
    const begun = start('redis', ['redis-server', '--requirepass', 'hunter2']);
    expect(begun).toMatchObject({ ok: true, value: { args: ['/my data/redis.conf'] } });
  });
});

describe('a memcached of this machine', () => {
  it('listens on loopback, without UDP, with the memory that was declared', () => {
    const begun = start('memcached:1.6', ['memcached', '-m', '128', '-p', '1', '-l', '0.0.0.0', '-vv', '--conn-limit=99']);
    const args = begun?.ok ? begun.value.args.join(' ') : '';
    expect(args).toMatch(/^-l 127\.0\.0\.1 -p 4242 -U 0( -u \w+)? -m 128 --conn-limit=99$/);
  });
  it('takes flags alone, as the image does; refuses what it does not know', () => {
    expect(start('memcached', ['-c', '5'])).toMatchObject({ ok: true });
    expect(start('memcached', ['memcached', '-S'])).toMatchObject({ ok: false, fault: { code: 'unsupported' } });
  });
});

it('splits a command as a shell would', () => {
  expect(wordsOf('redis-server --requirepass "a b"  --save \'\' x"y z"')).toEqual([
    'redis-server',
    '--requirepass',
    'a b',
    '--save',
    '',
    'xy z',
  ]);
  expect(wordsOf(['a', 1])).toEqual(['a', '1']);
  expect(wordsOf(undefined)).toEqual([]);
});
