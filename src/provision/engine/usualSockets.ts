import { posix } from 'node:path';

/** One place at which an engine of this machine listens by default. */
export interface UsualSocket {
  readonly path: string;
  /** Whose it is, for people. */
  readonly of: string;
}

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Where engines of this machine listen, the likeliest first: Docker as it is installed, then the programs that bring their own machine for it,
 * then Podman, which speaks the same API. The first that answers is taken, unless the developer names one.
 */
export function usualSockets({ platform, home, environment }: Machine): readonly UsualSocket[] {
  if (platform === 'win32') return WINDOWS;
  const at = (...parts: string[]): string => posix.join(home, ...parts);
  const desktop = [
    { path: at('.docker', 'run', 'docker.sock'), of: 'Docker Desktop' },
    { path: at('.docker', 'desktop', 'docker.sock'), of: 'Docker Desktop' },
    { path: at('.orbstack', 'run', 'docker.sock'), of: 'OrbStack' },
    { path: posix.join(environment.COLIMA_HOME ?? at('.colima'), 'default', 'docker.sock'), of: 'Colima' },
    { path: at('.config', 'colima', 'default', 'docker.sock'), of: 'Colima' },
    { path: at('.rd', 'docker.sock'), of: 'Rancher Desktop' },
  ];
  const system = { path: '/var/run/docker.sock', of: 'Docker' };
  if (platform === 'darwin') {
    const machine = at('.local', 'share', 'containers', 'podman', 'machine');
    return [
      ...desktop.slice(0, 1),
      system,
      ...desktop.slice(1),
      { path: posix.join(environment.TMPDIR ?? '/tmp', 'podman', 'podman-machine-default-api.sock'), of: 'Podman' },
      { path: posix.join(machine, 'podman.sock'), of: 'Podman' },
      { path: posix.join(machine, 'qemu', 'podman.sock'), of: 'Podman' },
    ];
  }
  const runtime = environment.XDG_RUNTIME_DIR;
  const ofUser = (path: string, of: string): UsualSocket[] => (runtime ? [{ path: posix.join(runtime, path), of }] : []);
  return [
    ...desktop.slice(0, 1),
    system,
    ...ofUser('docker.sock', 'rootless Docker'),
    ...desktop.slice(1),
    ...(environment.WSL_DISTRO_NAME ? WSL : []),
    ...ofUser('podman/podman.sock', 'rootless Podman'),
    { path: '/run/podman/podman.sock', of: 'Podman' },
  ];
}

const WINDOWS: readonly UsualSocket[] = [
  { path: '//./pipe/docker_engine', of: 'Docker' },
  { path: '//./pipe/dockerDesktopLinuxEngine', of: 'Docker Desktop' },
  { path: '//./pipe/podman-machine-default', of: 'Podman' },
];

/** What machines of Windows programs share with every distribution. */
const WSL: readonly UsualSocket[] = [
  { path: '/mnt/wsl/docker-desktop/shared-sockets/guest-services/docker.proxy.sock', of: 'Docker Desktop' },
  { path: '/mnt/wsl/rancher-desktop/run/docker.sock', of: 'Rancher Desktop' },
  { path: '/mnt/wsl/podman-sockets/podman-machine-default/podman-root.sock', of: 'Podman' },
];
