import type { Readings } from '../../../plan/readings.ts';
import type { Machine } from './machine.ts';

type Told = Pick<Readings, 'battery' | 'network'>;

/** Both in one, since PowerShell takes a third of a second to start. Windows PowerShell 5.1, which every Windows has, knows the WinRT type. */
const SCRIPT = [
  "Get-CimInstance Win32_Battery | ForEach-Object { 'battery {0} {1}' -f $_.BatteryStatus, $_.EstimatedChargeRemaining }",
  '[void][Windows.Networking.Connectivity.NetworkInformation, Windows, ContentType = WindowsRuntime]',
  '$p = [Windows.Networking.Connectivity.NetworkInformation]::GetInternetConnectionProfile()',
  "if ($p) { 'cost ' + $p.GetConnectionCost().NetworkCostType }",
].join('; ');

export async function readWindows({ output }: Machine): Promise<Told | undefined> {
  const text = await output('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', SCRIPT]);
  return text === undefined ? undefined : parseWindows(text);
}

/** Win32_Battery.BatteryStatus: 1 discharging, 4 low, 5 critical; all else is on the mains. NetworkCostType: Fixed and Variable cost by volume. */
export function parseWindows(text: string): Told {
  const [, status, percent] = text.match(/^battery (\d+) (\d+)/m) ?? [];
  const cost = text.match(/^cost (\w+)/m)?.[1];
  return {
    ...(status === undefined
      ? {}
      : { battery: { state: ['1', '4', '5'].includes(status) ? 'discharging' : 'powered', charge: Math.min(1, Number(percent) / 100) } }),
    ...(cost === 'Fixed' || cost === 'Variable' ? { network: 'metered' } : cost === 'Unrestricted' ? { network: 'unmetered' } : {}),
  };
}
