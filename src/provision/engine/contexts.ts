import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, type Result } from '../../domain/index.ts';
import { type Endpoint, parseEndpoint, type Tls } from './endpoint.ts';

/** The one that is always there and means “none”. */
export const DEFAULT_CONTEXT = 'default';

/** The context that `docker context use` set; undefined where there is none. `folder`: `~/.docker`, or `DOCKER_CONFIG`. */
export async function currentContext(folder: string): Promise<string | undefined> {
  const config = (await readJson(join(folder, 'config.json'))) as { currentContext?: unknown } | undefined;
  return typeof config?.currentContext === 'string' && config.currentContext !== '' ? config.currentContext : undefined;
}

/** A context of the docker command's own store: its endpoint, and its certificates where it has some. `source`: who names it. */
export async function readContext(folder: string, name: string, source: string): Promise<Result<Endpoint>> {
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'contexts', 'meta', id, 'meta.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined)
    return failed(
      'not-found',
      'later',
      `There is no Docker context “${name}”, which ${source} names. See \`docker context ls\`, and correct it.`,
    );
  const meta = parsed(text) as Meta | undefined;
  const { Host: host, SkipTLSVerify: unverified } = meta?.Endpoints?.docker ?? {};
  if (typeof host !== 'string' || host === '')
    return failed(
      'bad-file',
      'later',
      `The Docker context “${name}” has no endpoint of Docker. Make it anew with \`docker context create\`.`,
    );
  return parseEndpoint(
    host,
    `the Docker context “${name}”`,
    await readTls(join(folder, 'contexts', 'tls', id, 'docker'), unverified === true),
  );
}

interface Meta {
  readonly Endpoints?: { readonly docker?: { readonly Host?: unknown; readonly SkipTLSVerify?: unknown } };
}

/** `ca.pem`, `cert.pem` and `key.pem` of a folder; undefined where it has none of them and verifying was not waived. */
export async function readTls(folder: string, unverified = false): Promise<Tls | undefined> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(folder, name), 'utf8').catch(() => undefined)),
  );
  if (ca === undefined && cert === undefined && key === undefined && !unverified) return undefined;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(unverified ? { unverified } : {}),
  };
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parsed(text);
}

/** Undefined where it is damaged: then it names nothing. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
