import type { Pin } from '../../domain/index.ts';
import type { Component } from '../../learn/personaModel.ts';
import {
  type DemandFields,
  demandFields,
  type RequirementFields,
  requirementFields,
  type SlaFields,
  saidIn,
} from '../../sense/pdl/demand.ts';
import type { Conflict } from '../../sense/pdl/threeWay.ts';
import type { PersonaEntry } from '../personaDocument.ts';

/** What people decided of a persona, in the form of the document. What is learnt is each developer's own, and is not here. */
export interface Decided extends DemandFields {
  readonly name: string;
  readonly pins: readonly Pin[];
  readonly resources: readonly { readonly id: string; readonly requirements?: RequirementFields; readonly sla?: SlaFields }[];
}

export const decidedIn = (entry: PersonaEntry): Decided => decidedOf(entry.name, entry.pins ?? [], saidIn(entry));

export const decidedHere = (c: Component): Decided => decidedOf(c.name, c.pins ?? [], c.said ?? NOTHING);

const NOTHING = { patterns: [], profiles: [], requirements: [] } as const;

function decidedOf(name: string, pins: readonly Pin[], said: ReturnType<typeof saidIn>): Decided {
  const resources = said.requirements.map((r) => {
    const requirements = requirementFields(r);
    const { priority, latencyTargetMs } = r;
    const sla = {
      ...(priority === undefined ? {} : { priority }),
      ...(latencyTargetMs === undefined ? {} : { latency_target_ms: latencyTargetMs }),
    };
    return { id: r.resource, requirements, sla };
  });
  return { name, pins, engagement_patterns: [], resource_profiles: [], ...demandFields(said), resources };
}

export const saysNothing = (said: Component['said']): boolean => Object.values(said ?? NOTHING).every((list) => list.length === 0);

/** A pin of the same thing decides it, whatever else is written. */
export const isPinned = ({ path }: Conflict, pins: readonly Pin[]): boolean => {
  const [list, resource, part, field] = path;
  return (
    (list === 'resources' && part === 'sla' && pins.some((p) => p.resource === resource && p.field === field)) ||
    (list === 'name' && pins.some((p) => p.field === 'name'))
  );
};

/** A conflict in a sentence. */
export const told = (persona: string, { path, theirs, ours }: Conflict): string =>
  ours === undefined
    ? `“${persona}”: ${path.join(' / ')} was changed in the file and taken out here. The file's ${short(theirs)} holds.`
    : theirs === undefined
      ? `“${persona}”: ${path.join(' / ')} was taken out of the file and changed here. ${short(ours)} stays here.`
      : `“${persona}”: ${path.join(' / ')} is ${short(theirs)} in the file and ${short(ours)} here; both were changed. What is here stays. Pin it to decide.`;

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
