import { release } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../../domain/index.ts';
import type { Readings } from '../../plan/readings.ts';
import { createEngineLink } from '../../provision/engine/link.ts';
import { createProviders } from '../node/createProviders.ts';
import { createHostReadings } from '../node/hostReadings/hostReadings.ts';
import { defaultStateFolder } from '../node/openApp.ts';
import { BUNDLES } from './bundles.ts';
import type { Invocation, Report } from './command.ts';
import { type Check, discreet, engineCheck } from './engineCheck.ts';
import { VERSION } from './version.ts';

/** No path, user name or environment value is printed, so that the output can go into an issue as it is. */
export async function doctorCommand({ signal, terminal }: Invocation): Promise<Result<Report>> {
  const checks: Check[] = [
    { name: 'prewarm', ok: true, detail: VERSION },
    { name: 'node', ok: Number(process.versions.node.split('.')[0]) >= 20, detail: process.versions.node },
    { name: 'platform', ok: true, detail: `${process.platform} ${process.arch} ${release()}` },
  ];
  const engine = createEngineLink();
  checks.push(await engineCheck(engine, signal));
  const hide = await discreet(engine, process.env);
  const providers = createProviders({ cache: join(defaultStateFolder(), 'cache'), bundles: BUNDLES });
  for (const provider of providers) {
    const result = await provider.check(signal);
    checks.push({ name: provider.name, ok: result.ok, detail: result.ok ? result.value.version : result.fault.message });
  }
  checks.push({ name: 'machine', ok: true, detail: machineLine(await createHostReadings([])()) });
  await Promise.all([engine, ...providers].map((p) => p.close()));
  const shown = checks.map((check) => ({ ...check, detail: hide(check.detail) }));
  return ok({
    json: { checks: shown },
    lines: shown.map((c) => `${c.ok ? terminal.paint.green('✓') : terminal.paint.yellow('✗')} ${c.name.padEnd(14)} ${c.detail}`),
  });
}

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
