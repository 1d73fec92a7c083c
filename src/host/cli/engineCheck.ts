import { createContainers } from '../../provision/containers.ts';
import type { Environment } from '../../provision/engine/choose.ts';
import { isElsewhere, privateParts } from '../../provision/engine/endpoint.ts';
import type { EngineLink } from '../../provision/engine/link.ts';

/** One line of `prewarm doctor`. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Which engine, by which way, and why that one. */
export async function engineCheck(link: EngineLink, signal: AbortSignal): Promise<Check> {
  const name = 'engine';
  const answer = await createContainers({ engine: link }).check(signal);
  const said = answer.ok ? answer.value.version : answer.fault.message.replace(/\.$/, '');
  const chosen = await link.chosen().catch(() => undefined);
  if (!chosen) return { name, ok: false, detail: said };
  const way = `${WAYS[chosen.endpoint.by]}${isElsewhere(chosen.endpoint) ? ' to another machine' : ''}`;
  return { name, ok: answer.ok, detail: `${said}; ${way}: ${chosen.because}` };
}

const WAYS = { socket: 'by its socket', tcp: 'by TCP', ssh: 'by ssh' } as const;

/** Takes out of a text what names the engine's machine, its user, path or context. */
export async function discreet(link: EngineLink, environment: Environment): Promise<(text: string) => string> {
  const chosen = await link.chosen().catch(() => undefined);
  const named = [environment.DOCKER_HOST, environment.DOCKER_CONTEXT, ...(chosen ? privateParts(chosen.endpoint) : [])];
  const parts = named.filter((part) => part).map((part) => (part as string).replace(/[^\w]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w.-])(${parts.join('|')})(?![\\w-])`, 'g');
  return (text) => (parts.length > 0 ? text.replace(pattern, '…') : text);
}
