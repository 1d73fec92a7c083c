import type { Node } from 'jsonc-parser';
import { conforms } from './conforms.ts';
import { checkDistributions } from './distributions.ts';
import { checkEngagement } from './engagement.ts';
import { createFindings, type Finding, type Findings } from './finding.ts';
import { checkGraph } from './graph.ts';
import { replacement } from './layout.ts';
import { checkMeasured } from './measured.ts';
import { type PersonaText, twice } from './names.ts';
import { PERSONA_DOCUMENT } from './shape.ts';
import { itemsOf, member, numberOf, plainOf, textOf, treeOf } from './tree.ts';

export interface Checked {
  /** In the order of the text. */
  readonly findings: readonly Finding[];
  /** What the document says, as plain JSON; undefined where a finding is an error. */
  readonly document: unknown;
}

/** Weights are shares; what is missing to 1 is sessions of no persona. */
const MOST_WEIGHT = 1.001;

/**
 * Reads a persona document (PDL, DESIGN §5.2; comments and trailing commas are allowed) and finds fault with whatever is wrong, each with
 * its place and what to do. Total: any text is read, in time that grows with its length alone.
 */
export function checkPersonas(text: string): Checked {
  const findings = createFindings(text);
  const root = treeOf(text, findings);
  if (root) {
    conforms(text, root, PERSONA_DOCUMENT, [], findings);
    checkMeaning(text, root, findings);
  } else if (findings.list.length === 0) findings.error({ offset: 0, length: 0 }, [], EMPTY);
  const list = [...findings.list].sort((a, b) => a.offset - b.offset || a.length - b.length);
  return { findings: list, document: root && !list.some((f) => f.severity === 'error') ? plainOf(root) : undefined };
}

const EMPTY = 'The document is empty. It should hold {"version": 1, "personas": []}.';

/** What no schema can say. Whatever is of a wrong type is passed over here: that was said already. */
function checkMeaning(text: string, root: Node, findings: Findings): void {
  const personas = itemsOf(member(root, 'personas')).map((node, i): PersonaText => ({ text, node, path: ['personas', i] }));
  twice(
    personas.flatMap(({ node, path }) => ({ named: member(node, 'name'), path: [...path, 'name'] })),
    'persona',
    findings,
  );
  checkWeights(text, personas, findings);
  for (const persona of personas) {
    if (findings.full()) return;
    checkDate(persona, findings);
    checkDistributions(persona, findings);
    checkEngagement(persona, findings);
    checkGraph(persona, findings);
    checkMeasured(persona, findings);
  }
}

function checkWeights(text: string, personas: readonly PersonaText[], findings: Findings): void {
  const weights = personas.flatMap(({ node }) => {
    const weight = member(node, 'weight');
    return weight && isShare(numberOf(weight)) ? [weight] : [];
  });
  const total = weights.reduce((sum, node) => sum + (numberOf(node) ?? 0), 0);
  const first = weights[0];
  if (!first || !(total > MOST_WEIGHT) || !Number.isFinite(total)) return;
  const edits = () => weights.map((node) => replacement(text, node, Number(((numberOf(node) ?? 0) / total).toPrecision(6))));
  findings.warning(
    first,
    ['personas', 0, 'weight'],
    `The weights of all personas sum to ${rounded(total)}, and are shares of 1. Lower them.`,
    [{ title: 'Scale all weights to sum to 1', edits }],
  );
}

function checkDate({ node, path }: PersonaText, findings: Findings): void {
  const at = member(node, 'updated_at');
  if (at && textOf(at) !== undefined && Number.isNaN(Date.parse(textOf(at) as string)))
    findings.warning(at, [...path, 'updated_at'], '“updated_at” is no date. Write it like "2026-05-04T09:00:00Z", or remove it.');
}

const isShare = (value: number | undefined): boolean => value !== undefined && value >= 0 && value <= 1;
const rounded = (value: number): number => Number(value.toPrecision(6));
