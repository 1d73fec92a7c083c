import { failed, ok, type Result } from '../../domain/index.ts';
import { checkPersonas } from '../../sense/pdl/check.ts';
import { withEdits } from '../../sense/pdl/finding.ts';
import { same } from '../../sense/pdl/identity.ts';
import { replacement } from '../../sense/pdl/layout.ts';
import { rewritten } from '../../sense/pdl/rewritten.ts';
import { threeWay } from '../../sense/pdl/threeWay.ts';
import { isMeasured } from '../../sense/pdl/traffic.ts';
import { itemsOf, member, plainOf, textOf, wellFormed } from '../../sense/pdl/tree.ts';
import type { PersonaDocument } from '../personaDocument.ts';
import { learntTraffic, newestTraffic, wholeTraffic, withTraffic } from './settledTraffic.ts';

/** A document that is there already. */
export interface Existing {
  readonly text: string;
  /** In messages. */
  readonly name: string;
  /** What was known of the same personas, under their names of now, when it was last written or read: what differs was changed since. */
  readonly base?: PersonaDocument | undefined;
  /** Personas that bear another name now than they do there. */
  readonly renamed?: readonly { readonly from: string; readonly to: string }[];
}

export const plainText = (document: PersonaDocument): string => `${JSON.stringify(document, null, 2)}\n`;

/**
 * The text of a document with what is known now. Of one that is there already only what differs is written: comments, order, layout,
 * and fields and personas that others wrote stay. What both changed is as it is known now. A broken one is not touched.
 */
export function documentText(ours: PersonaDocument, existing?: Existing): Result<string> {
  if (!existing) return ok(plainText(ours));
  const { text, name, base, renamed = [] } = existing;
  const { findings } = checkPersonas(text);
  const worst = findings.find((f) => f.severity === 'error');
  const current = renamed.reduce((before, { from, to }) => withName(before, from, to), text);
  const root = wellFormed(current);
  if (worst || !root)
    return failed(
      'bad-file',
      'never',
      `${name}:${worst?.line ?? 1}:${worst?.column ?? 1}: ${worst?.message ?? 'This is not JSON.'} Mend it first.`,
    );
  // As it stands in a file: without what is undefined.
  const theirs = plainOf(root);
  const known = base && withTraffic(json(base), theirs, learntTraffic);
  const settled = withTraffic(json(ours), theirs, newestTraffic);
  const merged = withTraffic(threeWay(known, theirs, settled).value, settled, wholeTraffic);
  return ok(same(merged, theirs) ? current : (rewritten(current, merged) as string));
}

/** What learning wrote in a document, as far as that can be told: it may take out of it what it does not find any more. */
export function learntPart(text: string): PersonaDocument | undefined {
  const document = checkPersonas(text).document as PersonaDocument | undefined;
  return (
    document && {
      version: 1,
      personas: document.personas.map(({ name, weight, confidence, updated_at, attributes, resources = [], edges, ...rest }) => {
        const { provisioning_order, recurrence, pins } = rest;
        const traffic = measuredOnly(rest.traffic);
        const own = resources.map((r) => ({ id: r.id, duration_ms: r.duration_ms, sla: r.sla, traffic: measuredOnly(r.traffic) }));
        return json({
          name,
          weight,
          confidence,
          updated_at,
          attributes,
          resources: own,
          edges,
          provisioning_order,
          recurrence,
          traffic,
          pins,
        });
      }) as PersonaDocument['personas'],
    }
  );
}

const measuredOnly = <T>(traffic: T): T | undefined => (isMeasured(traffic) ? traffic : undefined);

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The same text, in which one persona has another name. */
function withName(text: string, from: string, to: string): string {
  const root = wellFormed(text);
  const names = itemsOf(member(root, 'personas')).flatMap((persona) => member(persona, 'name') ?? []);
  const named = names.find((node) => textOf(node) === from);
  if (!named || names.some((node) => textOf(node) === to)) return text;
  return withEdits(text, [replacement(text, named, to)]);
}
