import { readFile } from 'node:fs/promises';
import { failed, ok, type Result } from '../../domain/index.ts';
import { importOtlp } from '../../sense/importers/otlp.ts';
import { writeTrace } from '../node/traceFile.ts';
import type { Invocation, Report } from './command.ts';

/** `prewarm import otlp <file>`: traces in JSON, JSON Lines or protobuf; its bytes are not text. */
export async function importOtlpCommand(file: string, options: Invocation['options']): Promise<Result<Report>> {
  const bytes = await readFile(file === '-' ? '/dev/stdin' : file).catch((error: NodeJS.ErrnoException) => error);
  if (bytes instanceof Error) return failed('not-found', 'never', `${file} cannot be read (${bytes.code}).`);
  const { activities, ...counts } = importOtlp(bytes, { actor: typeof options.actor === 'string' ? options.actor : 'local' });
  const output = typeof options.output === 'string' ? options.output : undefined;
  if (output !== undefined) {
    const written = await writeTrace(output, activities);
    if (!written.ok) return written;
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
