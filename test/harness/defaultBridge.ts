import { execFileSync } from 'node:child_process';

const BRIDGE = 'docker0';

interface Link {
  readonly ifname: string;
  readonly addr_info: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[];
}

/**
 * A `dockerd` that has a bridge of its own (or none) deletes `docker0` when it starts, whosever it is. Starts one, and puts the machine's
 * own bridge back as it was, with the containers that hang on it.
 */
export async function keepingDefaultBridge(start: () => Promise<void>): Promise<void> {
  const [before] = links('addr', 'show', BRIDGE);
  const members = links('link', 'show', 'master', BRIDGE);
  try {
    await start();
  } finally {
    if (before && links('addr', 'show', BRIDGE).length === 0) restore(before, members);
  }
}

function restore({ addr_info }: Link, members: readonly Link[]): void {
  ip('link', 'add', BRIDGE, 'type', 'bridge');
  for (const { family, local, prefixlen } of addr_info)
    if (family === 'inet') ip('addr', 'add', `${local}/${prefixlen}`, 'broadcast', '+', 'dev', BRIDGE);
  ip('link', 'set', BRIDGE, 'up');
  for (const { ifname } of members) ip('link', 'set', ifname, 'master', BRIDGE);
}

function links(...args: readonly string[]): readonly Link[] {
  try {
    return (JSON.parse(ip('-j', ...args)) as Partial<Link>[]).filter((link): link is Link => link.ifname !== undefined);
  } catch {
    // There is no such bridge.
    return [];
  }
}

const ip = (...args: readonly string[]): string => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
