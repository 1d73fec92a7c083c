import type { Port } from '../../domain/index.ts';
import { type Json, type JsonMap, list, record } from './json.ts';

/** What a service publishes, in both forms, then what it only exposes (Compose Specification, `ports` and `expose`). */
export function portsOf(service: JsonMap): readonly Port[] {
  const published = list(service.ports).flatMap(portOf);
  const exposed = list(service.expose)
    .flatMap((p) => shortPort(String(p)))
    .map(({ container, protocol }): Port => ({ container, protocol }))
    .filter((e) => !published.some((p) => p.container === e.container && p.protocol === e.protocol));
  return distinctPorts([...published, ...exposed]);
}

function portOf(declared: Json): readonly Port[] {
  const long = record(declared);
  return long ? longPort(long) : shortPort(String(declared));
}

function longPort(port: JsonMap): readonly Port[] {
  return paired(range(String(port.target ?? '')), range(String(port.published ?? '')), port.protocol === 'udp' ? 'udp' : 'tcp');
}

/** `[[ip:][host[-host]]:]container[-container][/protocol]`, IPv6 in brackets. */
function shortPort(declared: string): readonly Port[] {
  const [, mapping = '', protocol = 'tcp'] = declared.match(/^(.*?)(?:\/(tcp|udp))?$/) ?? [];
  const parts = mapping.replace(/^\[[^\]]*\]:/, '').split(':');
  return paired(range(parts.at(-1) ?? ''), parts.length > 1 ? range(parts.at(-2) ?? '') : [], protocol as 'tcp' | 'udp');
}

/** Ranges of one length go side by side; else the engine picks the host's port, as it does when none is given. */
function paired(containers: readonly number[], hosts: readonly number[], protocol: 'tcp' | 'udp'): readonly Port[] {
  return containers.map((container, i) => {
    const host = hosts.length === containers.length ? hosts[i] : undefined;
    return { container, protocol, ...(host === undefined ? {} : { host }) };
  });
}

function range(declared: string): readonly number[] {
  if (declared === '') return [];
  const [from = Number.NaN, to = from] = declared.split('-').map(Number);
  if (!isPort(from) || !isPort(to) || to < from || to - from > 100) return [];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

export const isPort = (n: number): boolean => Number.isInteger(n) && n > 0 && n < 65_536;

function distinctPorts(ports: readonly Port[]): readonly Port[] {
  const key = (p: Port): string => `${p.container}/${p.protocol}/${p.host ?? ''}`;
  return [...new Map(ports.map((p) => [key(p), p])).values()];
}
