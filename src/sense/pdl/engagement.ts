import type { Node } from 'jsonc-parser';
import { durationMs } from './duration.ts';
import type { Findings, Fix, Path } from './finding.ts';
import { listed, removal } from './layout.ts';
import { type PersonaText, renamed, twice } from './names.ts';
import { nearest } from './nearest.ts';
import { itemsOf, member, textOf } from './tree.ts';

const YEAR_MS = 366 * 86_400_000;

/** Patterns of engagement, their windows, and the profiles that say what they ask of the machines. */
export function checkEngagement(persona: PersonaText, findings: Findings): void {
  const { node, path } = persona;
  const patterns = itemsOf(member(node, 'engagement_patterns'));
  const profiles = itemsOf(member(node, 'resource_profiles'));
  const each = (items: readonly Node[], list: string, key: string) =>
    items.map((item, i) => ({ item, named: member(item, key), path: [...path, list, i, key] as Path }));
  const namedPatterns = each(patterns, 'engagement_patterns', 'name');
  const namedProfiles = each(profiles, 'resource_profiles', 'pattern_name');
  twice(namedPatterns, 'pattern', findings);
  for (const [i, pattern] of patterns.entries()) checkWindow(pattern, [...path, 'engagement_patterns', i, 'time_window'], findings);
  const known = new Set(namedPatterns.flatMap(({ named }) => textOf(named) ?? []));
  const profiled = new Set<string>();
  for (const { item, named, path: at } of namedProfiles) {
    const name = textOf(named);
    if (!named || name === undefined || findings.full()) continue;
    if (!known.has(name)) unknownPattern(persona, { item, named, name, at, known, profiled }, findings);
    else if (profiled.has(name))
      findings.error(named, at, `The pattern “${name}” has a profile already. Remove one of them.`, [removed(persona, item)]);
    profiled.add(name);
  }
}

interface Profile {
  readonly item: Node;
  readonly named: Node;
  readonly name: string;
  readonly at: Path;
  readonly known: ReadonlySet<string>;
  readonly profiled: ReadonlySet<string>;
}

function unknownPattern(persona: PersonaText, { item, named, name, at, known, profiled }: Profile, findings: Findings): void {
  const meant =
    nearest(
      name,
      [...known].filter((one) => !profiled.has(one)),
    ) ?? nearest(name, known);
  const hint = meant === undefined ? '' : ` Is “${meant}” meant?`;
  const message = `There is no pattern “${name}” in “engagement_patterns”.${hint} Rename it, add the pattern, or remove this profile.`;
  findings.error(named, at, message, [
    ...(meant === undefined ? [] : [renamed(named, meant)]),
    { title: `Add the pattern “${name}”`, edits: () => patternAdded(persona, name) },
    removed(persona, item),
  ]);
}

const removed = ({ text, node }: PersonaText, item: Node): Fix => ({
  title: 'Remove this profile',
  edits: () => removal(text, member(node, 'resource_profiles') as Node, item),
});

/** As usual as can be, to be filled in. */
function patternAdded({ text, node }: PersonaText, name: string) {
  const pattern = { name, time_window: 'PT1H', interaction_type: 'api_call', expected_volume: 0, latency_target_ms: 1000 };
  return listed(text, node, 'engagement_patterns', pattern);
}

function checkWindow(pattern: Node, path: Path, findings: Findings): void {
  const node = member(pattern, 'time_window');
  const ms = durationMs(textOf(node) ?? '');
  if (!node || ms === undefined) return;
  if (ms === 0)
    findings.error(node, path, 'This window is 0 long, so nothing can happen in it. Write how long it is, such as "PT1H".', [
      { ...renamed(node, 'PT1H'), title: 'Change to an hour (PT1H)' },
    ]);
  else checkDuration(node, path, findings);
}

function checkDuration(node: Node, path: Path, findings: Findings): void {
  const ms = durationMs(textOf(node) ?? '');
  if (ms !== undefined && ms > YEAR_MS)
    findings.error(node, path, 'This is longer than a year. Write a shorter time.', [
      { ...renamed(node, 'P365D'), title: 'Change to a year (P365D)' },
    ]);
}
