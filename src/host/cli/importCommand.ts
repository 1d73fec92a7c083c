import { failed, ok, type Result } from '../../domain/index.ts';
import type { Importer } from '../../sense/importers/importer.ts';
import { type ImportOptions, importHistory } from '../../sense/importers/importHistory.ts';
import { IMPORTERS } from '../../sense/importers/registry.ts';
import { createTally, type Tally } from '../../sense/importers/tally.ts';
import { type ImportSource, openImportSource } from '../node/importSource.ts';
import { defaultStateFolder } from '../node/openApp.ts';
import { createPseudonyms } from '../node/pseudonyms.ts';
import { createTraceWriter } from '../node/traceFile.ts';
import type { Invocation, Report } from './command.ts';

const SHOWN_REJECTS = 20;
const FORMATS = [...Object.entries(IMPORTERS), ['otlp', { summary: 'OpenTelemetry traces: JSON, JSON Lines or protobuf' }] as const].map(
  ([name, { summary }]) => `  ${name.padEnd(18)}${summary}`,
);

export async function importCommand({ positionals, options, terminal, signal }: Invocation): Promise<Result<Report>> {
  const [format = '', file = ''] = positionals;
  if (format === 'otlp') return (await import('./importOtlpCommand.ts')).importOtlpCommand(file, options);
  const importer = Object.hasOwn(IMPORTERS, format) ? IMPORTERS[format] : undefined;
  if (!importer) return failed('wrong-usage', 'never', `“${format}” is no known format; known are\n${FORMATS.join('\n')}`);
  const source = await openImportSource(file, Date.now()).catch((error: NodeJS.ErrnoException) => error);
  if (source instanceof Error) return failed('not-found', 'never', `${file} cannot be read (${reasonOf(source)}).`);
  const output = typeof options.output === 'string' ? options.output : undefined;
  const tally = createTally();
  terminal.progress('importing …');
  const fault = await imported(importer, source, output, importOptions(options.actor, source), tally, signal);
  if (fault) return fault(file);
  return ok(reportOf(tally, file === '-' ? 'standard input' : file, output));
}

/** With an actor, all of a log is theirs; without, a log of many clients keeps them apart under other names. */
function importOptions(actor: string | boolean | undefined, { endAt }: ImportSource): ImportOptions {
  if (typeof actor === 'string' && actor !== '') return { actor, endAt };
  return { actor: 'local', pseudonym: createPseudonyms(defaultStateFolder()), endAt };
}

type Fault = (file: string) => Result<never>;

/** Nothing where all went well. A failure on the way leaves no half trace behind. */
async function imported(
  importer: Importer,
  source: ImportSource,
  output: string | undefined,
  options: ImportOptions,
  tally: Tally,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  const unwritten =
    (error: Error): Fault =>
    () =>
      failed('storage-failed', 'never', `${output} could not be written (${reasonOf(error)}).`);
  const writer = output === undefined ? undefined : await createTraceWriter(output).catch((error: Error) => error);
  if (writer instanceof Error) return unwritten(writer);
  try {
    for await (const activities of importHistory(importer, source, options, tally)) {
      if (signal.aborted) throw signal.reason;
      const failure = await writer?.write(activities).catch((error: Error) => error);
      if (failure) return unwritten(failure);
    }
    const failure = await writer?.done().catch((error: Error) => error);
    return failure ? unwritten(failure) : undefined;
  } catch (error) {
    if (signal.aborted) return () => failed('cancelled', 'never', 'Interrupted; nothing was written.');
    if (!isOfTheWorld(error)) throw error;
    return (file) => failed('bad-file', 'never', `${file} cannot be read as this format (${reasonOf(error)}).`);
  } finally {
    await writer?.discard();
  }
}

/** Errors of the file system (`EISDIR`), of gzip (`Z_DATA_ERROR`) and of SQLite; others are bugs, Node's own `ERR_…` among them. */
const isOfTheWorld = (error: unknown): error is Error =>
  error instanceof Error && (/^(?:E[A-Z0-9]+|Z_\w+)$/.test((error as NodeJS.ErrnoException).code ?? '') || error.name === 'SQLite3Error');
const reasonOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.message;

function reportOf(tally: Tally, file: string, output: string | undefined): Report {
  const { rejects, rejected, dropped, asides, ...counts } = tally;
  const json = {
    ...counts,
    dropped: [...dropped].map(([kind, count]) => ({ kind, count })),
    asides: [...asides].map(([why, count]) => ({ why, count })),
    rejected: rejects.map((r) => ({ file, ...r })),
    rejectedCount: rejected,
  };
  const lines = [
    `${counts.read} entries read, ${counts.written} activities${output === undefined ? '' : ` written to ${output}`}; the gate took something from ${counts.redacted}.`,
    ...(json.dropped.length > 0 ? [`Dropped: ${json.dropped.map((d) => `${d.count} × ${d.kind}`).join(', ')}.`] : []),
    ...(json.asides.length > 0 ? [`Set aside: ${json.asides.map((a) => `${a.count} × ${a.why}`).join(', ')}.`] : []),
    ...(rejected > 0 ? [`Rejected: ${rejected}${rejected > SHOWN_REJECTS ? `; the first ${SHOWN_REJECTS}:` : ':'}`] : []),
    ...rejects.slice(0, SHOWN_REJECTS).map((r) => `! ${file}:${r.line}: ${r.problem}`),
  ];
  return { json, lines };
}
