import { failed, ok, type Result, type UnixMs } from '../../domain/index.ts';
import { type RehearsalResult, readResult } from '../../simulate/result/result.ts';
import { FAULT_KINDS } from './faults.ts';
import { isRung } from './rehearsalSetting.ts';
import type { RehearsalWork } from './rehearsed.ts';

/** A rehearsal with all that it takes to repeat it. */
export interface KeptRehearsal {
  readonly id: string;
  readonly name: string;
  /** When it ended. */
  readonly at: UnixMs;
  readonly work: RehearsalWork;
  readonly result: RehearsalResult;
}

/** What is listed of it. */
export type RehearsalSummary = Pick<KeptRehearsal, 'id' | 'name' | 'at'>;

/** A file of an earlier day or another version, checked as far as it is shown, compared and repeated. */
export function readKept(json: unknown, file: string): Result<KeptRehearsal> {
  const it = recordOf(json);
  const { id, name, at, work, result } = it;
  const read = readResult(result, file);
  if (!read.ok) return read;
  const shown = LISTS.every((key) => Array.isArray(recordOf(result)[key])) && isShown(recordOf(result));
  if (it.version !== 1 || !isText(id) || !isText(name) || !Number.isFinite(at) || !isWork(work) || !shown)
    return failed(
      'bad-file',
      'never',
      `${file} is no rehearsal that Prewarm saved, or it is damaged. Simulate it again, and delete this one.`,
    );
  return ok({ id, name, at: at as UnixMs, work, result: read.value });
}

const LISTS = ['resources', 'calls', 'patterns', 'assumed', 'notes', 'deviations', 'causes', 'advice'];
const isShown = ({ intervals, practiceGraph, trials }: Readonly<Record<string, unknown>>): boolean =>
  typeof recordOf(intervals).latencyMs === 'object' && Array.isArray(recordOf(practiceGraph).practices) && 'count' in recordOf(trials);

function isWork(raw: unknown): raw is RehearsalWork {
  const { document, personas, practices, durationMs, scale, seed, rung, rungs, faults } = recordOf(raw);
  return (
    isNamed(document) &&
    (personas === undefined || (Array.isArray(personas) && personas.every(isText))) &&
    Array.isArray(practices) &&
    practices.every(isNamed) &&
    [durationMs, scale, seed].every(Number.isFinite) &&
    (rung === undefined || isRung(rung)) &&
    Object.values(recordOf(rungs)).every(isRung) &&
    (faults === undefined || (Array.isArray(faults) && faults.every(isFault)))
  );
}

const isNamed = (raw: unknown): boolean => isText(recordOf(raw).name) && isText(recordOf(raw).text);
const isFault = (raw: unknown): boolean => {
  const { do: how, of, value } = recordOf(raw);
  return FAULT_KINDS.some((kind) => kind === how) && isText(of) && isText(value);
};
const isText = (value: unknown): value is string => typeof value === 'string';
const recordOf = (raw: unknown): Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
