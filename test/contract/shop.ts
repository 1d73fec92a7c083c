import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { App } from '../../src/app/app.ts';
import type { Secrets, Settings } from '../../src/app/ports.ts';
import { failed } from '../../src/domain/index.ts';
import { openApp } from '../../src/host/node/openApp.ts';
import { workspaceOf } from '../../src/host/node/workspaceIdentity.ts';
import { LABEL } from '../../src/provision/ownership.ts';
import { docker } from './engine.ts';

export const BUNDLES = resolve(import.meta.dirname, '../../dist');

/** A database that logs every statement, a cache, and a service that asks for the generated login in its declaration. */
const composeOf = (project: string): string => `name: ${project}
services:
  db:
    image: postgres:15
    command: ["postgres", "-c", "log_statement=all"]
    environment: { POSTGRES_USER: shop owner, POSTGRES_PASSWORD: declared, POSTGRES_DB: shop }
    ports: ["5432"]
    volumes: ["./init:/docker-entrypoint-initdb.d:ro"]
    healthcheck: { test: ["CMD", "pg_isready", "-q", "-h", "127.0.0.1"], interval: 30s }
  cache:
    image: redis:7
    ports: ["6379"]
    healthcheck: { test: ["CMD", "redis-cli", "ping"], interval: 30s }
  api:
    image: redis:7
    command: ["sleep", "3600"]
    init: true
    environment:
      DATABASE_URL: "\${PREWARM_DB_URL:-postgres://shop@db:5432/shop}"
      DATABASE_PASSWORD: "\${PREWARM_DB_PASSWORD:-declared}"
    depends_on: [db]
    healthcheck: { test: ["CMD", "true"], interval: 30s }
`;

/** A workspace on the real engine, with a state folder of its own. */
export function createShop(name: string) {
  const root = mkdtempSync(join(tmpdir(), 'prewarm-shop-'));
  const project = `prewarm-${name}-${process.pid}`;
  const folder = join(root, project);
  mkdirSync(join(folder, 'init'), { recursive: true });
  writeFileSync(join(folder, 'compose.yaml'), composeOf(project));
  writeFileSync(join(folder, 'init', '1.sql'), 'create table orders (id int); insert into orders values (1);');
  const workspace = workspaceOf(folder);
  const id = (service: string): string => `compose:${project}/${service}`;
  const opened: App[] = [];

  return {
    folder,
    stateFolder: join(root, 'state'),
    workspace,
    id,
    async open(secrets: Secrets | undefined, settings: Partial<Settings> = {}, log: (line: string) => void = () => {}): Promise<App> {
      const app = await openApp({
        folder,
        stateFolder: join(root, 'state'),
        bundles: BUNDLES,
        log,
        providers: { embedded: 'off' },
        // The feeds of these tests need none.
        feedSecret: async () => failed('not-found', 'never', 'There is no secret.'),
        settings: { mode: 'auto', gateway: 'off', ...settings },
        credentials: secrets && { secrets, scope: 'all' },
      });
      if (!app.ok) throw new Error(app.fault.message);
      opened.push(app.value);
      return app.value;
    },
    containers: () => docker.listContainers({ all: true, filters: { label: [`com.docker.compose.project=${project}`] } }),
    async container(service: string) {
      const label = [`${LABEL.resource}=${id(service)}`, `${LABEL.workspace}=${workspace.id}`];
      const [info] = await docker.listContainers({ all: true, filters: { label } });
      if (!info) throw new Error(`there is no container of ${service}`);
      return docker.getContainer(info.Id);
    },
    async remove(): Promise<void> {
      for (const app of opened.splice(0)) await app.dispose();
      for (const { Id } of await this.containers()) await docker.getContainer(Id).remove({ force: true, v: true });
      const label = [`com.docker.compose.project=${project}`];
      for (const { Id } of await docker.listNetworks({ filters: { label } })) await docker.getNetwork(Id).remove();
    },
  };
}

export type Shop = ReturnType<typeof createShop>;
