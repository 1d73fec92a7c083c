import { readFile } from 'node:fs/promises';
import { failed, ok, type Result } from '../../domain/index.ts';
import { FORMATS } from '../../sense/importers/formats.ts';
import { importHistory } from '../../sense/importers/importer.ts';
import { writeTrace } from '../node/traceFile.ts';
import type { Invocation, Report } from './command.ts';

export async function importCommand({ positionals, options }: Invocation): Promise<Result<Report>> {
  const [formatName = '', file = ''] = positionals;
  if (formatName === 'otlp') return (await import('./importOtlpCommand.ts')).importOtlpCommand(file, options);
  const format = Object.hasOwn(FORMATS, formatName) ? FORMATS[formatName] : undefined;
  if (!format)
    return failed('wrong-usage', 'never', `“${formatName}” is no known format; known are ${Object.keys(FORMATS).join(', ')}, otlp.`);
  const text = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (text instanceof Error) return failed('not-found', 'never', `${file} cannot be read (${(text as NodeJS.ErrnoException).code}).`);
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const actor = typeof options.actor === 'string' ? options.actor : 'local';
  const { activities, ...counts } = importHistory(lines, format(), { actor, endAt: Date.now() });
  if (typeof options.output === 'string') {
    const written = await writeTrace(options.output, activities);
    if (!written.ok) return written;
  }
  return ok({
    json: counts,
    lines: [
      `${counts.read} entries read, ${counts.written} activities${typeof options.output === 'string' ? ` written to ${options.output}` : ''}; the gate took something from ${counts.redacted}.`,
      ...(counts.dropped.length > 0 ? [`Dropped: ${counts.dropped.map((d) => `${d.count} × ${d.kind}`).join(', ')}.`] : []),
      ...counts.rejected.slice(0, 20).map((r) => `! ${file}:${r.line}: ${r.problem}`),
    ],
  });
}
