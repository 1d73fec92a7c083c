import type Docker from 'dockerode';
import type { Resource } from '../../src/domain/index.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import type { Provider } from '../../src/provision/provider.ts';
import { createDockerProvider } from '../../src/provision/providers/docker.ts';
import type { Subject } from './contract.ts';

type Spec = Extract<Resource['spec'], { type: 'docker' }>;

/** A Redis of the Docker provider. */
export const redis = (
  name: string,
  spec: Partial<Spec> = {},
  probe: Resource['probe'] = { type: 'command', command: ['redis-cli', 'ping'], timeoutMs: 20_000 },
): Resource => ({
  id: `docker:test/${name}`,
  name,
  kind: 'cache',
  provider: 'docker',
  declaredIn: 'test',
  dependsOn: [],
  memoryBytes: 0,
  ports: [{ container: 6379, protocol: 'tcp' }],
  probe,
  spec: { type: 'docker', image: 'redis:7', environment: {}, ...spec },
});

/** The Docker provider on one engine; `client` asks that engine itself, by a way of its own. */
export function dockerSubject(engine: Pick<Subject, 'name' | 'unavailable'> & { make(): Provider; client(): Docker }): Subject {
  return {
    ...engine,
    resource: (name) => redis(name),
    changed: (r) => ({ ...r, spec: { ...(r.spec as Spec), environment: { CHANGED: '1' } } }),
    broken: [
      {
        what: 'an image that does not exist',
        resource: () => redis('noimage', { image: '127.0.0.1:9/no/such:1' }),
        message: /docker:test\/noimage: the image 127\.0\.0\.1:9\/no\/such:1 could not be had/,
      },
      {
        what: 'a container that ends at once',
        resource: () => redis('ends', { command: ['sh', '-c', 'echo bad config; exit 3'] }),
        message: /docker:test\/ends ended before it was ready.*exit code 3.*bad config/s,
      },
      {
        what: 'a probe that never passes',
        resource: () => redis('never', {}, { type: 'command', command: ['false'], timeoutMs: 600 }),
        message: /docker:test\/never did not become ready.*`false`/,
      },
    ],
    unreachable: () => createDockerProvider({ host: 'tcp://127.0.0.1:9' }),
    count: async (resource, context) => (await ofOurs(engine.client(), `${LABEL.resource}=${resource.id}`, context.workspace)).length,
    async cleanUp() {
      if (engine.unavailable !== undefined) return;
      const client = engine.client();
      for (const { Id } of await ofOurs(client)) await client.getContainer(Id).remove({ force: true, v: true });
    },
  };
}

const ofOurs = (client: Docker, label = LABEL.owner as string, workspace = `contract-${process.pid}`) =>
  client.listContainers({ all: true, filters: { label: [label, `${LABEL.workspace}=${workspace}`] } });
