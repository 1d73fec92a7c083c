import { failed, ok, type Result } from '../../domain/index.ts';
import { IMPORTERS } from '../../sense/importers/registry.ts';
import { createTally, type Tally } from '../../sense/importers/tally.ts';
import { type ImportJob, importFile } from '../node/importFile.ts';
import { defaultStateFolder } from '../node/openApp.ts';
import { createPseudonyms } from '../node/pseudonyms.ts';
import type { Invocation, Report } from './command.ts';

const SHOWN_REJECTS = 20;
const FORMATS = [...Object.entries(IMPORTERS), ['otlp', { summary: 'OpenTelemetry traces: JSON, JSON Lines or protobuf' }] as const].map(
  ([name, { summary }]) => `  ${name.padEnd(18)}${summary}`,
);

export async function importCommand({ positionals, options, terminal, signal }: Invocation): Promise<Result<Report>> {
  const [format = '', file = ''] = positionals;
  if (format === 'otlp') return (await import('./importOtlpCommand.ts')).importOtlpCommand(file, options);
  if (!Object.hasOwn(IMPORTERS, format))
    return failed('wrong-usage', 'never', `“${format}” is no known format; known are\n${FORMATS.join('\n')}`);
  const output = typeof options.output === 'string' ? options.output : undefined;
  const tally = createTally();
  terminal.progress('importing …');
  const job = { format, file, tally, signal, now: Date.now(), options: importOptions(options.actor) };
  const fault = await importFile(output === undefined ? job : { ...job, output });
  if (fault) return { ok: false, fault };
  return ok(reportOf(tally, file === '-' ? 'standard input' : file, output));
}

/** With an actor, all of a log is theirs; without, a log of many clients keeps them apart under other names. */
function importOptions(actor: string | boolean | undefined): ImportJob['options'] {
  if (typeof actor === 'string' && actor !== '') return { actor };
  return { actor: 'local', pseudonym: createPseudonyms(defaultStateFolder()) };
}

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
