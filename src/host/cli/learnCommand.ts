import { readFile, writeFile } from 'node:fs/promises';
import { learnTrace } from '../../app/learnTrace.ts';
import { type PersonaDocument, readDocument, toDocument } from '../../app/personaDocument.ts';
import { documentText, learntPart } from '../../app/personaFile/documentText.ts';
import { ATTRIBUTES, failed, ok, type Persona, type Result } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import { DEFAULT_SETTINGS } from '../node/openApp.ts';
import type { Invocation, Report } from './command.ts';
import { openTraces } from './traces.ts';

export async function learnCommand({ positionals, options, terminal, signal }: Invocation): Promise<Result<Report>> {
  const traces = await openTraces(positionals);
  if (!traces.ok) return traces;
  const previous = typeof options.output === 'string' ? await learntBefore(options.output) : ok(undefined);
  if (!previous.ok) return previous;
  const now = Date.now();
  const learnt = await learnTrace(traces.value.activities, {
    idleMs: DEFAULT_SETTINGS.idleMs,
    now,
    zoneOffsetMs: -new Date(now).getTimezoneOffset() * 60_000,
    clock: () => performance.now(),
    ...(previous.value ? { previous: previous.value.model } : {}),
    signal,
    progress: terminal.progress,
  });
  if (!learnt.ok) return learnt;
  const { sessions, noise, personas, elapsedMs } = learnt.value;
  const document = toDocument(personas);
  if (typeof options.output === 'string') {
    const text = textOver(document, options.output, previous.value?.text);
    if (!text.ok) return text;
    const problem = await writeFile(options.output, text.value).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (problem) return failed('storage-failed', 'never', `${options.output} could not be written (${problem}).`);
  }
  return ok({
    json: { sessions, noise, personas: document.personas, elapsedMs, rejected: traces.value.problems.count },
    lines: [
      `${sessions} sessions, ${personas.length} personas, ${percent(noise)} of sessions in none, ${(elapsedMs / 1000).toFixed(1)} s`,
      ...personas.flatMap(linesOf),
      ...traces.value.problems.first.map((p) => `! ${p}`),
    ],
  });
}

const textOver = (document: PersonaDocument, name: string, text: string | undefined): Result<string> =>
  documentText(document, text === undefined ? undefined : { text, name, base: learntPart(text) });

/** The document that is about to be written over: what people wrote in it survives, and a file that is none is left alone. */
async function learntBefore(file: string): Promise<Result<{ readonly model: PersonaModel; readonly text: string } | undefined>> {
  try {
    const text = await readFile(file, 'utf8');
    const before = readDocument(text, file);
    return before.ok ? ok({ model: before.value, text }) : notWrittenOver(file, before.fault.message);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? ok(undefined) : notWrittenOver(file, code ?? message);
  }
}

const notWrittenOver = (file: string, why: string): Result<never> =>
  failed(
    'bad-file',
    'never',
    `${file} is there already and is not a persona document, so it was not written over (${why}) Name another file or remove it.`,
  );

const percent = (share: number): string => `${Math.round(100 * share)} %`;

function linesOf(p: Persona): readonly string[] {
  const known = ATTRIBUTES.flatMap((name) => {
    const attribute = p.profile?.attributes[name];
    return attribute && attribute.value !== 'unknown' ? [`${name.replaceAll('_', ' ')}: ${attribute.value} (${attribute.evidence})`] : [];
  });
  return [
    `${percent(p.weight).padStart(5)}  ${p.name}  (${p.support} sessions, confidence ${p.confidence.toFixed(2)})`,
    ...known.map((line) => `         ${line}`),
  ];
}
