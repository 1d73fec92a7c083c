import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { batteryOf, parsePmset } from '../../src/host/node/hostReadings/battery.ts';
import { createHostReadings } from '../../src/host/node/hostReadings/hostReadings.ts';
import { lately } from '../../src/host/node/hostReadings/lately.ts';
import type { Machine } from '../../src/host/node/hostReadings/machine.ts';
import { parseGroupMemory, parseMeminfo, parseStall, parseVmStat } from '../../src/host/node/hostReadings/memory.ts';
import { parseDefaultRoute, parseDevices, parseMetered } from '../../src/host/node/hostReadings/network.ts';
import { busyBetween, createProcessorLoad } from '../../src/host/node/hostReadings/processorLoad.ts';
import { parseWindows } from '../../src/host/node/hostReadings/windows.ts';

const GB = 2 ** 30;

const MEMINFO = `MemTotal:       24684084 kB
MemFree:        23427904 kB
MemAvailable:   24166800 kB
Buffers:           13788 kB
Cached:           681056 kB
SwapCached:            0 kB
`;
const VM_STAT = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               23437.
Pages active:                            329423.
Pages inactive:                          321853.
Pages speculative:                         6837.
Pages throttled:                              0.
Pages wired down:                        146205.
Pages purgeable:                           7251.
"Translation faults":                 385216453.
Pages copy-on-write:                   20013467.
File-backed pages:                       222123.
Anonymous pages:                         435990.
`;
const PSI = `some avg10=12.34 avg60=3.38 avg300=2.25 total=117044747
full avg10=0.50 avg60=0.00 avg300=0.00 total=0
`;

describe('memory', () => {
  it('Linux: what can be had without swapping', () => {
    expect(parseMeminfo(MEMINFO)).toEqual({ totalBytes: 24684084 * 1024, availableBytes: 24166800 * 1024 });
    expect(parseMeminfo('MemTotal: 5 kB\n')).toBeUndefined();
  });
  it('macOS: free, speculative and inactive pages', () => {
    expect(parseVmStat(VM_STAT)).toBe((23437 + 6837 + 321853) * 16384);
    expect(parseVmStat('')).toBeUndefined();
  });
  it.each([
    [
      'v2, limited',
      '2147483648\n',
      '1610612736\n',
      'anon 5\ninactive_file 536870912\nactive_file 1\n',
      { totalBytes: 2 * GB, availableBytes: GB },
    ],
    ['v2, no limit', 'max\n', '5\n', '', undefined],
    [
      'v1, limited',
      '2147483648\n',
      '1610612736\n',
      'inactive_file 1\ntotal_inactive_file 536870912\n',
      { totalBytes: 2 * GB, availableBytes: GB },
    ],
    ['v1, no limit', '9223372036854771712\n', '5\n', '', undefined],
    ['used beyond its limit', '1000\n', '2000\n', '', { totalBytes: 1000, availableBytes: 0 }],
    ['no cgroup', undefined, undefined, undefined, undefined],
  ])('cgroup %s', (_, limit, usage, stat, expected) => expect(parseGroupMemory(limit, usage, stat)).toEqual(expected));
  it('pressure stall information', () => {
    expect(parseStall(PSI)).toBeCloseTo(0.1234);
    expect(parseStall('')).toBeUndefined();
  });
});

describe('battery', () => {
  const supply = (type: string, status: string, capacity: string, scope = '') => ({ type, status, capacity, scope });
  it.each([
    ['no supply', [], undefined],
    ['a desktop with a wireless mouse', [supply('Battery', 'Discharging', '60', 'Device')], undefined],
    ['on the mains', [supply('Mains', '', ''), supply('Battery', 'Charging', '64')], { state: 'powered', charge: 0.64 }],
    ['full', [supply('Battery', 'Full', '100')], { state: 'powered', charge: 1 }],
    ['held at 80 %', [supply('Battery', 'Not charging', '80')], { state: 'powered', charge: 0.8 }],
    [
      'two, one draining',
      [supply('Battery', 'Unknown', '100'), supply('Battery', 'Discharging', '20')],
      { state: 'discharging', charge: 0.6 },
    ],
    ['one that does not tell', [supply('Battery', 'Unknown', '')], undefined],
  ])('Linux: %s', (_, supplies, battery) => expect(batteryOf(supplies)).toEqual(battery));
  it.each([
    [
      `Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t82%; discharging; 4:37 remaining present: true\n`,
      { state: 'discharging', charge: 0.82 },
    ],
    [
      `Now drawing from 'AC Power'\n -InternalBattery-0 (id=4653155)\t100%; charged; 0:00 remaining present: true\n`,
      { state: 'powered', charge: 1 },
    ],
    [`Now drawing from 'AC Power'\n`, undefined],
    ['', undefined],
  ])('macOS: %j', (text, battery) => expect(parsePmset(text)).toEqual(battery));
  it.each([
    ['battery 1 47\r\ncost Unrestricted\r\n', { battery: { state: 'discharging', charge: 0.47 }, network: 'unmetered' }],
    ['battery 2 100\r\ncost Fixed\r\n', { battery: { state: 'powered', charge: 1 }, network: 'metered' }],
    ['battery 5 3\r\ncost Variable\r\n', { battery: { state: 'discharging', charge: 0.03 }, network: 'metered' }],
    ['cost Unknown\r\n', {}],
    ['', {}],
  ])('Windows: %j', (text, told) => expect(parseWindows(text)).toEqual(told));
});

describe('network', () => {
  it.each([
    ['u 0\n', undefined],
    ['u 1\n', 'metered'],
    ['u 2\n', 'unmetered'],
    ['u 3\n', 'metered'],
    ['u 4\n', 'unmetered'],
    ['', undefined],
  ])('NetworkManager by busctl: %j → %s', (text, network) => expect(parseMetered(text)).toBe(network));
  it('NetworkManager by nmcli: the device of the default route', () => {
    const devices =
      'GENERAL.DEVICE:wlp2s0\nGENERAL.METERED:yes (guessed)\n\nGENERAL.DEVICE:enp1s0\nGENERAL.METERED:no\n\nGENERAL.DEVICE:lo\nGENERAL.METERED:unknown\n';
    const routes = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlp2s0\t0000FEA9\t00000000\t0001\t0\t0\t1000\t0000FFFF\t0\t0\t0
wlp2s0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
`;
    expect(parseDefaultRoute(routes)).toBe('wlp2s0');
    expect(parseDefaultRoute('')).toBeUndefined();
    expect(parseDevices(devices, 'wlp2s0')).toBe('metered');
    expect(parseDevices(devices, 'enp1s0')).toBe('unmetered');
    expect(parseDevices(devices, 'lo')).toBeUndefined();
    expect(parseDevices(devices, undefined)).toBeUndefined();
  });
});

describe('processors', () => {
  it('the share of the time between two samples that was used', () => {
    expect(busyBetween({ idle: 100, all: 200 }, { idle: 125, all: 300 })).toBe(0.75);
    expect(busyBetween({ idle: 1, all: 2 }, { idle: 1, all: 2 })).toBeUndefined();
  });
  it('over the last ten seconds, not over what was before', async () => {
    let now = 0;
    const times = { idle: 0, all: 0 };
    const pass = (ms: number, busy: number): void => {
      now += ms;
      times.all += ms;
      times.idle += ms * (1 - busy);
    };
    const load = createProcessorLoad({ now: () => now, processors: () => [{ ...times }] });
    expect(await load()).toBeUndefined();
    pass(5000, 0);
    expect(await load()).toBe(0);
    for (const busy of [1, 1, 1]) {
      pass(5000, busy);
      await load();
    }
    expect(await load()).toBe(1);
  });
});

describe('a reading that is kept', () => {
  it('is read once a period however often it is asked for; failed, it is unknown for as long', async () => {
    let now = 0;
    let reads = 0;
    const read = lately(
      10,
      () => now,
      async () => {
        reads++;
        if (reads === 2) throw new Error('away');
        return reads;
      },
    );
    expect(await Promise.all([read(), read()])).toEqual([1, 1]);
    now = 10;
    expect([await read(), await read()]).toEqual([undefined, undefined]);
    now = 20;
    expect(await read()).toBe(3);
  });
});

/** Another machine, of files and programs. */
const machine = (
  platform: NodeJS.Platform,
  files: Record<string, string>,
  programs: Record<string, string>,
  run: string[] = [],
): Machine => ({
  platform,
  now: () => 0,
  file: async (path) => files[path],
  folder: async (path) => [
    ...new Set(Object.keys(files).flatMap((f) => (f.startsWith(`${path}/`) ? (f.slice(path.length + 1).split('/')[0] ?? []) : []))),
  ],
  output: async (program) => {
    run.push(program);
    return programs[program];
  },
  processors: () => [{ idle: 1, all: 2 }],
  memory: () => ({ totalBytes: 16 * GB, availableBytes: 3 * GB }),
  disk: async (path) => (path === '/state' ? { freeBytes: GB, totalBytes: 2 * GB } : undefined),
});
const folders = [
  { what: 'the disk of Prewarm’s own files', path: '/state' },
  { what: 'the disk of Docker’s images', path: '/var/lib/docker' },
];
const disks = [{ what: 'the disk of Prewarm’s own files', freeBytes: GB, totalBytes: 2 * GB }];

describe('a whole machine', () => {
  it('Linux: a laptop', async () => {
    const battery = '/sys/class/power_supply/BAT0';
    const files = {
      '/proc/meminfo': MEMINFO,
      '/proc/pressure/memory': PSI,
      '/sys/fs/cgroup/memory.max': `${4 * GB}\n`,
      '/sys/fs/cgroup/memory.current': `${GB}\n`,
      [`${battery}/type`]: 'Battery\n',
      [`${battery}/status`]: 'Discharging\n',
      [`${battery}/capacity`]: '41\n',
    };
    expect(await createHostReadings(folders, machine('linux', files, { busctl: 'u 3\n' }))()).toEqual({
      processorCount: 1,
      memory: { totalBytes: 4 * GB, availableBytes: 3 * GB },
      memoryStall: 0.1234,
      disks,
      battery: { state: 'discharging', charge: 0.41 },
      network: 'metered',
    });
  });
  it('macOS: asks vm_stat and pmset; of the network nothing is known', async () => {
    const programs = { vm_stat: VM_STAT, pmset: "Now drawing from 'AC Power'\n" };
    const seen = await createHostReadings(folders, machine('darwin', {}, programs))();
    expect(seen).toEqual({ processorCount: 1, memory: { totalBytes: 16 * GB, availableBytes: (23437 + 6837 + 321853) * 16384 }, disks });
  });
  it('Windows: one PowerShell for battery and network, however often it is asked', async () => {
    const run: string[] = [];
    const read = createHostReadings(folders, machine('win32', {}, { 'powershell.exe': 'battery 1 9\r\ncost Variable\r\n' }, run));
    await read();
    expect(await read()).toMatchObject({
      battery: { state: 'discharging', charge: 0.09 },
      network: 'metered',
      memory: { totalBytes: 16 * GB, availableBytes: 3 * GB },
    });
    expect(run).toEqual(['powershell.exe']);
  });
  it('where nothing can be read, all is unknown', async () => {
    expect(await createHostReadings([], machine('linux', {}, {}))()).toEqual({ processorCount: 1, disks: [] });
  });
  it('this one', async () => {
    const seen = await createHostReadings([{ what: 'the disk of temporary files', path: tmpdir() }])();
    expect(seen.processorCount).toBeGreaterThan(0);
    expect(seen.processorBusy).toBeGreaterThanOrEqual(0);
    expect(seen.processorBusy).toBeLessThanOrEqual(1);
    expect(seen.memory?.availableBytes).toBeGreaterThan(0);
    expect(seen.memory?.availableBytes).toBeLessThanOrEqual(seen.memory?.totalBytes ?? 0);
    expect(seen.disks?.[0]?.freeBytes).toBeGreaterThan(0);
  });
});
