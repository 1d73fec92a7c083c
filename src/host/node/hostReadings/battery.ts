import type { Battery } from '../../../plan/readings.ts';
import type { Machine } from './machine.ts';

/** Undefined: there is none, or it can't be read. */
export async function readBattery(machine: Machine): Promise<Battery | undefined> {
  if (machine.platform === 'darwin') return parsePmset((await machine.output('pmset', ['-g', 'batt'])) ?? '');
  return machine.platform === 'linux' ? readPowerSupplies(machine) : undefined;
}

const SUPPLIES = '/sys/class/power_supply';

export interface PowerSupply {
  readonly type: string;
  /** `Device` is the battery of a mouse or the like. */
  readonly scope: string;
  readonly status: string;
  /** Percent. */
  readonly capacity: string;
}

async function readPowerSupplies({ file, folder }: Machine): Promise<Battery | undefined> {
  const read = async (name: string, what: string): Promise<string> => ((await file(`${SUPPLIES}/${name}/${what}`)) ?? '').trim();
  const supplies = (await folder(SUPPLIES)).map(async (name): Promise<PowerSupply> => {
    const [type, scope, status, capacity] = await Promise.all(['type', 'scope', 'status', 'capacity'].map((what) => read(name, what)));
    return { type: type ?? '', scope: scope ?? '', status: status ?? '', capacity: capacity ?? '' };
  });
  return batteryOf(await Promise.all(supplies));
}

/** The kernel's sysfs-class-power. A laptop with two batteries drains one while the other rests. */
export function batteryOf(supplies: readonly PowerSupply[]): Battery | undefined {
  const own = supplies.filter(
    (s) => s.type === 'Battery' && s.scope !== 'Device' && s.capacity !== '' && Number.isFinite(Number(s.capacity)),
  );
  if (own.length === 0) return undefined;
  return {
    state: own.some((s) => s.status === 'Discharging') ? 'discharging' : 'powered',
    charge: own.reduce((sum, s) => sum + Number(s.capacity), 0) / own.length / 100,
  };
}

/** `pmset -g batt` of macOS. */
export function parsePmset(text: string): Battery | undefined {
  const percent = text.match(/InternalBattery[^\n]*?(\d+)%/)?.[1];
  if (percent === undefined) return undefined;
  return { state: /drawing from 'Battery Power'/.test(text) ? 'discharging' : 'powered', charge: Number(percent) / 100 };
}
