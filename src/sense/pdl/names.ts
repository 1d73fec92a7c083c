import type { Node } from 'jsonc-parser';
import type { Findings, Fix, Path } from './finding.ts';
import { textOf } from './tree.ts';

/** One persona of a document: where it stands in which text. */
export interface PersonaText {
  readonly text: string;
  readonly node: Node;
  readonly path: Path;
}

interface Named {
  readonly named: Node | undefined;
  readonly path: Path;
}

/** Names that are there before. Each later one can be given a number. */
export function twice(all: readonly Named[], what: string, findings: Findings): void {
  const names = new Set(all.flatMap(({ named }) => textOf(named) ?? []));
  const seen = new Set<string>();
  for (const { named, path } of all) {
    const name = textOf(named);
    if (findings.full()) return;
    if (!named || name === undefined) continue;
    if (seen.has(name)) {
      const free = freeName(name, names);
      names.add(free);
      const message = `Another ${what} is called “${name}” already. Rename one of them, or remove it.`;
      findings.error(named, path, message, [renamed(named, free)]);
    }
    seen.add(name);
  }
}

export const renamed = (node: Node, name: string): Fix => ({
  title: `Change to “${name}”`,
  edits: () => [{ offset: node.offset, length: node.length, content: JSON.stringify(name) }],
});

function freeName(name: string, taken: ReadonlySet<string>): string {
  let n = 2;
  while (taken.has(`${name} ${n}`)) n++;
  return `${name} ${n}`;
}
