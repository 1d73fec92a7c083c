import { readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { leaseOver } from '../leases.ts';

/**
 * The program of the embedded PostgreSQL: runs detached, serves PGlite on a free loopback port, loads the seed files once,
 * writes what it serves to a state file and ends by itself when its lease has ended. Started by the embedded provider with one argument, this:
 */
export interface ServerOptions {
  /** Folder in which `npm install` put PGlite. */
  readonly packages: string;
  readonly dataFolder: string;
  readonly stateFile: string;
  /** Folder of the leases of all Prewarms of this user; by them and its labels it knows when it is no longer wanted. */
  readonly leases: string;
  readonly workspace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string;
  readonly database: string;
  readonly seedFiles: readonly string[];
  /** Changes when a seed file does; the data folder is seeded once per key. */
  readonly seedKey: string;
}

/** What it serves: `state` is `seeding` until the seed files are loaded. */
export interface ServedState {
  readonly port: number;
  readonly state: 'ready';
}

/** The parts of PGlite and its socket server that are used; they are fetched at run time and have no types here. */
interface PGliteModule {
  readonly PGlite: { create(folder: string, options: object): Promise<Database> };
}
interface Database {
  exec(sql: string): Promise<unknown>;
  close(): Promise<void>;
}
interface SocketModule {
  readonly PGLiteSocketServer: new (options: object) => { start(): Promise<void>; stop(): Promise<void>; getServerConn(): string };
}

const LEASE_CHECK_MS = 5000;

async function serve(options: ServerOptions): Promise<void> {
  const load = async <T>(name: string): Promise<T> => {
    const path = createRequire(join(options.packages, 'package.json')).resolve(name);
    return (await import(pathToFileURL(path).href)) as T;
  };
  const { PGlite } = await load<PGliteModule>('@electric-sql/pglite');
  const { PGLiteSocketServer } = await load<SocketModule>('@electric-sql/pglite-socket');
  const db = await PGlite.create(options.dataFolder, {});
  await seed(db, options);
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 64 });
  await server.start();
  const port = Number(server.getServerConn().split(':').at(-1));
  await writeFile(options.stateFile, JSON.stringify({ port, state: 'ready' } satisfies ServedState), { mode: 0o600 });
  console.log(`PostgreSQL (PGlite) serves 127.0.0.1:${port}`);

  const end = async (why: string): Promise<void> => {
    console.log(`ends: ${why}`);
    await rm(options.stateFile, { force: true });
    await server.stop().catch(() => {});
    await db.close().catch(() => {});
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal));
  const { labels, ...wanted } = { ...options, now: Date.now };
  setInterval(() => void leaseOver(labels, wanted).then((over) => (over ? end('its lease has ended') : undefined)), LEASE_CHECK_MS);
}

/** A failed seed leaves no mark, so the next start tries again on a fresh data folder. */
async function seed(db: Database, options: ServerOptions): Promise<void> {
  const mark = `${options.dataFolder}.seeded`;
  const seeded = await readFile(mark, 'utf8').catch(() => undefined);
  if (seeded === options.seedKey) return;
  await db.exec(`do $$ begin create role ${quoted(options.user)} superuser login; exception when duplicate_object then null; end $$`);
  for (const file of options.seedFiles) {
    console.log(`loading ${file}`);
    try {
      await db.exec(await readFile(file, 'utf8'));
    } catch (error) {
      throw new Error(`seed file ${file} failed: ${(error as Error).message}`);
    }
  }
  await db.exec(`alter default privileges grant all on tables to public; grant all on all tables in schema public to public`);
  await writeFile(mark, options.seedKey, { mode: 0o600 });
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

serve(JSON.parse(process.argv[2] as string) as ServerOptions).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
