import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type Activity, failed, ok, type Result } from '../../domain/index.ts';
import { importOtlp } from '../../sense/importers/otlp.ts';
import { createTraceWriter } from '../node/traceFile.ts';
import type { Invocation, Report } from './command.ts';

/** `prewarm import otlp <file>`: traces in JSON, JSON Lines or protobuf; its bytes are not text. */
export async function importOtlpCommand(file: string, options: Invocation['options']): Promise<Result<Report>> {
  const bytes = await (file === '-' ? buffer(process.stdin) : readFile(file)).catch((error: NodeJS.ErrnoException) => error);
  if (bytes instanceof Error) return failed('not-found', 'never', `${file} cannot be read (${bytes.code}).`);
  const { activities, ...counts } = importOtlp(bytes, { actor: typeof options.actor === 'string' ? options.actor : 'local' });
  const output = typeof options.output === 'string' ? options.output : undefined;
  if (output !== undefined) {
    const problem = await write(output, activities).catch((error: NodeJS.ErrnoException) => error);
    if (problem) return failed('storage-failed', 'never', `${output} could not be written (${problem.code}).`);
  }
  return ok({
    json: counts,
    lines: [
      `${counts.read} spans read, ${counts.written} activities${output === undefined ? '' : ` written to ${output}`}; ${counts.ignored} tell of no API call, query or message; the gate took something from ${counts.redacted}.`,
      ...(counts.dropped.length > 0 ? [`Dropped: ${counts.dropped.map((d) => `${d.count} × ${d.kind}`).join(', ')}.`] : []),
      ...counts.rejected.slice(0, 20).map((r) => `! ${file}:${r.line}: ${r.problem}`),
    ],
  });
}

async function write(output: string, activities: readonly Activity[]): Promise<undefined> {
  const writer = await createTraceWriter(output);
  try {
    await writer.write(activities);
    await writer.done();
  } finally {
    await writer.discard();
  }
}
