import type { Edit, PersonaModel, Shape } from '../personaModel.ts';
import type { Encoded } from './encode.ts';
import type { Grouping } from './group.ts';
import { likeness, presenceOf, SAME, shapeIn, shapeOf } from './shape.ts';

/** What was forgotten is back when so many later sessions show it. */
const LEAST_BACK = 3;
/** A token that a part was never seen to use, or always, is still possible, or missed. */
const LEAST_SURE = 0.02;

/** Clusters as a person decided that they are, and the decisions as they are from now on. */
export interface Edited {
  readonly grouping: Grouping;
  readonly edits: readonly Edit[];
  /** Index of an edit that forgot, and of the cluster that came back in spite of it. */
  readonly back: ReadonlyMap<number, number>;
}

/** One cluster: how much each session is its own. */
type Column = Float64Array;

interface Sessions {
  readonly shapeOf: (column: Column) => Shape;
  /** How likely a session is of each of these shapes; sums to 1. */
  readonly sharesAmong: (row: number, shapes: readonly Shape[]) => readonly number[];
  readonly begunAt: (row: number) => number;
}

/**
 * Puts what clustering finds into the order that a person gave it. Clusters are known again by what they use: of all that
 * is known (living personas, and what edits are about) each is what it is most like. So parts that were merged become one
 * cluster, a whole that was split becomes its parts, and of what was forgotten only later sessions are left.
 */
export function asEdited(grouping: Grouping, encoded: Encoded, previous: PersonaModel | undefined): Edited {
  const before = previous?.edits ?? [];
  if (!previous || before.length === 0 || grouping.count === 0) return { grouping, edits: before, back: new Map() };
  const sessions = sessionsIn(encoded);
  const living = previous.components.map((c) => ({ id: c.id, shape: shapeOf(c) }));
  const known = [...before.flatMap(shapesIn), ...living.map((c) => c.shape)];
  const edits: Edit[] = [];
  const came = new Map<number, Column>();
  let columns: readonly Column[] = columnsOf(grouping);
  for (const [i, edit] of before.entries()) {
    const rivals = edit.kind === 'forget' ? known.filter((shape) => shape !== living.find((c) => c.id === edit.back)?.shape) : known;
    const done = carriedOut(edit, columns, sessions, rivals);
    columns = done.columns;
    edits.push(done.edit);
    if (done.back) came.set(i, done.back);
  }
  const back = new Map([...came].flatMap(([i, column]) => (columns.includes(column) ? [[i, columns.indexOf(column)] as const] : [])));
  return { grouping: groupingOf(columns, encoded.offsets.length - 1), edits, back };
}

interface Done {
  readonly columns: readonly Column[];
  readonly edit: Edit;
  readonly back?: Column;
}

function carriedOut(edit: Edit, columns: readonly Column[], sessions: Sessions, known: readonly Shape[]): Done {
  switch (edit.kind) {
    case 'merge':
      return merged(edit, columns, sessions, known);
    case 'split':
      return divided(edit, columns, sessions, known);
    case 'forget':
      return forgotten(edit, columns, sessions, known);
  }
}

function merged(edit: Edit & { kind: 'merge' }, columns: readonly Column[], sessions: Sessions, known: readonly Shape[]): Done {
  const found = foundAgain(columns, edit.parts, sessions, known);
  if (found.size < 2) return { columns, edit };
  const whole = sumOf([...found.keys()]);
  // Parts change as people do; they are known again by what they were last.
  const parts = edit.parts.map(
    (part, i) => [...found.values()].filter((f) => f.target === i).sort((a, b) => b.sure - a.sure)[0]?.shape ?? part,
  );
  const [first] = found.keys();
  return { columns: columns.flatMap((c) => (c === first ? [whole] : found.has(c) ? [] : [c])), edit: { ...edit, parts } };
}

function divided(edit: Edit & { kind: 'split' }, columns: readonly Column[], sessions: Sessions, known: readonly Shape[]): Done {
  const [[whole, found] = []] = foundAgain(columns, [edit.whole], sessions, known);
  if (!whole || !found) return { columns, edit };
  const parts = edit.into.map(() => new Float64Array(whole.length));
  for (const [row, share] of whole.entries())
    if (share > 0) for (const [i, own] of sessions.sharesAmong(row, edit.into).entries()) (parts[i] as Column)[row] = share * own;
  return { columns: columns.flatMap((c) => (c === whole ? parts : [c])), edit: { ...edit, whole: found.shape } };
}

function forgotten(edit: Edit & { kind: 'forget' }, columns: readonly Column[], sessions: Sessions, known: readonly Shape[]): Done {
  const [[whole] = []] = foundAgain(columns, [edit.shape], sessions, known);
  if (!whole) return { columns, edit };
  const later = whole.map((share, row) => (sessions.begunAt(row) > edit.at ? share : 0));
  if (later.filter((share) => share > 0.5).length < LEAST_BACK) return { columns: columns.filter((c) => c !== whole), edit };
  return { columns: columns.map((c) => (c === whole ? later : c)), edit, back: later };
}

interface Found {
  /** Index of what it is most like. */
  readonly target: number;
  readonly sure: number;
  readonly shape: Shape;
}

/** The clusters that are like one of these, and more so than like anything else that is known; the likest first. */
function foundAgain(
  columns: readonly Column[],
  targets: readonly Shape[],
  sessions: Sessions,
  known: readonly Shape[],
): ReadonlyMap<Column, Found> {
  const found = columns.flatMap((column) => {
    const shape = sessions.shapeOf(column);
    const likes = targets.map((target) => likeness(shape, target));
    const sure = Math.max(...likes);
    if (sure <= SAME || known.some((other) => !targets.includes(other) && likeness(shape, other) > sure)) return [];
    return [[column, { target: likes.indexOf(sure), sure, shape }] as const];
  });
  return new Map(found.sort((a, b) => b[1].sure - a[1].sure));
}

const shapesIn = (edit: Edit): readonly Shape[] =>
  edit.kind === 'merge' ? edit.parts : edit.kind === 'split' ? [edit.whole, ...edit.into] : [edit.shape];

function sessionsIn(encoded: Encoded): Sessions {
  const presence = presenceOf(encoded);
  return {
    shapeOf: (column) => shapeIn(presence, encoded.symbols, column),
    begunAt: (row) => encoded.at[encoded.offsets[row] as number] ?? 0,
    sharesAmong: (row, shapes) => {
      const tokens = new Set([...(presence[row] as ReadonlySet<number>)].map((id) => encoded.symbols[id] as string));
      return sharesAmong(tokens, shapes);
    },
  };
}

/** By which of the shapes' tokens a session has and which not, each told independently of the others (naive Bayes). */
export function sharesAmong(tokens: ReadonlySet<string>, shapes: readonly Shape[]): readonly number[] {
  const all = [...new Set(shapes.flatMap((shape) => shape.map(([token]) => token)))];
  const logs = shapes.map((shape) => {
    const likely = new Map(shape);
    return all.reduce((sum, token) => {
      const p = Math.min(1 - LEAST_SURE, Math.max(LEAST_SURE, likely.get(token) ?? 0));
      return sum + Math.log(tokens.has(token) ? p : 1 - p);
    }, 0);
  });
  const top = Math.max(...logs);
  const odds = logs.map((log) => Math.exp(log - top));
  const total = odds.reduce((a, b) => a + b, 0);
  return odds.map((o) => o / total);
}

const columnsOf = ({ shares, count }: Grouping): readonly Column[] =>
  Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length: shares.length / count }, (_, row) => shares[row * count + k] as number),
  );

const sumOf = (columns: readonly Column[]): Column =>
  (columns[0] as Column).map((_, row) =>
    Math.min(
      1,
      columns.reduce((sum, c) => sum + (c[row] as number), 0),
    ),
  );

function groupingOf(columns: readonly Column[], rows: number): Grouping {
  const count = columns.length;
  const shares = new Float64Array(rows * count);
  for (const [k, column] of columns.entries()) for (const [row, share] of column.entries()) shares[row * count + k] = share;
  return { count, shares };
}
