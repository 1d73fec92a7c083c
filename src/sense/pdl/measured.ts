import type { Node } from 'jsonc-parser';
import type { Findings, Path } from './finding.ts';
import type { PersonaText } from './names.ts';
import { fromTraffic, isMeasured } from './traffic.ts';
import { itemsOf, member, plainOf } from './tree.ts';

/** That traffic which says that it was measured says so whole, of the persona and of each resource. */
export function checkMeasured({ node, path }: PersonaText, findings: Findings): void {
  checkTraffic(node, path, findings);
  for (const [i, resource] of itemsOf(member(node, 'resources')).entries()) checkTraffic(resource, [...path, 'resources', i], findings);
}

function checkTraffic(of: Node, path: Path, findings: Findings): void {
  const node = member(of, 'traffic');
  if (!node) return;
  const json = plainOf(node);
  const read = isMeasured(json) ? fromTraffic(json) : undefined;
  if (!read || 'profile' in read || isFaulty(node, findings)) return;
  const message = `“traffic”${read.problem}. Mend it, or remove “measured_until” if a person wrote this.`;
  findings.error(member(node, 'measured_until') as Node, [...path, 'traffic', 'measured_until'], message);
}

/** Something in there was found fault with already. */
const isFaulty = ({ offset, length }: Node, { list }: Findings): boolean =>
  list.some((f) => f.severity === 'error' && f.offset >= offset && f.offset < offset + length);
