import { createHash } from 'node:crypto';
import { type DatasetSource, failed, ok, type Result } from '../../domain/index.ts';
import type { DatasetCache, Known } from './cache.ts';
import { digestOf, type Part, type Step } from './content.ts';
import type { Environment } from './httpSource.ts';
import { fetchRemote, type Patience } from './remote.ts';

type Oci = Extract<DatasetSource, { type: 'oci' }>;

export interface OciWish {
  readonly name: string;
  readonly source: string;
  readonly from: Oci;
  readonly environment: Environment;
  readonly known?: Known | undefined;
}

const ACCEPT = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];
/** No registry takes a larger manifest. */
const MOST_MANIFEST = 4 << 20;

interface Layer {
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The layers of an artefact as `oras push` makes it (OCI distribution specification 1.1), each checked by its digest; a tag is asked anew each time. */
export async function fromOci(wish: OciWish, cache: DatasetCache, patience: Patience, step: Step): Promise<Result<Known>> {
  const session = openSession(wish);
  const manifest = await manifestOf(wish, session, patience, step.signal);
  if (!manifest.ok) {
    if (manifest.fault.retry !== 'later' || !wish.known) return manifest;
    step.progress(`going on with what was fetched before (${manifest.fault.message})`);
    return ok(wish.known);
  }
  const { layers, digest } = manifest.value;
  if (wish.known?.stamp === digest) return ok(wish.known);
  const parts: Part[] = [];
  for (const layer of layers) {
    const hex = layer.digest.slice('sha256:'.length);
    const title = layer.annotations?.['org.opencontainers.image.title'] ?? hex;
    const blob = {
      name: wish.name,
      source: `${wish.source}\n${layer.digest}`,
      file: title.replaceAll('\\', '/').split('/').at(-1) || hex,
      shown: `${shownOf(wish.from)} (${title})`,
      request: session.request(`blobs/${layer.digest}`),
      sha256: hex,
    };
    const fetched = await fetchRemote(blob, cache, patience, step);
    if (!fetched.ok) return fetched;
    parts.push(...fetched.value.content.parts);
  }
  const bytes = parts.reduce((sum, p) => sum + p.bytes, 0);
  const form = parts.length === 1 ? 'file' : 'folder';
  return ok({ stamp: digest, content: { digest: digestOf(parts, form), bytes, parts, name: parts[0]?.name ?? '' } });
}

const shownOf = ({ registry, repository, reference }: Oci): string =>
  `oci://${registry}/${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;

interface Manifest {
  readonly digest: string;
  readonly layers: readonly Layer[];
}

async function manifestOf(wish: OciWish, session: Session, { stallMs }: Patience, signal: AbortSignal): Promise<Result<Manifest>> {
  const { name, from } = wish;
  const shown = shownOf(from);
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(stallMs)]);
    const response = await session.request(`manifests/${from.reference}`)({ accept: ACCEPT.join(', ') }, within);
    const { status } = response;
    if (!response.ok) {
      await response.body?.cancel();
      if (status === 404) return failed('not-found', 'never', `${name}: ${shown} does not exist. Mend “from”.`);
      if (status === 401 || status === 403)
        return failed(
          'fetch-failed',
          'never',
          `${name}: ${shown} is not for you (HTTP ${status}). Set OCI_USERNAME and OCI_PASSWORD in your environment.`,
        );
      return failed('fetch-failed', status >= 500 || status === 429 ? 'later' : 'never', `${name}: ${shown} answers with HTTP ${status}.`);
    }
    return readManifest(await limitedText(response), name, from);
  } catch (error) {
    if (signal.aborted) return failed('cancelled', 'never', `Fetching ${name} was cancelled.`);
    return failed('fetch-failed', 'later', `${name}: the registry ${from.registry} cannot be reached. Check the network.`, String(error));
  }
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MOST_MANIFEST) throw new Error('the manifest is larger than 4 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readManifest(text: string, name: string, from: Oci): Result<Manifest> {
  const shown = shownOf(from);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  if (from.reference.startsWith('sha256:') && from.reference !== digest)
    return failed('fetch-failed', 'never', `${name}: ${shown} was answered with a manifest of another digest (${digest}).`);
  const layers = layersOf(text);
  if (!layers)
    return failed(
      'bad-file',
      'never',
      `${name}: ${shown} is no artefact of files (its manifest has no layers by sha256). Push it with \`oras push\`.`,
    );
  if (layers.some((l) => l.annotations?.['io.deis.oras.content.unpack'] === 'true'))
    return failed('unsupported', 'never', `${name}: ${shown} holds a packed folder. Push its files one by one instead.`);
  return ok({ digest, layers });
}

function layersOf(text: string): readonly Layer[] | undefined {
  try {
    const { layers } = JSON.parse(text) as { layers?: readonly Layer[] };
    const whole = Array.isArray(layers) && layers.length > 0 && layers.every((l) => /^sha256:[0-9a-f]{64}$/.test(l.digest));
    return whole ? layers : undefined;
  } catch {
    return undefined;
  }
}

type Request = (headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<Response>;
interface Session {
  readonly request: (path: string) => Request;
}

/** Asks without a name first; a registry that wants one says where to get a token. Plain HTTP on loopback only. */
function openSession({ from, environment }: OciWish): Session {
  const base = `${isLoopback(from.registry) ? 'http' : 'https'}://${from.registry}/v2/${from.repository}`;
  let authorization: string | undefined;
  const send = (path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) =>
    fetch(`${base}/${path}`, { headers: { ...headers, ...(authorization ? { authorization } : {}) }, signal });
  return {
    request: (path) => async (headers, signal) => {
      const first = await send(path, headers, signal);
      if (first.status !== 401) return first;
      await first.body?.cancel();
      authorization = await authorize(first.headers.get('www-authenticate') ?? '', from, environment, signal);
      return send(path, headers, signal);
    },
  };
}

const isLoopback = (registry: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(registry);

/** The token flow of the distribution specification; a realm that is not encrypted gets nothing, except on loopback. */
async function authorize(
  challenge: string,
  from: Oci,
  { OCI_USERNAME, OCI_PASSWORD }: Environment,
  signal: AbortSignal,
): Promise<string | undefined> {
  const basic = OCI_USERNAME && OCI_PASSWORD ? `Basic ${Buffer.from(`${OCI_USERNAME}:${OCI_PASSWORD}`).toString('base64')}` : undefined;
  if (/^basic\b/i.test(challenge)) return basic;
  const words = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map((m) => [m[1], m[2]]));
  const realm = words.realm && URL.canParse(words.realm) ? new URL(words.realm) : undefined;
  if (!realm || (realm.protocol !== 'https:' && !isLoopback(realm.host))) return undefined;
  if (words.service) realm.searchParams.set('service', words.service);
  realm.searchParams.set('scope', words.scope ?? `repository:${from.repository}:pull`);
  const response = await fetch(realm, { signal, ...(basic ? { headers: { authorization: basic } } : {}) });
  if (!response.ok) return undefined;
  const answer = (await response.json()) as { token?: string; access_token?: string };
  const token = answer.token ?? answer.access_token;
  return token ? `Bearer ${token}` : undefined;
}
