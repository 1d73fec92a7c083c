import { release } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../../domain/index.ts';
import type { Readings } from '../../plan/readings.ts';
import { createContainers } from '../../provision/containers.ts';
import { isElsewhere, privateParts } from '../../provision/engine/endpoint.ts';
import { createEngineLink, type EngineLink } from '../../provision/engine/link.ts';
import { createProviders } from '../node/createProviders.ts';
import { createHostReadings } from '../node/hostReadings/hostReadings.ts';
import { defaultStateFolder } from '../node/openApp.ts';
import { BUNDLES } from './bundles.ts';
import type { Invocation, Report } from './command.ts';
import { VERSION } from './version.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** No path, user name or environment value is printed, so that the output can go into an issue as it is. */
export async function doctorCommand({ signal, terminal }: Invocation): Promise<Result<Report>> {
  const checks: Check[] = [
    { name: 'prewarm', ok: true, detail: VERSION },
    { name: 'node', ok: Number(process.versions.node.split('.')[0]) >= 20, detail: process.versions.node },
    { name: 'platform', ok: true, detail: `${process.platform} ${process.arch} ${release()}` },
  ];
  const engine = createEngineLink();
  checks.push(await engineCheck(engine, signal));
  const providers = createProviders({ cache: join(defaultStateFolder(), 'cache'), bundles: BUNDLES });
  for (const provider of providers) {
    const result = await provider.check(signal);
    checks.push({ name: provider.name, ok: result.ok, detail: result.ok ? result.value.version : result.fault.message });
  }
  checks.push({ name: 'machine', ok: true, detail: machineLine(await createHostReadings([])()) });
  await Promise.all([engine, ...providers].map((p) => p.close()));
  return ok({
    json: { checks },
    lines: checks.map((c) => `${c.ok ? terminal.paint.green('✓') : terminal.paint.yellow('✗')} ${c.name.padEnd(14)} ${c.detail}`),
  });
}

/** Which engine, by which way, and why that one. */
async function engineCheck(link: EngineLink, signal: AbortSignal): Promise<Check> {
  const name = 'engine';
  const answer = await createContainers({ engine: link }).check(signal);
  try {
    const { endpoint, because } = await link.chosen();
    const way = `${WAYS[endpoint.by]}${isElsewhere(endpoint) ? ' to another machine' : ''}; ${because}`;
    const said = answer.ok ? answer.value.version : answer.fault.message;
    const hidden = privateParts(endpoint).reduce((text, part) => text.replaceAll(part, '…'), said);
    return { name, ok: answer.ok, detail: `${hidden} (${way})` };
  } catch {
    return { name, ok: false, detail: answer.ok ? answer.value.version : answer.fault.message };
  }
}

const WAYS = { socket: 'by its socket', tcp: 'by TCP', ssh: 'by ssh' } as const;

/** What the plan yields to, as far as this machine tells. */
function machineLine({ processorCount, memory, memoryStall, battery, network }: Readings): string {
  const gigabytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  return [
    `${processorCount ?? 'unknown'} processors`,
    memory ? `${gigabytes(memory.availableBytes)} of ${gigabytes(memory.totalBytes)} GB available` : 'memory unknown',
    memoryStall === undefined ? 'stalls unknown' : `${Math.round(memoryStall * 100)} % stalled`,
    battery ? `battery ${battery.state}, ${Math.round(battery.charge * 100)} %` : 'no battery',
    `network ${network ?? 'unknown'}`,
  ].join(', ');
}
