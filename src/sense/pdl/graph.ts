import type { Node } from 'jsonc-parser';
import { PIN_FIELDS, type Pin, pinProblem, SOURCES } from '../../domain/index.ts';
import type { Findings, Fix, Path } from './finding.ts';
import { listed, removal } from './layout.ts';
import { type PersonaText, renamed, twice } from './names.ts';
import { nearest } from './nearest.ts';
import { itemsOf, member, numberOf, textOf } from './tree.ts';

/** The edge from here to a resource says how likely a session uses it at all, and how soon. */
export const START = 'session';

/** What is done, and is no resource, begins with one of these: `command:npm test`, `branch:feature`. */
const ACTIVITIES: readonly string[] = [...SOURCES, 'command', 'branch', 'file', 'image'].map((word) => `${word}:`);

/** Edges and pins name what is there; no two say the same. Circles are allowed: work goes round in them. */
export function checkGraph(persona: PersonaText, findings: Findings): void {
  const { node, path } = persona;
  const resources = itemsOf(member(node, 'resources'));
  twice(
    resources.map((resource, i) => ({ named: member(resource, 'id'), path: [...path, 'resources', i, 'id'] })),
    'resource',
    findings,
  );
  const known = new Set(resources.flatMap((resource) => textOf(member(resource, 'id')) ?? []));
  checkEdges(persona, known, findings);
  checkPins(persona, known, findings);
}

function checkEdges(persona: PersonaText, known: ReadonlySet<string>, findings: Findings): void {
  const edges = member(persona.node, 'edges');
  const seen = new Set<string>();
  for (const [i, edge] of itemsOf(edges).entries()) {
    if (findings.full()) return;
    const path = [...persona.path, 'edges', i];
    const remove: Fix = { title: 'Remove this edge', edits: () => removal(persona.text, edges as Node, edge) };
    for (const end of ['from', 'to'] as const) {
      const named = member(edge, end);
      const token = textOf(named);
      if (!named || token === undefined || (end === 'from' && token === START) || isThere(token, known)) continue;
      const what = `This edge goes ${end} “${token}”, which is not among the resources of this persona.`;
      notThere(
        persona,
        { named, token, path: [...path, end], what, words: end === 'from' ? [...known, START] : [...known] },
        remove,
        findings,
      );
    }
    const pair = JSON.stringify([textOf(member(edge, 'from')), textOf(member(edge, 'to'))]);
    if (seen.has(pair) && edge.type === 'object')
      findings.error(edge, path, 'There is an edge from and to the same already. Remove one of them.', [remove]);
    seen.add(pair);
    checkLag(member(edge, 'lag_ms'), [...path, 'lag_ms'], findings);
  }
}

const isThere = (token: string, known: ReadonlySet<string>): boolean =>
  known.has(token) || ACTIVITIES.some((prefix) => token.startsWith(prefix));

function checkLag(lag: Node | undefined, path: Path, findings: Findings): void {
  const [p50, p90] = [numberOf(member(lag, 'p50')), numberOf(member(lag, 'p90'))];
  if (lag && p50 !== undefined && p90 !== undefined && p90 < p50)
    findings.warning(lag, path, `Nine of ten lags are below “p90”, so it cannot be less than “p50” (${p90} < ${p50}). Swap them.`);
}

function checkPins(persona: PersonaText, known: ReadonlySet<string>, findings: Findings): void {
  const pins = member(persona.node, 'pins');
  const seen = new Set<string>();
  for (const [i, pin] of itemsOf(pins).entries()) {
    if (findings.full()) return;
    const path = [...persona.path, 'pins', i];
    const [field, named, value] = [textOf(member(pin, 'field')), member(pin, 'resource'), member(pin, 'value')];
    const resource = textOf(named);
    if (
      !PIN_FIELDS.includes(field as Pin['field']) ||
      (value?.type !== 'string' && value?.type !== 'number') ||
      (named && resource === undefined)
    )
      continue;
    const remove: Fix = { title: 'Remove this pin', edits: () => removal(persona.text, pins as Node, pin) };
    const problem = pinProblem({
      field: field as Pin['field'],
      ...(resource === undefined ? {} : { resource }),
      value: value.value as string,
    });
    if (problem) findings.error(pin, path, problem, [remove]);
    else if (named && resource !== undefined && !isThere(resource, known))
      notThere(
        persona,
        {
          named,
          token: resource,
          path: [...path, 'resource'],
          what: `This pin is of “${resource}”, which is not among the resources of this persona.`,
          words: [...known],
        },
        remove,
        findings,
      );
    const thing = JSON.stringify([field, resource]);
    if (seen.has(thing)) findings.error(pin, path, 'This is pinned already. Remove one of the pins.', [remove]);
    seen.add(thing);
  }
}

interface NotThere {
  readonly named: Node;
  readonly token: string;
  readonly path: Path;
  readonly what: string;
  readonly words: readonly string[];
}

function notThere({ text, node }: PersonaText, { named, token, path, what, words }: NotThere, remove: Fix, findings: Findings): void {
  const meant = nearest(token, words);
  const hint = meant === undefined ? '' : ` Is “${meant}” meant?`;
  findings.error(named, path, `${what}${hint} Rename it, add the resource, or remove it.`, [
    ...(meant === undefined ? [] : [renamed(named, meant)]),
    {
      title: `Add the resource “${token}”`,
      edits: () => listed(text, node, 'resources', { id: token }),
    },
    remove,
  ]);
}
