import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { request as httpsRequest } from 'node:https';

/** Which cluster and where in it; both are named by the user, never guessed. */
export interface ClusterOptions {
  /** A kubeconfig file other than KUBECONFIG or ~/.kube/config. */
  readonly kubeconfig?: string;
  readonly context: string;
  readonly namespace: string;
  /** The API server is unreachable when it does not answer for so long (default: 10 s). */
  readonly answersWithinMs?: number;
}

/** What was asked and refused, with the API server's own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** `Forbidden`, `Conflict`, `Invalid`, `Expired`, … */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** The kubeconfig has no such context, or credentials that cannot be had: a person must act. */
export class KubeconfigError extends Error {}

export interface Connection {
  /** Rejects with `ApiError`, `KubeconfigError`, or what the socket says. */
  ask<T>(method: 'GET' | 'POST' | 'DELETE' | 'APPLY' | 'MERGE', path: string, body?: unknown, signal?: AbortSignal): Promise<T>;
  /** An answer that does not end, such as a watch. */
  stream(path: string, signal: AbortSignal): Promise<IncomingMessage>;
  /** For a WebSocket: the address, and the options of TLS and credentials. */
  socketOptions(path: string): Promise<{ readonly url: string; readonly options: RequestOptions }>;
  readonly namespace: string;
  close(): void;
}

const TYPES = {
  GET: '',
  POST: 'application/json',
  DELETE: 'application/json',
  APPLY: 'application/apply-patch+yaml',
  MERGE: 'application/merge-patch+json',
};

/**
 * The API server of one context. Of the official client only what reads kubeconfig files and fetches credentials is used (exec plugins, OIDC,
 * token files, client certificates, proxies); its 3 MB of generated types and calls are not.
 */
export function connect({ kubeconfig, context, namespace, answersWithinMs = 10_000 }: ClusterOptions): Connection {
  const loaded = lazily(() => loadConfig(kubeconfig, context));
  let kept: { readonly certificate: string; readonly agent: RequestOptions['agent'] } | undefined;

  /** Credentials may be renewed at any time, so they are asked for each request; the connections are kept. */
  async function optionsOf(): Promise<RequestOptions> {
    const { config } = await loaded();
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options).catch((error: unknown) => {
      throw new KubeconfigError(`the credentials of the context “${context}” could not be had: ${(error as Error).message}`);
    });
    const certificate = String(options.cert);
    if (kept?.certificate !== certificate) kept = { certificate, agent: keptAlive(options.agent) };
    return { ...options, agent: kept.agent };
  }

  async function send(method: keyof typeof TYPES, path: string, body: unknown, signal?: AbortSignal): Promise<IncomingMessage> {
    const { server } = await loaded();
    const options = await optionsOf();
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const http = method === 'APPLY' || method === 'MERGE' ? 'PATCH' : method;
      const headers = {
        ...options.headers,
        accept: 'application/json',
        ...(text === undefined ? {} : { 'content-type': TYPES[method], 'content-length': Buffer.byteLength(text) }),
      };
      const question = httpsRequest(server + path, { ...options, method: http, headers, ...(signal ? { signal } : {}) });
      const timer = setTimeout(() => question.destroy(new Error(`did not answer in ${answersWithinMs / 1000} s`)), answersWithinMs);
      const settled = (): void => clearTimeout(timer);
      question.on('response', settled).on('response', resolve).on('error', settled).on('error', reject);
      question.end(text);
    });
  }

  return {
    namespace,
    async ask(method, path, body, signal) {
      const answer = await send(method, path, body, signal);
      const value = parsed(await textOf(answer));
      if ((answer.statusCode ?? 500) >= 400) throw errorOf(answer, value);
      return value;
    },
    async stream(path, signal) {
      const answer = await send('GET', path, undefined, signal);
      if ((answer.statusCode ?? 500) >= 400) throw errorOf(answer, parsed(await textOf(answer)));
      return answer;
    },
    async socketOptions(path) {
      const { server } = await loaded();
      return { url: server.replace(/^http/, 'ws') + path, options: await optionsOf() };
    },
    close: () => (kept?.agent as { destroy?(): void } | undefined)?.destroy?.(),
  };
}

async function loadConfig(kubeconfig: string | undefined, context: string) {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  try {
    if (kubeconfig) config.loadFromFile(kubeconfig);
    else config.loadFromDefault();
  } catch (error) {
    throw new KubeconfigError(`the kubeconfig could not be read: ${(error as Error).message}`);
  }
  const names = config.getContexts().map((c) => c.name);
  if (!names.includes(context))
    throw new KubeconfigError(`the kubeconfig has no context “${context}” (it has ${names.join(', ') || 'none'})`);
  config.setCurrentContext(context);
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new KubeconfigError(`the context “${context}” names no cluster`);
  if (!server.startsWith('https:')) throw new KubeconfigError(`the cluster of the context “${context}” is not reached by https`);
  return { config, server: server.replace(/\/$/, '') };
}

/** A client that makes a TLS connection for each request takes longer than the API server. */
function keptAlive(agent: RequestOptions['agent']): RequestOptions['agent'] {
  const { options } = agent as { options?: { keepAlive?: boolean } };
  if (options) {
    options.keepAlive = true;
    (agent as { keepAlive?: boolean }).keepAlive = true;
  }
  return agent;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of answer.setEncoding('utf8')) text += part;
  return text;
}

// biome-ignore lint/suspicious/noExplicitAny: each caller reads what it asked for
function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 300) };
  }
}

const errorOf = (answer: IncomingMessage, { reason, message }: { reason?: string; message?: string }): ApiError =>
  new ApiError(answer.statusCode ?? 500, reason ?? '', message ?? `it answered ${answer.statusCode}`);

/** Once for all; what failed is tried again at the next need. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= make().catch((error: unknown) => {
      value = undefined;
      throw error;
    });
    return value;
  };
}
