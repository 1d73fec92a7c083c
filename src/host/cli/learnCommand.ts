import { writeFile } from 'node:fs/promises';
import { learnTrace } from '../../app/learnTrace.ts';
import { toDocument } from '../../app/personaDocument.ts';
import { failed, ok, type Persona, type Result } from '../../domain/index.ts';
import { DEFAULT_SETTINGS } from '../node/openApp.ts';
import type { Invocation, Report } from './command.ts';
import { openTraces } from './traces.ts';

export async function learnCommand({ positionals, options, terminal }: Invocation): Promise<Result<Report>> {
  const traces = await openTraces(positionals);
  if (!traces.ok) return traces;
  terminal.progress('learning …');
  const { sessions, personas, elapsedMs } = await learnTrace(traces.value.activities, {
    idleMs: DEFAULT_SETTINGS.idleMs,
    now: Date.now(),
    clock: () => performance.now(),
  });
  const document = toDocument(personas);
  if (typeof options.output === 'string') {
    const problem = await writeFile(options.output, `${JSON.stringify(document, null, 2)}\n`).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (problem) return failed('storage-failed', 'never', `${options.output} could not be written (${problem}).`);
  }
  return ok({
    json: { sessions, personas: document.personas, elapsedMs, rejected: traces.value.problems.count },
    lines: [
      `${sessions} sessions, ${personas.length} personas, ${(elapsedMs / 1000).toFixed(1)} s`,
      ...personas.map(line),
      ...traces.value.problems.first.map((p) => `! ${p}`),
    ],
  });
}

const line = (p: Persona): string =>
  `${`${Math.round(100 * p.weight)} %`.padStart(5)}  ${p.name}  (${p.support} sessions, confidence ${p.confidence.toFixed(2)})`;
