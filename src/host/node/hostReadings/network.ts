import type { Readings } from '../../../plan/readings.ts';
import type { Machine } from './machine.ts';

type Network = Readings['network'];

const MANAGER = 'org.freedesktop.NetworkManager';

/**
 * Whether the network costs by volume. Linux: as NetworkManager tells of the primary connection (busctl asks for exactly that; where it
 * is missing, nmcli and the default route). macOS tells only its own applications, so there it is unknown.
 */
export async function readNetwork({ platform, output, file }: Machine): Promise<Network> {
  if (platform !== 'linux') return undefined;
  const property = await output('busctl', ['get-property', MANAGER, '/org/freedesktop/NetworkManager', MANAGER, 'Metered']);
  if (property !== undefined) return parseMetered(property);
  const devices = await output('nmcli', ['-t', '-f', 'GENERAL.DEVICE,GENERAL.METERED', 'device', 'show']);
  return devices === undefined ? undefined : parseDevices(devices, parseDefaultRoute((await file('/proc/net/route')) ?? ''));
}

/** NMMetered: 0 unknown, 1 yes, 2 no, 3 and 4 the same by guess (a phone's hot spot). */
export function parseMetered(text: string): Network {
  const value = text.match(/^u (\d)/)?.[1];
  if (value === '1' || value === '3') return 'metered';
  return value === '2' || value === '4' ? 'unmetered' : undefined;
}

/** The device of the default route in /proc/net/route. */
export function parseDefaultRoute(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([, destination, , flags]) => destination === '00000000' && (Number.parseInt(flags ?? '', 16) & 1) === 1)?.[0];
}

/** `nmcli -t`: a block of `GENERAL.DEVICE:…`, `GENERAL.METERED:yes (guessed)` for each device. */
export function parseDevices(text: string, device: string | undefined): Network {
  const block = text.split(/\n\s*\n/).find((b) => b.match(/^GENERAL\.DEVICE:(.*)$/m)?.[1] === device);
  const value = block?.match(/^GENERAL\.METERED:(\w+)/m)?.[1];
  if (value === 'yes') return 'metered';
  return value === 'no' ? 'unmetered' : undefined;
}
