import type { Node } from 'jsonc-parser';
import type { Findings, Path } from './finding.ts';
import { replacement } from './layout.ts';
import type { PersonaText } from './names.ts';
import { itemsOf, member, membersOf, numberOf } from './tree.ts';

/** Probabilities that are written by hand are rounded. */
const TOLERANCE = 0.001;

/** That the probabilities of each distribution sum to 1, and those of a week. */
export function checkDistributions({ text, node, path }: PersonaText, findings: Findings): void {
  for (const [i, resource] of itemsOf(member(node, 'resources')).entries()) {
    const at = [...path, 'resources', i];
    for (const { key, value } of membersOf(member(resource, 'requirements')))
      checkDistribution(text, value, [...at, 'requirements', key], findings);
    checkDistribution(text, member(resource, 'duration_ms'), [...at, 'duration_ms'], findings);
    checkTrafficOf(text, resource, at, findings);
  }
  checkTrafficOf(text, node, path, findings);
  const hours = member(member(node, 'recurrence'), 'hour_of_week');
  checkSum(text, hours, itemsOf(hours), [...path, 'recurrence', 'hour_of_week'], findings);
}

function checkTrafficOf(text: string, node: Node, path: Path, findings: Findings): void {
  for (const { key, value } of membersOf(member(node, 'traffic'))) checkDistribution(text, value, [...path, 'traffic', key], findings);
}

function checkDistribution(text: string, node: Node | undefined, path: Path, findings: Findings): void {
  const shares = itemsOf(node).map((entry) => member(entry, 'probability'));
  if (shares.every((share): share is Node => share !== undefined)) checkSum(text, node, shares, path, findings);
}

/** An empty one says that nothing is known. */
function checkSum(text: string, node: Node | undefined, shares: readonly Node[], path: Path, findings: Findings): void {
  const values = shares.map((share) => numberOf(share) ?? Number.NaN);
  const total = values.reduce((sum, value) => sum + value, 0);
  // Of what is no probability something else was said.
  if (!node || shares.length === 0 || values.some((value) => !(value >= 0 && value <= 1)) || Math.abs(total - 1) <= TOLERANCE) return;
  const fixes =
    total > 0
      ? [
          {
            title: 'Scale the probabilities to sum to 1',
            edits: () => scaled(values, total).map((value, i) => replacement(text, shares[i] as Node, value)),
          },
        ]
      : [];
  findings.error(node, path, `These probabilities sum to ${Number(total.toPrecision(6))}, and must sum to 1. Change or scale them.`, fixes);
}

/** To six digits; what rounding leaves goes to the largest. */
function scaled(values: readonly number[], total: number): readonly number[] {
  const shares = values.map((value) => Number((value / total).toFixed(6)));
  const rest = 1 - shares.reduce((sum, share) => sum + share, 0);
  const largest = shares.indexOf(Math.max(...shares));
  return shares.map((share, i) => (i === largest ? Number((share + rest).toFixed(6)) : share));
}
