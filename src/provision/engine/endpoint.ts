import { failed, ok, type Result } from '../../domain/index.ts';

/** How an engine that speaks the Docker API is reached. */
export type Endpoint =
  /** A Unix socket, or a named pipe of Windows (`//./pipe/docker_engine`). */
  | { readonly by: 'socket'; readonly path: string }
  | { readonly by: 'tcp'; readonly host: string; readonly port: number; readonly tls?: Tls }
  /** By the user's own `ssh`; `socket`: the engine's on that machine, where it is not the usual one. */
  | { readonly by: 'ssh'; readonly host: string; readonly user?: string; readonly port?: number; readonly socket?: string };

export type SshEndpoint = Extract<Endpoint, { by: 'ssh' }>;

/** PEM texts. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The developer's word that the server's certificate is not looked at. */
  readonly unverified?: true;
}

const FORMS = 'unix:///path/to.sock, npipe:////./pipe/name, tcp://host:2376 or ssh://user@host';
/** What no shell, no `ProxyCommand` and no option of ssh can mistake for something else. */
const SSH_HOST = /^(?!-)[\w.:%-]+$/;
const SSH_USER = /^(?!-)[\w.@+\\-]+$/;

/** An endpoint as `DOCKER_HOST` and contexts have it; `source` says where it stands, for the message. */
export function parseEndpoint(text: string, source: string, tls?: Tls): Result<Endpoint> {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case '':
      return /^([/\\]|\.)/.test(text) ? ok({ by: 'socket', path: text }) : tcp(`tcp://${text}`, source, tls);
    case 'unix':
    case 'npipe':
      return rest ? ok({ by: 'socket', path: decoded(rest) }) : wrong(source, text);
    case 'tcp':
    case 'http':
      return tcp(text, source, tls);
    case 'https':
      return tcp(text, source, tls ?? {});
    case 'ssh':
      return ssh(text, source);
    default:
      return wrong(source, text);
  }
}

function tcp(text: string, source: string, tls: Tls | undefined): Result<Endpoint> {
  // Of `tcp:` the parser knows too little to check the host.
  const url = parsed(text.replace(/^\w+:/, 'http:'));
  if (!url?.hostname || url.username || url.password) return wrong(source, url?.password ? undefined : text);
  const port = Number(/:(\d+)(?:\/|$)/.exec(text.replace(/^\w+:\/\/(\[[^\]]*\])?/, ''))?.[1] ?? (tls ? 2376 : 2375));
  return ok({ by: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port, ...(tls ? { tls } : {}) });
}

function ssh(text: string, source: string): Result<Endpoint> {
  const url = parsed(text);
  if (url?.password) return wrong(source, undefined, ' A password may not stand in it: ssh takes your keys.');
  const host = decoded(url?.hostname ?? '').replace(/^\[|\]$/g, '');
  const user = decoded(url?.username ?? '');
  if (!url || !SSH_HOST.test(host) || (user && !SSH_USER.test(user)) || url.search || url.hash) return wrong(source, text);
  const socket = decoded(url.pathname).replace(/\/$/, '');
  // It becomes a word of a command for the shell of that machine.
  if (!/^[\w./@+-]*$/.test(socket)) return wrong(source, text);
  return ok({ by: 'ssh', host, ...(user ? { user } : {}), ...(url.port ? { port: Number(url.port) } : {}), ...(socket ? { socket } : {}) });
}

/** `text` is left out where it may hold a password. */
function wrong(source: string, text: string | undefined, more = ''): ReturnType<typeof failed> {
  const which = text === undefined ? 'What' : `“${text.slice(0, 200)}”, which`;
  return failed('wrong-usage', 'never', `${which} ${source} names is not an endpoint of Docker.${more} Use ${FORMS}.`);
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether the engine is on another machine, where neither this one's folders nor its loopback ports are. */
export function isElsewhere(endpoint: Endpoint): boolean {
  if (endpoint.by === 'socket') return false;
  return endpoint.by === 'ssh' || !/^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|::1|::)$/.test(endpoint.host);
}

/** The parts of an endpoint that tell of the user's machines; diagnostics leave them out. */
export function privateParts(endpoint: Endpoint): readonly string[] {
  if (endpoint.by === 'socket') return [endpoint.path];
  if (endpoint.by === 'tcp') return [endpoint.host];
  return [endpoint.host, ...[endpoint.user, endpoint.socket].filter((part) => part !== undefined)];
}
