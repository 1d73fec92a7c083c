import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { JsonMap } from './json.ts';
import { isTooDeep, TOO_DEEP } from './nesting.ts';
import { type Problem, problemAt } from './problem.ts';

export interface YamlFile {
  readonly path: string;
  readonly json: JsonMap;
  /** Places, as `services/db/ports`, that bear Compose's `!reset` or `!override`: they replace instead of joining. */
  readonly replaced: ReadonlySet<string>;
  readonly lineOf: (...keys: readonly string[]) => number | undefined;
}

/**
 * Refuses the exponential growth that aliases of aliases allow (“billion laughs”), not large honest files: Sentry's reaches
 * tens of thousands by the library's count.
 */
const MAX_ALIASES = 1_000_000;

/** A YAML 1.2 file whose top is a map, with anchors and merge keys resolved; or the one problem that keeps it from being read. */
export function parseYaml(path: string, source: string): { readonly file: YamlFile } | { readonly problem: Problem } {
  if (isTooDeep(source)) return { problem: problemAt(path, undefined, TOO_DEEP) };
  const lines = new LineCounter();
  const skipped = 'Its services are skipped until it is mended.';
  try {
    const document = parseDocument(source, { merge: true, lineCounter: lines, uniqueKeys: false, logLevel: 'silent', version: '1.2' });
    const error = document.errors[0];
    if (error)
      return { problem: problemAt(path, lines.linePos(error.pos[0]).line, `it is not valid YAML (${oneLine(error)}). ${skipped}`) };
    if (!isMap(document.contents)) return { problem: problemAt(path, 1, `${kindOf(document)}, not a compose file. ${skipped}`) };
    const json = document.toJS({ maxAliasCount: MAX_ALIASES }) as JsonMap;
    return { file: { path, json, replaced: replacedPlaces(document), lineOf: (...keys) => lineOf(document, lines, keys) } };
  } catch (error) {
    return { problem: problemAt(path, undefined, `it cannot be read as YAML (${oneLine(error as Error)}). ${skipped}`) };
  }
}

function oneLine({ message }: Error): string {
  return (message.split('\n')[0] ?? '').replace(/ at line.*$/, '');
}

function kindOf({ contents }: Document): string {
  return isScalar(contents) || contents === null ? 'it is empty or a single value' : 'it is a list';
}

function replacedPlaces(document: Document): ReadonlySet<string> {
  const places = new Set<string>();
  visit(document, {
    Pair(_, pair, parents) {
      const tag = isNode(pair.value) ? pair.value.tag : undefined;
      if (tag !== '!reset' && tag !== '!override') return;
      places.add([...parents, pair].flatMap((node) => (isPair(node) ? [String(node.key)] : [])).join('/'));
    },
  });
  return places;
}

function lineOf(document: Document, lines: LineCounter, keys: readonly string[]): number | undefined {
  const node = document.getIn(keys, true);
  const offset = isNode(node) ? node.range?.[0] : undefined;
  return offset === undefined ? undefined : lines.linePos(offset).line;
}
