import { expect, it } from 'vitest';
import { discreet, engineCheck } from '../../src/host/cli/engineCheck.ts';
import { createEngineLink } from '../../src/provision/engine/link.ts';

const signal = new AbortController().signal;

it('says by which way and why, without the names of machines', async () => {
  const environment = { DOCKER_HOST: 'tcp://127.0.0.1:9' };
  const link = createEngineLink({ environment });
  const check = await engineCheck(link, signal);
  expect(check).toMatchObject({
    name: 'engine',
    ok: false,
    detail: expect.stringMatching(/cannot be reached.*; by TCP: DOCKER_HOST names it$/),
  });
  const hide = await discreet(link, environment);
  expect(hide('Docker on 127.0.0.1 is tcp://127.0.0.1:9, not 127.0.0.10')).toBe('Docker on … is …, not 127.0.0.10');
});

it('hides host, user and socket of ssh as whole words', async () => {
  const environment = { DOCKER_HOST: 'ssh://me@build/run/x.sock' };
  const hide = await discreet(createEngineLink({ environment }), environment);
  expect(hide('ssh me@build: no /run/x.sock; some build-tools name it')).toBe('ssh …@…: no …; some build-tools name it');
});

it('hides the name of a context that is not there', async () => {
  const environment = { DOCKER_CONTEXT: 'acme-prod', DOCKER_CONFIG: '/nowhere' };
  const link = createEngineLink({ environment });
  const { detail } = await engineCheck(link, signal);
  expect(detail).toContain('acme-prod');
  expect((await discreet(link, environment))(detail)).not.toContain('acme-prod');
});
