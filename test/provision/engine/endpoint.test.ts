import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isElsewhere, parseEndpoint, privateParts } from '../../../src/provision/engine/endpoint.ts';

const parse = (text: string) => parseEndpoint(text, 'the test');

describe('an endpoint', () => {
  it.each([
    ['unix:///var/run/docker.sock', { by: 'socket', path: '/var/run/docker.sock' }],
    ['/var/run/docker.sock', { by: 'socket', path: '/var/run/docker.sock' }],
    ['npipe:////./pipe/docker_engine', { by: 'socket', path: '//./pipe/docker_engine' }],
    ['tcp://127.0.0.1', { by: 'tcp', host: '127.0.0.1', port: 2375 }],
    ['tcp://build.example:2376', { by: 'tcp', host: 'build.example', port: 2376 }],
    ['tcp://127.0.0.1:80', { by: 'tcp', host: '127.0.0.1', port: 80 }],
    ['tcp://[::1]:2375', { by: 'tcp', host: '::1', port: 2375 }],
    ['https://build.example', { by: 'tcp', host: 'build.example', port: 2376, tls: {} }],
    ['localhost:2375', { by: 'tcp', host: 'localhost', port: 2375 }],
    ['ssh://build', { by: 'ssh', host: 'build' }],
    ['ssh://me@build:2222', { by: 'ssh', host: 'build', user: 'me', port: 2222 }],
    ['ssh://build/run/user/1000/docker.sock', { by: 'ssh', host: 'build', socket: '/run/user/1000/docker.sock' }],
  ])('%s', (text, value) => expect(parse(text)).toEqual({ ok: true, value }));

  it.each([
    'unix://',
    'fd://',
    'file:///etc/passwd',
    'tcp://',
    'tcp://a b',
    'ssh://',
    'ssh://-oProxyCommand=id',
    'ssh://me@$(id)',
    'ssh://-l@host',
    'ssh://host/$(id)',
    'ssh://host?x',
  ])('%s is refused with one message', (text) => {
    const result = parse(text);
    expect(result).toMatchObject({ ok: false, fault: { code: 'wrong-usage', message: expect.stringContaining('the test') } });
  });

  it('a password is refused and not repeated', () => {
    for (const text of ['ssh://me:hunter2@host', 'tcp://me:hunter2@host:2375']) {
      const result = parse(text);
      expect(result.ok).toBe(false);
      expect(JSON.stringify(result)).not.toContain('hunter2');
    }
  });

  it('whatever is written, ssh gets no option and its shell no second word', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        for (const url of [text, `ssh://${text}`, `ssh://me@${text}`, `ssh://${text}@host`, `ssh://host/${text}`]) {
          const result = parse(url);
          if (!result.ok || result.value.by !== 'ssh') continue;
          const { host, user = '', socket = '' } = result.value;
          const plain = [host, user].every((word) => /^(?!-)[\w.:%@+\\-]*$/.test(word)) && /^[\w./@+-]*$/.test(socket);
          if (!plain) return false;
        }
        return true;
      }),
    );
  });

  it.each([
    ['unix:///x', false],
    ['tcp://127.0.0.1:1', false],
    ['tcp://localhost:1', false],
    ['tcp://10.0.0.5:1', true],
    ['ssh://localhost', true],
  ])('%s is elsewhere: %s', (text, elsewhere) => {
    const result = parse(text);
    expect(result.ok && isElsewhere(result.value)).toBe(elsewhere);
  });

  it('tells what diagnostics leave out', () => {
    const result = parse('ssh://me@build/run/x.sock');
    expect(result.ok && privateParts(result.value)).toEqual(['build', 'me', '/run/x.sock']);
  });
});
