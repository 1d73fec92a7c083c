import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/** Says who bears a token (a TokenReview webhook of the API server), so that a test may make up users and groups while the cluster runs. */
export async function startTokenServer(folder) {
  const users = new Map();
  const server = createServer(async (question, answer) => {
    let text = '';
    for await (const part of question) text += part;
    const user = users.get(JSON.parse(text).spec.token);
    const status = user ? { authenticated: true, user } : { authenticated: false };
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const config = join(folder, 'tokens.json');
  writeFileSync(config, JSON.stringify(kubeconfigOf(`http://127.0.0.1:${server.address().port}`)));
  return {
    config,
    tokenFor(name, groups = []) {
      const token = randomUUID();
      users.set(token, { username: name, uid: name, groups });
      return token;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

const kubeconfigOf = (server) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'tokens', cluster: { server } }],
  users: [{ name: 'api-server', user: {} }],
  contexts: [{ name: 'tokens', context: { cluster: 'tokens', user: 'api-server' } }],
  'current-context': 'tokens',
});
