import { expect, it } from 'vitest';
import { registryOf } from '../../src/provision/pull.ts';

it.each([
  ['redis:7', 'docker.io'],
  ['library/redis', 'docker.io'],
  ['ghcr.io/shop/api:1', 'ghcr.io'],
  ['127.0.0.1:5000/slow/thing:1', '127.0.0.1:5000'],
  ['localhost/thing@sha256:0', 'localhost'],
])('%s comes from %s', (image, registry) => expect(registryOf(image)).toBe(registry));
