import type { Overlay, Persona, Resource, WorkflowEdit } from '../domain/index.ts';
import { dependenciesOf } from '../plan/dependencies.ts';
import { isAdditionName, isImage } from '../sense/catalogue.ts';

export interface EditSurroundings {
  /** As the files declare them, and as they were edited. */
  readonly declared: readonly Resource[];
  readonly edited: readonly Resource[];
  readonly personas: readonly Persona[];
  readonly persona: string | undefined;
  readonly overlay: Overlay;
}

/** Less cannot hold an engine; more than any machine that this is meant for. Bytes. */
const LEAST_MEMORY = 2 ** 20;
const MOST_MEMORY = 2 ** 42;
const MOST_ADDITIONS = 50;

/** Why an edit makes no sense, in one sentence for people; undefined where it does. */
export function problemOfEdit(edit: WorkflowEdit, at: EditSurroundings): string | undefined {
  if (at.persona !== undefined && !at.personas.some((p) => p.id === at.persona)) return 'This workflow is not known any more.';
  const byId = new Map(at.edited.map((r) => [r.id, r]));
  const isKnown = (id: string): boolean => byId.has(id) || tokensOf(at).has(id);
  switch (edit.type) {
    case 'add':
      return edit.addition ? problemOfAddition(edit, at) : byId.has(edit.resource) ? undefined : unknown(edit.resource);
    case 'remove':
    case 'pin':
    case 'require':
      if (!byId.has(edit.resource) && !(edit.type === 'remove' && isKnown(edit.resource))) return unknown(edit.resource);
      return edit.type === 'require' ? problemOfMemory(edit.memoryBytes) : undefined;
    case 'move':
      if (edit.after === edit.resource) return 'A resource cannot be moved behind itself.';
      if (!isKnown(edit.resource)) return unknown(edit.resource);
      return edit.after === undefined || isKnown(edit.after) ? undefined : unknown(edit.after);
    case 'connect': {
      const { from, to, probability, lagMs } = edit;
      if (!isKnown(from)) return unknown(from);
      if (!byId.has(to)) return unknown(to);
      if (from === to) return 'A resource cannot be connected to itself.';
      if (!(probability > 0 && probability <= 1)) return 'The probability of a connection is more than 0 and at most 1.';
      if (!(lagMs >= 0 && lagMs < 86_400_000)) return 'What follows comes within a day.';
      if (byId.has(from) && dependenciesOf(from, byId).includes(to))
        return `${nameOf(from, at)} depends on ${nameOf(to, at)} already; the other way round would be a circle.`;
      return undefined;
    }
    case 'disconnect':
      if (at.declared.find((r) => r.id === edit.to)?.dependsOn.includes(edit.from))
        return `${nameOf(edit.to, at)} depends on ${nameOf(edit.from, at)} in its own file. Change it there.`;
      return undefined;
  }
}

function problemOfAddition({ resource, addition }: Extract<WorkflowEdit, { type: 'add' }>, at: EditSurroundings): string | undefined {
  if (!addition) return undefined;
  const { name, image, port, memoryBytes } = addition;
  if (!isAdditionName(name))
    return `“${name}” is no name: it has small letters, digits, “-”, “_” and “.”, and begins with a letter or digit.`;
  if (!isImage(image)) return `“${image}” is no image. It looks like redis:7 or ghcr.io/team/name:tag.`;
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) return 'A port is a whole number from 1 to 65535.';
  if (at.edited.some((r) => r.id === resource)) return `There is something called ${name} already. Give it another name.`;
  if (at.overlay.additions.length >= MOST_ADDITIONS)
    return `No more than ${MOST_ADDITIONS} containers can be added by hand. Declare them in a compose file.`;
  return problemOfMemory(memoryBytes);
}

const problemOfMemory = (bytes: number): string | undefined =>
  bytes >= LEAST_MEMORY && bytes <= MOST_MEMORY ? undefined : 'Memory is at least 1 MB and at most 4 TB.';

/** What the workflows' sessions do beside using resources. */
const tokensOf = ({ personas }: EditSurroundings): ReadonlySet<string> => new Set(personas.flatMap((p) => p.uses.map((u) => u.resource)));
const nameOf = (id: string, { edited }: EditSurroundings): string => edited.find((r) => r.id === id)?.name ?? id;
const unknown = (id: string): string => `There is no ${id} here any more.`;
