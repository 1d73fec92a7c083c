import { afterAll, beforeAll } from 'vitest';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import { createPodman, type Podman, podmanProblem } from '../harness/podman.ts';
import { contract } from './contract.ts';
import { dockerSubject } from './dockerSubject.ts';
import { engineProblem } from './engine.ts';

const unavailable = engineProblem ?? podmanProblem();
let podman: Podman;

beforeAll(async () => {
  if (unavailable === undefined) podman = await createPodman(['redis:7']);
});
afterAll(() => podman?.remove());

contract(
  dockerSubject({ name: 'podman', unavailable, make: () => createDockerProvider({ host: podman.host }), client: () => podman.client }),
);
