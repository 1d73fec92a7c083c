import { describe, expect, it } from 'vitest';
import { isEditor, isSame, usageOf } from '../../../src/provision/devcontainers/containers.ts';

const spec = (folder: string, configFile: string) => ({ type: 'devcontainer', folder, configFile }) as const;
const labels = (folder: string, file?: string) => ({
  'devcontainer.local_folder': folder,
  ...(file ? { 'devcontainer.config_file': file } : {}),
});

describe('whose container it is', () => {
  it.each<[string, NodeJS.Platform, Record<string, string>, ReturnType<typeof spec>, boolean]>([
    ['same folder and file', 'linux', labels('/a', '/a/.devcontainer.json'), spec('/a', '/a/.devcontainer.json'), true],
    [
      'another file of the folder',
      'linux',
      labels('/a', '/a/.devcontainer/x/devcontainer.json'),
      spec('/a', '/a/.devcontainer.json'),
      false,
    ],
    ['another folder', 'linux', labels('/b', '/a/.devcontainer.json'), spec('/a', '/a/.devcontainer.json'), false],
    ['an older tool, one label', 'linux', labels('/a'), spec('/a', '/a/.devcontainer.json'), true],
    ['case matters here', 'linux', labels('/A', '/A/x'), spec('/a', '/a/x'), false],
    [
      'drive letter and slashes of Windows',
      'win32',
      labels('C:\\a', 'C:\\a\\.devcontainer.json'),
      spec('c:/a', 'c:/a/.devcontainer.json'),
      true,
    ],
    ['none', 'linux', {}, spec('/a', '/a/x'), false],
  ])('%s', (_, platform, has, wanted, same) => expect(isSame(has, wanted, platform)).toBe(same));
});

describe('what it takes', () => {
  const sample = (total: number, system?: number) => ({
    cpu_usage: { total_usage: total },
    ...(system ? { system_cpu_usage: system, online_cpus: 4 } : {}),
  });
  it('control groups of version 2: half of one of four cores, without the file cache', () =>
    expect(
      usageOf({
        memory_stats: { usage: 300, stats: { inactive_file: 100 } },
        cpu_stats: sample(150, 1800),
        precpu_stats: sample(50, 1000),
      }),
    ).toEqual({ memoryBytes: 200, cpuCores: 0.5 }));
  it('version 1 names the cache otherwise; the first sample has none before it', () =>
    expect(
      usageOf({ memory_stats: { usage: 300, stats: { total_inactive_file: 50 } }, cpu_stats: sample(0, 100), precpu_stats: sample(0) }),
    ).toEqual({ memoryBytes: 250, cpuCores: 0 }));
  it('stopped between the look and the measure', () =>
    expect(usageOf({ memory_stats: {}, cpu_stats: sample(0), precpu_stats: sample(5) })).toEqual({ memoryBytes: 0, cpuCores: 0 }));
});

describe('an editor’s server among the processes', () => {
  it.each([
    ['root 12 1 0 /root/.vscode-server/bin/abc/node /root/.vscode-server/bin/abc/out/server-main.js', true],
    ['node 12 1 0 /vscode/vscode-server/bin/linux-x64/abc/node', true],
    ['node 12 1 0 /home/node/.cursor-server/bin/abc/node', true],
    ['dev 12 1 0 /home/dev/.vscode-server-insiders/bin/x/node', true],
    ['dev 12 1 0 /home/dev/.cache/JetBrains/RemoteDev/dist/x/bin/remote-dev-server.sh run', true],
    ['root 12 1 0 /bin/sh -c echo Container started', false],
    ['root 12 1 0 node server.js', false],
    ['root 12 1 0 tail -f /var/log/vscode.txt', false],
  ])('%s', (command, editor) => expect(isEditor(command)).toBe(editor));
});
