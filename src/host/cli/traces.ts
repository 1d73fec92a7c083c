import { access } from 'node:fs/promises';
import { type Activity, failed, ok, type Result } from '../../domain/index.ts';
import { createTraceProblems, readTrace, type TraceProblems } from '../node/traceFile.ts';

export interface OpenTraces {
  readonly activities: AsyncIterable<readonly Activity[]>;
  /** Filled while `activities` is read. */
  readonly problems: TraceProblems;
}

/** Several trace files as one stream, in the order given; a file that is not there is named before any is read. */
export async function openTraces(paths: readonly string[]): Promise<Result<OpenTraces>> {
  for (const path of paths) {
    const fault =
      path === '-'
        ? undefined
        : await access(path).then(
            () => undefined,
            (error: NodeJS.ErrnoException) => error.code,
          );
    if (fault) return failed('not-found', 'never', `${path} cannot be read (${fault}).`);
  }
  const problems = createTraceProblems();
  async function* activities(): AsyncIterable<readonly Activity[]> {
    for (const path of paths) yield* readTrace(path, problems);
  }
  return ok({ activities: activities(), problems });
}
