import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { ifThere, tolerate } from '../containers/engine.ts';
import { LABEL, OWNER } from '../ownership.ts';
import { nameOf, SHELF } from './shelf.ts';

/** An image with nothing in it, so that none needs to be pulled and none of the developer's is used. */
const EMPTY = 'prewarm/empty:1';

/** Where a helper has the volume that it is made for. */
export const AT = '/prewarm';

const helperName = (volume: string): string => `${nameOf(volume, 'content')}helper`;

/** A container that never runs: through it the engine's archive API reaches into a volume. One at a time for each declared volume. */
export async function withHelper<T>(
  client: Docker,
  volume: string,
  mounted: string,
  use: (container: Docker.Container) => Promise<T>,
): Promise<T> {
  await ensureEmpty(client);
  await removeHelper(client, volume);
  const container = await client.createContainer({
    name: helperName(volume),
    Image: EMPTY,
    Entrypoint: ['none'],
    Cmd: [],
    Labels: { [LABEL.owner]: OWNER, [SHELF.volume]: volume },
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [{ Type: 'volume', Source: mounted, Target: AT, VolumeOptions: { NoCopy: true } as never }],
    },
  });
  try {
    return await use(container);
  } finally {
    await removeHelper(client, volume).catch(() => {});
  }
}

/** Also what a crash left of it, which would hold its volume. */
export const removeHelper = (client: Docker, volume: string): Promise<void> =>
  tolerate(() => client.getContainer(helperName(volume)).remove({ force: true }));

async function ensureEmpty(client: Docker): Promise<void> {
  if (await ifThere(() => client.getImage(EMPTY).inspect())) return;
  const [repo, tag] = EMPTY.split(':');
  const answer = await client.importImage(Readable.from([Buffer.alloc(1024)]), { repo, tag, changes: `LABEL ${LABEL.owner}=${OWNER}` });
  answer.resume();
  await finished(answer as Readable);
}
