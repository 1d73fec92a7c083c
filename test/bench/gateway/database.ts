import { execFile, execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
export const PASSWORD = 'bench';
const LABEL = 'dev.prewarm.bench=gateway';

export const docker = async (...words: string[]): Promise<string> => (await run('docker', words)).stdout.trim();

/** PostgreSQL in a container and a network of the bench's own (as compose would make them), with a pgbench database of scale 10, published on a free loopback port. */
export async function createBenchDatabase() {
  const name = `prewarm-bench-gateway-${process.pid}`;
  await docker('network', 'create', '--label', LABEL, name);
  await docker(
    ...['run', '-d', '--name', name, '--network', name, '--label', LABEL, '-e', `POSTGRES_PASSWORD=${PASSWORD}`],
    ...['--shm-size', '256m', '-p', '127.0.0.1::5432', 'postgres:15', 'postgres', '-c', 'max_connections=600'],
  );
  const port = (): Promise<number> => publishedPort(name);
  const remove = removal(name);
  try {
    await untilAnswers(await port());
    await run('pgbench', ['-i', '-q', '-s', '10', ...at({ host: '127.0.0.1', port: await port() })], { env: environment() });
  } catch (error) {
    remove();
    throw error;
  }
  return { name, port, remove, stop: () => docker('stop', name) };
}

/** Sends 1 GB over plain TCP to each client that has said something: what a published port can carry at most. */
export async function createBenchSource(bytes: number) {
  const name = `prewarm-bench-source-${process.pid}`;
  const program = `use IO::Socket::INET; $SIG{CHLD} = 'IGNORE';
    my $server = IO::Socket::INET->new(LocalPort => 5432, Listen => 64, ReuseAddr => 1) or die; my $chunk = 'x' x 262144;
    while (my $client = $server->accept) { next if fork; sysread $client, my $word, 64;
      for (my $left = ${bytes}; $left > 0;) { my $sent = syswrite($client, $chunk) or last; $left -= $sent } exit }`;
  await docker('network', 'create', '--label', LABEL, name);
  await docker(
    ...['run', '-d', '--init', '--name', name, '--network', name, '--label', LABEL, '-p', '127.0.0.1::5432'],
    ...['--entrypoint', 'perl', 'postgres:15', '-e', program],
  );
  return { port: await publishedPort(name), remove: removal(name) };
}

/** Removes container and network, at the latest when the bench is broken off by Ctrl+C. */
function removal(name: string): () => void {
  const remove = (): void => {
    process.off('SIGINT', brokenOff);
    for (const words of [
      ['rm', '-f', '-v'],
      ['network', 'rm'],
    ])
      execFileSync('docker', [...words, name], { stdio: 'ignore' });
  };
  const brokenOff = (): void => {
    remove();
    process.exit(1);
  };
  process.once('SIGINT', brokenOff);
  return remove;
}

export const environment = (): NodeJS.ProcessEnv => ({ ...process.env, PGPASSWORD: PASSWORD, PGUSER: 'postgres', PGDATABASE: 'postgres' });

export const at = ({ host, port }: { readonly host: string; readonly port: number }): string[] => ['-h', host, '-p', String(port)];

export async function publishedPort(name: string): Promise<number> {
  return Number((await docker('port', name, '5432/tcp')).split('\n')[0]?.split(':').at(-1));
}

/** A database image serves its init scripts on a private socket first, so only an answer over TCP counts. */
export async function untilAnswers(port: number): Promise<void> {
  for (const until = performance.now() + 60_000; performance.now() < until; await pause(50)) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: PASSWORD, connectionTimeoutMillis: 2000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select 1');
      return;
    } catch {
    } finally {
      await client.end().catch(() => {});
    }
  }
  throw new Error('PostgreSQL did not answer within a minute');
}

/** Where the container itself listens, if this machine can reach it (Linux without a virtual machine). */
export async function serverAddressOf(name: string): Promise<{ host: string; port: number } | undefined> {
  if (process.platform !== 'linux') return undefined;
  const host = await docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', name);
  const client = new pg.Client({ host, port: 5432, user: 'postgres', password: PASSWORD, connectionTimeoutMillis: 1000 });
  client.on('error', () => {});
  const reached = await client.connect().then(
    () => true,
    () => false,
  );
  await client.end().catch(() => {});
  return reached ? { host, port: 5432 } : undefined;
}
