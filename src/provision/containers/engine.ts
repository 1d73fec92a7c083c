import type Docker from 'dockerode';
import { type Fault, failed, type Resource } from '../../domain/index.ts';
import type { EngineLink } from '../engine/link.ts';
import { explained, LinkError } from '../engine/linkError.ts';
import { asDocker } from '../engine/podman.ts';

/** A change of state may take its time: an image unpacked for `create`, ten seconds of grace for `stop`. */
const CHANGES_TAKE = 4;

/** The client of one engine, connected on first need, and the way to that engine. */
export interface Engine {
  (): Promise<Docker>;
  readonly link: EngineLink;
}

/**
 * The Docker Engine (API 1.41+), or Podman under the same API, reached by dockerode, which is loaded on first need. What it does not answer
 * within `answersWithinMs` (a change: four times that) rejects as unreachable.
 */
export function connectEngine(link: EngineLink, answersWithinMs: number): Engine {
  let client: { readonly connection: Docker.DockerOptions; readonly docker: Promise<Docker> } | undefined;
  const connect = async (): Promise<Docker> => {
    const connection = await link.connection();
    // Another one was found meanwhile.
    if (client?.connection !== connection)
      client = {
        connection,
        docker: import('dockerode').then((it) => attentive(impatient(new it.default(connection), answersWithinMs), link)),
      };
    return client.docker;
  };
  return Object.assign(connect, { link });
}

/** Hears whether the engine answers, and says better why it does not where that can be told. */
async function attentive(client: Docker, link: EngineLink): Promise<Docker> {
  const { endpoint } = await link.chosen();
  const { modem } = client;
  const dial = modem.dial.bind(modem);
  modem.dial = (options, callback = () => {}) =>
    dial(options, (error, answer) => {
      const better = error && asDocker(explained(error, endpoint));
      if (better && isUnreachable(better)) link.silent();
      else link.answered();
      callback(better, answer);
    });
  return client;
}

/** An engine can hang with its socket open, and who waits for ever would hold up the whole loop. Streams say by themselves that they live. */
function impatient(client: Docker, answersWithinMs: number): Docker {
  const { modem } = client;
  const dial = modem.dial.bind(modem);
  modem.dial = (options, callback = () => {}) => {
    const long = options.isStream || options.hijack || options.file || /\/wait\b|\/system\/df\b/.test(options.path);
    if (long) return dial(options, callback);
    const ms = answersWithinMs * (options.method === 'GET' ? 1 : CHANGES_TAKE);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), ms);
    const signals = [late.signal, ...(options.abortSignal ? [options.abortSignal] : [])];
    dial({ ...options, abortSignal: AbortSignal.any(signals) }, (error, answer) => {
      clearTimeout(timer);
      callback(error && late.signal.aborted ? new Error(`did not answer in ${ms / 1000} s`) : error, answer);
    });
  };
  return client;
}

/** Already started, stopped, paused or gone: the state that was wanted, so no fault. */
export async function tolerate(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const status = statusOf(error);
    if (status !== 304 && status !== 404 && !(status === 409 && /already|not paused|is not running|not running/.test(String(error))))
      throw error;
  }
}

/** What was asked for; undefined where the engine does not have it. */
export async function ifThere<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

export function imageFault(image: string, resource: Resource, error: unknown): { ok: false; fault: Fault } {
  const text = messageOf(error);
  const missing = /not found|manifest unknown|no such image|pull access denied|repository does not exist/i.test(text);
  const advice = missing
    ? `Check the image name in ${resource.declaredIn}.`
    : 'Check the network or the registry, or load the image by hand.';
  return failed(
    missing ? 'image-missing' : 'pull-failed',
    missing ? 'never' : 'later',
    `${resource.id}: the image ${image} could not be had${missing ? ': there is no such image' : ''}. ${advice}`,
    text,
  );
}

/** What the engine said, as a fault of this resource. */
export function faultOf(error: unknown, resource: Resource): Fault {
  if (isUnreachable(error)) return unreachable(error);
  const text = messageOf(error);
  if (NO_SPACE.test(text)) return noSpace(resource, text);
  if (/port is already allocated|address already in use/.test(text)) {
    return failed(
      'port-taken',
      'later',
      `${resource.id} was not started because a port that it publishes is taken. Free the port or change it in ${resource.declaredIn}.`,
      text,
    ).fault;
  }
  return failed('start-failed', 'later', `${resource.id} could not be started: ${text.slice(0, 300)}`, text).fault;
}

export const NO_SPACE = /no space left on device|ENOSPC|disk (is )?full|not enough space|disk quota exceeded/i;

export const noSpace = (resource: Resource, text: string): Fault =>
  failed(
    'storage-failed',
    'later',
    `${resource.id}: the disk of the engine is full (${excerpt(text, NO_SPACE)}). Free some space; \`prewarm snapshots prune\` removes snapshots that are not in use.`,
    text,
  ).fault;

/** The line around what was found, fit for a message. */
function excerpt(text: string, what: RegExp): string {
  const line = text.split(/[\r\n]+/).find((l) => what.test(l)) ?? text;
  return line
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(-200);
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EPERM']);

export function isUnreachable(error: unknown): boolean {
  if (error instanceof LinkError) return true;
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && UNREACHABLE.has(code)) || /socket hang up|did not answer/.test(message ?? '');
}

/** The connection ended under the question: one that was kept open too long, or the engine went away just now. */
export function isLost(error: unknown): boolean {
  const { code, message } = (error instanceof LinkError ? (error.cause ?? error) : error) as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE' || /socket hang up/.test(message ?? '');
}

export function unreachable(error: unknown): Fault {
  if (error instanceof LinkError) return failed('engine-unreachable', 'later', error.message, messageOf(error.cause ?? error)).fault;
  return failed(
    'engine-unreachable',
    'later',
    'Docker cannot be reached. Start Docker, or set `prewarm.docker.host` if it listens elsewhere.',
    messageOf(error),
  ).fault;
}

export const cancelled = (resource: Resource) => failed('cancelled', 'never', `Warming ${resource.id} was cancelled.`);

export const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

export const messageOf = (error: unknown): string => String((error as Error).message ?? error);
