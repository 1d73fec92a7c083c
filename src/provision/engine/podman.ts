import type Docker from 'dockerode';

/** Podman's word for what Docker answers with 409, seen with 4.3 under status 500. */
const WRONG_STATE = /container state improper|container name .* is already in use/;

/** An error of Podman with the status that Docker has for it, by which it is known what to do. */
export function asDocker(error: Error & { statusCode?: number }): Error {
  if (error.statusCode === 500 && WRONG_STATE.test(error.message)) error.statusCode = 409;
  return error;
}

/** Words of Podman for a container's state that Docker has others for. */
export const stateAsDocker = (state: string): string =>
  ({ stopped: 'exited', configured: 'created', initialized: 'created' })[state] ?? state;

const podmans = new WeakMap<Docker, Promise<boolean>>();

/** Podman says that it is, among its parts. */
export function isPodman(client: Docker): Promise<boolean> {
  const known = podmans.get(client);
  if (known) return known;
  const asked = client.version().then(hasPodman);
  podmans.set(client, asked);
  asked.catch(() => podmans.delete(client));
  return asked;
}

export const hasPodman = (version: { readonly Components?: readonly { readonly Name: string }[] }): boolean =>
  version.Components?.some((part) => /podman/i.test(part.Name)) ?? false;

/** Limits as the Docker API names them, bytes and µs. */
export interface Limits {
  readonly CpuPeriod?: number;
  readonly CpuQuota?: number;
  readonly Memory?: number;
  readonly MemorySwap?: number;
}

/** Podman 4.3 has no `update` in its Docker API; its own takes the resources of the OCI runtime specification. */
export async function limitPodman(client: Docker, container: string, limits: Limits): Promise<void> {
  const { CpuPeriod: period, CpuQuota: quota, Memory: limit, MemorySwap: swap } = limits;
  const resources = {
    ...(quota === undefined ? {} : { cpu: { period, quota } }),
    ...(limit === undefined ? {} : { memory: { limit, swap } }),
  };
  const path = `/v4.3.0/libpod/containers/${container}/update`;
  const statusCodes = { 200: true, 201: true, 404: 'no such container, or Podman before 4.3', 500: 'server error' };
  await new Promise<void>((resolve, reject) => {
    client.modem.dial({ path, method: 'POST', options: resources, statusCodes } as never, (error) => (error ? reject(error) : resolve()));
  });
}
