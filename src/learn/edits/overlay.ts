import type { MadeEdit, OfWorkflow, Overlay } from '../../domain/index.ts';

export const NO_EDITS: Overlay = { additions: [], members: [], edges: [], moves: [], pins: [], requirements: [] };

/** The overlay with one more edit; the newer word on the same thing holds. Never throws, whatever ids it is handed. */
export function withEdit(overlay: Overlay, { persona, edit, at }: MadeEdit): Overlay {
  switch (edit.type) {
    case 'add': {
      const { resource, addition, pin } = edit;
      const members = put(overlay.members, sameResource({ persona, resource }), { persona, resource, in: true });
      const additions = addition ? put(overlay.additions, (a) => a.resource === resource, { resource, addition }) : overlay.additions;
      const pins = pin ? put(overlay.pins, sameResource({ persona, resource }), { persona, resource, rung: pin, at }) : overlay.pins;
      return { ...overlay, members, additions, pins };
    }
    case 'remove': {
      const { resource } = edit;
      const isOf = sameResource({ persona, resource });
      const ofIt = (x: OfWorkflow & { readonly from: string; readonly to: string }): boolean =>
        x.persona === persona && (x.from === resource || x.to === resource);
      return withoutOrphans({
        ...overlay,
        members: put(overlay.members, isOf, { persona, resource, in: false }),
        edges: overlay.edges.filter((e) => !ofIt(e)),
        moves: overlay.moves.filter((m) => !isOf(m)),
        pins: overlay.pins.filter((p) => !isOf(p)),
      });
    }
    case 'connect':
    case 'disconnect': {
      const { from, to } = edit;
      const edge = edit.type === 'connect' ? { probability: edit.probability, lagMs: edit.lagMs } : undefined;
      const same = (e: Overlay['edges'][number]): boolean => e.persona === persona && e.from === from && e.to === to;
      return { ...overlay, edges: put(overlay.edges, same, { persona, from, to, edge }) };
    }
    case 'move': {
      const { resource, after } = edit;
      return { ...overlay, moves: put(overlay.moves, sameResource({ persona, resource }), { persona, resource, after }) };
    }
    case 'pin': {
      const { resource, rung } = edit;
      const isOf = sameResource({ persona, resource });
      const pins = overlay.pins.filter((p) => !isOf(p));
      return { ...overlay, pins: rung === 'free' ? pins : [...pins, { persona, resource, rung, at }] };
    }
    case 'require': {
      const { resource, memoryBytes } = edit;
      return { ...overlay, requirements: put(overlay.requirements, (r) => r.resource === resource, { resource, memoryBytes }) };
    }
  }
}

/** What was added by hand lives as long as a workflow has it. */
function withoutOrphans(overlay: Overlay): Overlay {
  const additions = overlay.additions.filter((a) => overlay.members.some((m) => m.in && m.resource === a.resource));
  if (additions.length === overlay.additions.length) return overlay;
  const gone = new Set(overlay.additions.filter((a) => !additions.includes(a)).map((a) => a.resource));
  return {
    ...overlay,
    additions,
    // A thing of which nothing is left needs no word against it, either.
    members: overlay.members.filter((m) => !gone.has(m.resource)),
    requirements: overlay.requirements.filter((r) => !gone.has(r.resource)),
  };
}

/** Those of this workflow, and those of every one. */
export function ofWorkflow<T extends OfWorkflow>(list: readonly T[], persona: string | undefined): readonly T[] {
  return list.filter((x) => x.persona === undefined || x.persona === persona);
}

/** Personas that bear an edit. */
export function editedPersonas({ members, edges, moves, pins }: Overlay): ReadonlySet<string> {
  return new Set([...members, ...edges, ...moves, ...pins].flatMap((x) => x.persona ?? []));
}

const sameResource =
  ({ persona, resource }: OfWorkflow & { readonly resource: string }) =>
  (other: OfWorkflow & { readonly resource: string }): boolean =>
    other.persona === persona && other.resource === resource;

/** In place of what is the same thing, at the end: the newest word stands last. */
const put = <T>(list: readonly T[], same: (item: T) => boolean, item: T): readonly T[] => [...list.filter((x) => !same(x)), item];
