import { isRecord, type JsonRecord } from '../../sense/pdl/identity.ts';
import { TRAFFIC_FIELDS } from '../../sense/pdl/shape.ts';
import { isMeasured } from '../../sense/pdl/traffic.ts';

/**
 * Traffic is measured as a whole, so the fields of two measurements are never mixed: the newer one stands. What a person says by hand
 * stands above both.
 */
export function newestTraffic(theirs: unknown, ours: unknown): unknown {
  if (!isRecord(theirs)) return ours;
  return isRecord(ours) && isMeasured(theirs) && isNewer(ours, theirs) ? { ...unknownIn(theirs), ...ours } : theirs;
}

/** What is measured is learnt: it counts as known before, so that it does not look like something that somebody added. */
export const learntTraffic = (theirs: unknown, base: unknown): unknown => (isMeasured(theirs) ? theirs : base);

/** What was settled, where it was; joined field by field it may have kept some of the older one. */
export const wholeTraffic = (settled: unknown, joined: unknown): unknown => settled ?? joined;

/** The document (plain JSON) with the traffic that is chosen between what stands in theirs and its own, of each persona and resource. */
export function withTraffic(document: unknown, theirs: unknown, choose: (theirs: unknown, own: unknown) => unknown): unknown {
  const personas = (of: unknown): unknown => (isRecord(of) ? of.personas : undefined);
  return {
    ...(document as JsonRecord),
    personas: eachOf(personas(document), personas(theirs), 'name', (own, their) => {
      const resources = eachOf(own.resources, their.resources, 'id', (mine, other) => chosen(mine, other, choose));
      return { ...chosen(own, their, choose), ...(resources === undefined ? {} : { resources }) };
    }),
  };
}

/** Those that both have are chosen of. */
function eachOf(own: unknown, theirs: unknown, key: string, change: (own: JsonRecord, theirs: JsonRecord) => JsonRecord): unknown {
  if (!Array.isArray(own) || !Array.isArray(theirs)) return own;
  const known = new Map(theirs.filter(isRecord).map((one) => [one[key], one]));
  return own.map((one: JsonRecord) => {
    const their = known.get(one[key]);
    return their ? change(one, their) : one;
  });
}

function chosen({ traffic, ...rest }: JsonRecord, theirs: JsonRecord, choose: (theirs: unknown, own: unknown) => unknown): JsonRecord {
  const next = choose(theirs.traffic, traffic);
  return next === undefined ? rest : { ...rest, traffic: next };
}

const isNewer = (a: JsonRecord, b: JsonRecord): boolean => Date.parse(String(a.measured_until)) > Date.parse(String(b.measured_until));

/** What others wrote beside it. */
const unknownIn = (traffic: JsonRecord): JsonRecord =>
  Object.fromEntries(Object.entries(traffic).filter(([key]) => !Object.hasOwn(TRAFFIC_FIELDS, key)));
