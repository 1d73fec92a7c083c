import type { Node } from 'jsonc-parser';
import { type TextEdit, withEdits } from './finding.ts';
import { byIdentity, isRecord, own, same } from './identity.ts';
import { containerEdits, entryText, memberText, replacement } from './layout.ts';
import { itemsOf, membersOf, plainOf, wellFormed } from './tree.ts';

/**
 * The text changed so that it says `wanted` (JSON): only what differs is written, so that comments, order and layout stay. Without a
 * difference it is the same text, byte by byte. Undefined where the text is no JSON.
 */
export function rewritten(text: string, wanted: unknown): string | undefined {
  const root = wellFormed(text);
  if (!root) return undefined;
  const edits: TextEdit[] = [];
  rewrite(text, root, wanted, edits);
  return withEdits(text, edits);
}

function rewrite(text: string, node: Node, wanted: unknown, edits: TextEdit[]): void {
  if (same(plainOf(node), wanted)) return;
  const parts = node.type === 'object' ? membersIn(node, wanted) : node.type === 'array' ? entriesIn(node, wanted) : undefined;
  if (!parts) return void edits.push(replacement(text, node, wanted));
  if (parts.gone.size > 0 || parts.come.length > 0) edits.push(...containerEdits(text, node, parts.gone, parts.come));
  for (const [child, value] of parts.stay) rewrite(text, child, value, edits);
}

interface Parts {
  readonly stay: readonly (readonly [Node, unknown])[];
  readonly gone: ReadonlySet<Node>;
  readonly come: Parameters<typeof containerEdits>[3];
}

function membersIn(node: Node, wanted: unknown): Parts | undefined {
  const members = membersOf(node);
  const present = new Set(members.map((m) => m.key));
  if (!isRecord(wanted) || present.size !== (node.children ?? []).length) return undefined;
  return {
    stay: members.filter((m) => Object.hasOwn(wanted, m.key)).map((m) => [m.value, own(wanted, m.key)]),
    gone: new Set(members.filter((m) => !Object.hasOwn(wanted, m.key)).map((m) => m.whole)),
    come: Object.entries(wanted).flatMap(([key, value]) => (present.has(key) ? [] : [memberText(key, value)])),
  };
}

/** Entries that are known by name stay where they are, if they do not change places; else they are known by their places. */
function entriesIn(node: Node, wanted: unknown): Parts | undefined {
  if (!Array.isArray(wanted)) return undefined;
  const items = itemsOf(node);
  const [before, after] = [byIdentity(items.map(plainOf)), byIdentity(wanted)];
  if (before && after) {
    const names = [...before.keys()];
    const stay = names.filter((name) => after.has(name));
    const come = [...after.keys()].filter((name) => !before.has(name));
    if (same([...stay, ...come], [...after.keys()]) && (stay.length > 0 || items.length === 0))
      return {
        stay: stay.map((name) => [items[names.indexOf(name)] as Node, after.get(name)]),
        gone: new Set(items.filter((_, i) => !after.has(names[i] as string))),
        come: come.map((name) => entryText(after.get(name))),
      };
  }
  return items.length === wanted.length && items.length > 0
    ? { stay: items.map((item, i) => [item, wanted[i]]), gone: new Set(), come: [] }
    : undefined;
}
