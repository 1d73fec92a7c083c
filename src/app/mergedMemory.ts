import type { PersonaModel } from '../learn/personaModel.ts';
import { mergedExperiment } from './mergedExperiments.ts';
import { mergedModel } from './mergedModel.ts';
import type { Memory } from './ports.ts';

type Plain = Readonly<Record<string, unknown>>;

/**
 * Two windows of one workspace write one memory. What each changed since both knew the same (`base`) is kept: key by key, and entry by
 * entry where a key holds a record. Lines of the ledger, sessions of tests and what people decided of personas are kept of both. Where both changed
 * the same, ours is the newer.
 */
export function mergedMemory(base: Memory, ours: Memory, theirs: Memory): Memory {
  const merged = mergedPlain(base as unknown as Plain, ours as unknown as Plain, theirs as unknown as Plain, (key, was, own, other) => {
    if (key === 'ledger' || key === 'remedyLedger') return bothOf(was as Lines, own as Lines, other as Lines);
    if (key === 'experiments') return mergedTests((was ?? {}) as Tests, own as Tests, other as Tests);
    if (key === 'model') return mergedModel(was as Memory['model'], own as PersonaModel, other as PersonaModel);
    return RECORDS.has(key) ? mergedPlain((was ?? {}) as Plain, own as Plain, other as Plain, (_entry, _was, mine) => mine) : own;
  });
  return merged as unknown as Memory;
}

/** Those whose entries have nothing to do with one another. */
const RECORDS: ReadonlySet<string> = new Set([
  'feedback',
  'climbs',
  'steps',
  'usage',
  'ports',
  'eagernessOf',
  'remedies',
] satisfies (keyof Memory)[]);

type Tests = NonNullable<Memory['experiments']>;

const mergedTests = (base: Tests, ours: Tests, theirs: Tests): unknown =>
  mergedPlain(base, ours, theirs, (_id, was, own, other) =>
    mergedExperiment(was as Tests[string] | undefined, own as Tests[string], other as Tests[string]),
  );

type Decide = (key: string, was: unknown, own: unknown, other: unknown) => unknown;

function mergedPlain(base: Plain, ours: Plain, theirs: Plain, both: Decide): Plain {
  const keys = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  const entries = keys.map((key): readonly [string, unknown] => {
    const [was, own, other] = [base[key], ours[key], theirs[key]];
    if (same(was, own)) return [key, other];
    if (same(was, other) || own === undefined || other === undefined) return [key, own];
    return [key, both(key, was, own, other)];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

type Lines = readonly { readonly at: number }[] | undefined;

/** What both had and one took out is out; what either added is in, in the order of time. */
function bothOf(base: Lines, ours: Lines, theirs: Lines): Lines {
  const [was, own, other] = [base, ours, theirs].map((lines) => new Set((lines ?? []).map((line) => JSON.stringify(line))));
  const kept = [...new Set([...(own as Set<string>), ...(other as Set<string>)])].filter(
    (line) => !was?.has(line) || (own?.has(line) && other?.has(line)),
  );
  return kept.map((line) => JSON.parse(line) as { readonly at: number }).sort((a, b) => a.at - b.at);
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
