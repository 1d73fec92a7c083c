import { describe, expect, it } from 'vitest';
import { isLost, isUnreachable, unreachable } from '../../../src/provision/containers/engine.ts';
import type { Endpoint } from '../../../src/provision/engine/endpoint.ts';
import { explained, LinkError, sshProblem } from '../../../src/provision/engine/linkError.ts';

describe('what ssh said', () => {
  it.each([
    ['me@build: Permission denied (publickey).', /none of your keys.*ssh-add/],
    ['Host key verification failed.', /not known yet\. Run `ssh build`/],
    ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.', /not the one that is known/],
    ['bash: line 1: docker: command not found', /no `docker` on the path/],
    ['permission denied while trying to connect to the Docker daemon socket', /may not use Docker there/],
    ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?', /no engine runs there/],
    ['ssh: connect to host build port 22: Connection timed out', /Connection timed out\. Try `ssh build docker version`/],
    ['', /ended without a word/],
  ])('%s', (said, message) => {
    const error = sshProblem(said, 'build');
    expect(error.message).toMatch(message);
    expect(error.message.split('\n')).toHaveLength(1);
    expect(isUnreachable(error)).toBe(true);
    expect(unreachable(error)).toMatchObject({ code: 'engine-unreachable', retry: 'later', message: error.message });
  });
});

describe('an error on the way', () => {
  const tls: Endpoint = { by: 'tcp', host: 'build', port: 2376, tls: {} };
  const error = (code: string, message = code) => Object.assign(new Error(message), { code });

  it.each([
    [tls, error('SELF_SIGNED_CERT_IN_CHAIN'), /not signed by the authority/],
    [tls, error('CERT_HAS_EXPIRED'), /has expired/],
    [tls, error('ERR_TLS_CERT_ALTNAME_INVALID'), /for another name/],
    [tls, error('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), /refused this machine’s certificate/],
    [tls, error('ECONNRESET', 'socket hang up'), /ended the TLS connection/],
    [{ by: 'socket', path: '/x' }, error('EACCES'), /may not use its socket/],
  ] as const)('%o %s', (endpoint, raw, message) => {
    const better = explained(raw, endpoint);
    expect(better).toBeInstanceOf(LinkError);
    expect(better.message).toMatch(message);
  });

  it('is left as it is where there is nothing better to say', () => {
    const raw = error('ECONNREFUSED');
    expect(explained(raw, { by: 'tcp', host: 'build', port: 2375 })).toBe(raw);
  });

  it('a connection that was kept too long may be tried again, whoever explained it', () => {
    expect(isLost(explained(error('ECONNRESET'), tls))).toBe(true);
    expect(isLost(new LinkError('for people'))).toBe(false);
  });
});
