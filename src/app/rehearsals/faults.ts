import { failed, ok, type Result } from '../../domain/index.ts';
import type { Change } from '../../simulate/advice/change.ts';
import { lengthOfTime } from '../../simulate/scenario/lengthOfTime.ts';
import type { Scenario } from '../../simulate/scenario/scenario.ts';

export const FAULT_KINDS = ['slow', 'fail'] as const;

/** What is injected, as it is written: `slow` takes a length of time such as `200ms`, `fail` a share such as `0.05` or `5%`. */
export interface Fault {
  readonly do: (typeof FAULT_KINDS)[number];
  /** A resource's id. */
  readonly of: string;
  readonly value: string;
}

/** `called`: how a kind of fault is called where it was written, for messages. */
export function injectedBy(
  faults: readonly Fault[],
  { resources }: Pick<Scenario, 'resources'>,
  called: (kind: Fault['do']) => string = (kind) => kind,
): Result<readonly Change[]> {
  const changes: Change[] = [];
  for (const fault of faults) {
    const name = called(fault.do);
    if (!resources.some((r) => r.id === fault.of))
      return failed('not-found', 'never', `${name} names “${fault.of}”; there are ${resources.map((r) => r.id).join(', ')}.`);
    const change = fault.do === 'slow' ? slowed(fault, name) : failing(fault, name);
    if (!change.ok) return change;
    changes.push(change.value);
  }
  return ok(changes);
}

function slowed({ of, value }: Fault, name: string): Result<Change> {
  const ms = lengthOfTime(value, name);
  return ms.ok ? ok({ do: 'delay', of, ms: ms.value }) : ms;
}

function failing({ of, value }: Fault, name: string): Result<Change> {
  const rate = value.endsWith('%') ? Number(value.slice(0, -1)) / 100 : Number(value);
  if (value.trim() !== '' && rate >= 0 && rate <= 1) return ok({ do: 'errors', of, rate });
  return failed('wrong-usage', 'never', `${name} ${of}=${value} must be a share from 0 to 1, or a percentage such as 5%.`);
}
