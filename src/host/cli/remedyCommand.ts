import { readFile } from 'node:fs/promises';
import type { App } from '../../app/app.ts';
import { parsed } from '../../app/rehearsals/parsed.ts';
import type { Given, Remedy, RemedyLine } from '../../app/remedies/remedy.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import { previewLines, remedyLine } from '../../show/remedies.ts';
import { readAdvice, type SavedAdvice } from '../../simulate/advice/readAdvice.ts';
import type { Invocation, Report } from './command.ts';
import { confirmed } from './confirmed.ts';
import { withApp } from './liveCommands.ts';
import { personaNamed } from './personaNamed.ts';

const A_REHEARSAL = 'a saved rehearsal';

/** `prewarm remedy <rehearsal.json>` shows what each recommendation would do; `--apply N` does it, `--undo ID` takes it back, `--list` tells what holds. */
export async function remedyCommand(invocation: Invocation): Promise<Result<Report>> {
  const { positionals, options } = invocation;
  const [file] = positionals;
  if (options.undo !== undefined) return withApp(invocation, (app) => undo(app, String(options.undo)));
  if (options.list === true) return withApp(invocation, async (app) => ok(listed(app.remedies.list(), app.remedies.lines())));
  if (file === undefined)
    return failed('wrong-usage', 'never', 'Name a saved rehearsal (`prewarm simulate … -o result.json`), or say --list or --undo ID.');
  const advice = await savedAdvice(file);
  if (!advice.ok) return advice;
  if (options.apply === undefined) return withApp(invocation, async (app) => ok(previewed(app, advice.value)));
  const number = Number(options.apply);
  const chosen = advice.value[number - 1];
  if (!chosen)
    return failed(
      'wrong-usage',
      'never',
      `--apply takes the number of a recommendation, 1 to ${advice.value.length}, not “${options.apply}”.`,
    );
  return withApp(invocation, (app) => apply(app, chosen, invocation));
}

async function savedAdvice(file: string): Promise<Result<readonly SavedAdvice[]>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return failed(code === 'ENOENT' ? 'not-found' : 'bad-file', 'never', `${file} cannot be read as ${A_REHEARSAL} (${code ?? message}).`);
  }
  const json = parsed({ name: file, text }, A_REHEARSAL);
  return json.ok ? readAdvice(json.value, file) : json;
}

function previewed(app: App, advice: readonly SavedAdvice[]): Report {
  const previews = advice.map((a) => app.remedies.preview(a));
  return {
    json: { recommendations: previews.map((p, i) => ({ number: i + 1, ...p })) },
    lines:
      advice.length === 0
        ? ['The rehearsal recommends nothing.']
        : previews.flatMap((p, i) => [`${i + 1}. ${p.text}`, ...previewLines(p).map((l) => `   ${l}`)]),
  };
}

async function apply(app: App, advice: SavedAdvice, { options, terminal }: Invocation): Promise<Result<Report>> {
  const persona = options.persona === undefined ? undefined : await personaNamed(app, String(options.persona));
  if (persona && !persona.ok) return persona;
  const given: Given = {
    ...(typeof options.statement === 'string' ? { statement: options.statement } : {}),
    ...(persona ? { persona: persona.value } : {}),
  };
  const preview = app.remedies.preview(advice, given);
  const lines = [preview.text, ...previewLines(preview).map((l) => `  ${l}`)];
  if (
    preview.does.length > 0 &&
    options.yes !== true &&
    !(await confirmed(lines, 'Apply this? [y/N] ', options.json === true ? 'never ask' : 'ask'))
  )
    return failed('cancelled', 'never', `Nothing was changed. ${[...preview.does, ...preview.byHand].join(' ')} --yes does it.`);
  const stop = app.onChange((state) => terminal.progress(state.resources.flatMap((r) => r.progress ?? []).join(' · ')));
  const applied = await app.remedies.apply(advice, given);
  stop();
  if (!applied.ok) return applied;
  await app.settle();
  return ok({
    json: { remedy: applied.value, preview },
    lines: [...lines, '', `applied as ${applied.value.id}; \`prewarm remedy --undo ${applied.value.id}\` takes it back`],
  });
}

async function undo(app: App, id: string): Promise<Result<Report>> {
  const undone = await app.remedies.undo(id);
  if (!undone.ok) return undone;
  await app.settle();
  return ok({ json: { remedy: undone.value }, lines: [`taken back: ${undone.value.text}`] });
}

function listed(remedies: readonly Remedy[], lines: readonly RemedyLine[]): Report {
  return {
    json: { remedies, lines },
    lines:
      remedies.length === 0
        ? ['Nothing was applied here.']
        : [
            ...remedies.map(remedyLine),
            '',
            ...lines.map((l) => `${new Date(l.at).toISOString().slice(0, 16)} ${l.did}: ${l.text}. ${l.because}`),
          ],
  };
}
