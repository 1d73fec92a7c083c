import { readFile, writeFile } from 'node:fs/promises';
import { trafficIn, withEarlier } from '../../app/knownTraffic.ts';
import { learnTrace } from '../../app/learnTrace.ts';
import { type PersonaDocument, readDocument, toDocument } from '../../app/personaDocument.ts';
import { documentText, learntPart } from '../../app/personaFile/documentText.ts';
import { type Activity, ATTRIBUTES, failed, ok, type Persona, type Result } from '../../domain/index.ts';
import type { PersonaModel } from '../../learn/personaModel.ts';
import { addRequest, createRequests, type Requests } from '../../learn/traffic/requests.ts';
import { DEFAULT_SETTINGS } from '../node/openApp.ts';
import type { Invocation, Report } from './command.ts';
import { openTraces } from './traces.ts';

export async function learnCommand({ positionals, options, terminal, signal }: Invocation): Promise<Result<Report>> {
  const traces = await openTraces(positionals);
  if (!traces.ok) return traces;
  const previous = typeof options.output === 'string' ? await learntBefore(options.output) : ok(undefined);
  if (!previous.ok) return previous;
  const now = Date.now();
  const requests = createRequests();
  const learnt = await learnTrace(alsoInto(requests, traces.value.activities), {
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
  const document = toDocument(personas, [], withEarlier(trafficIn(requests, now), previous.value?.learnt));
  if (typeof options.output === 'string') {
    const text = textOver(document, options.output, previous.value);
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

/** What passes on the way, counted as requests. */
async function* alsoInto(requests: Requests, batches: AsyncIterable<readonly Activity[]>): AsyncIterable<readonly Activity[]> {
  for await (const batch of batches) {
    for (const activity of batch) addRequest(requests, activity);
    yield batch;
  }
}

/** A document of before, the model in it, and what learning wrote there. */
interface Before {
  readonly text: string;
  readonly model: PersonaModel;
  readonly learnt: PersonaDocument | undefined;
}

const textOver = (document: PersonaDocument, name: string, before: Before | undefined): Result<string> =>
  documentText(document, before && { text: before.text, name, base: before.learnt });

/** The document that is about to be written over: what people wrote in it and measured traffic survive, and a file that is none is left alone. */
async function learntBefore(file: string): Promise<Result<Before | undefined>> {
  try {
    const text = await readFile(file, 'utf8');
    const model = readDocument(text, file);
    return model.ok ? ok({ text, model: model.value, learnt: learntPart(text) }) : notWrittenOver(file, model.fault.message);
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
