import type Docker from 'dockerode';
import { LABEL, OWNER } from '../ownership.ts';
import type { EngineEvent } from '../provider.ts';
import type { Labels } from './found.ts';

interface RawEvent {
  readonly Action: string;
  readonly timeNano?: number;
  readonly time: number;
  readonly Actor: { readonly Attributes: Labels };
}

const SEEN = ['create', 'start', 'die', 'pause', 'unpause', 'destroy'];
/** Podman's words, which each engine is asked for as well. */
const ALSO: Readonly<Record<string, string>> = { died: 'die', remove: 'destroy' };

/** Events of the containers for which `fits` holds; both container providers watch the same engine. */
export function watchEngine(
  docker: () => Promise<Docker>,
  fits: (labels: Labels) => boolean,
  idOf: (labels: Labels) => string | undefined,
  listener: (event: EngineEvent) => void,
): () => void {
  let stopped = false;
  let end = (): void => {};
  void docker()
    .then((client) => client.getEvents({ filters: { type: ['container'], event: [...SEEN, ...Object.keys(ALSO)] } }))
    .then((stream) => {
      end = () => void (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
      if (stopped) return end();
      let rest = '';
      stream.on('error', () => {});
      stream.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString('utf8')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (!line) continue;
          const raw = JSON.parse(line) as RawEvent;
          if (fits(raw.Actor.Attributes)) listener(engineEvent(raw, idOf));
        }
      });
    })
    .catch(() => {});
  return () => {
    stopped = true;
    end();
  };
}

function engineEvent(raw: RawEvent, idOf: (labels: Labels) => string | undefined): EngineEvent {
  const labels = raw.Actor.Attributes;
  const resource = labels[LABEL.resource] ?? idOf(labels);
  const owner = labels[LABEL.owner] === OWNER ? 'prewarm' : 'developer';
  return { at: raw.time * 1000, did: ALSO[raw.Action] ?? raw.Action, image: labels.image ?? '', owner, ...(resource ? { resource } : {}) };
}
