import { setImmediate } from 'node:timers/promises';
import type { App } from '../../app/app.ts';
import { experimentRehearsalText } from '../../app/experimentRehearsal/experimentRehearsalText.ts';
import { rehearseExperiment } from '../../app/experimentRehearsal/rehearseExperiment.ts';
import type { ExperimentReport } from '../../app/experimentReport.ts';
import type { Side } from '../../app/experimentSides.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import { experimentText, stateWords, titleOf } from '../../show/experiments.ts';
import type { Invocation, Report } from './command.ts';
import { withApp } from './liveCommands.ts';
import { personaNamed } from './personaNamed.ts';

type Act = (app: App, args: readonly string[], invocation: Invocation) => Result<Report> | Promise<Result<Report>>;

/** By the word that follows `experiments`, with what it needs. */
const ACTS: Readonly<Record<string, { readonly args: readonly string[]; readonly act: Act }>> = {
  list: { args: [], act: (app) => ok(listed(app)) },
  start: { args: ['<persona>', '<version A>', '<version B>'], act: start },
  rehearse: { args: ['<persona>', '<version A>', '<version B>'], act: rehearsed },
  report: { args: ['<id>'], act: (app, [id]) => reported(app, id) },
  stop: { args: ['<id>'], act: (app, [id = '']) => then(app.experiments.stop(id), () => reported(app, id)) },
  resume: { args: ['<id>'], act: (app, [id = '']) => then(app.experiments.resume(id), () => reported(app, id)) },
};

/** Lists tests without a word. */
export const experimentsCommand = (invocation: Invocation): Promise<Result<Report>> => {
  const [word = 'list', ...args] = invocation.positionals;
  const found = Object.hasOwn(ACTS, word) ? ACTS[word] : undefined;
  if (!found) return refused(`prewarm experiments does not know “${word}”; it knows ${Object.keys(ACTS).join(', ')}.`);
  if (args.length !== found.args.length)
    return refused(`Something is missing, or too much. Usage: ${['prewarm experiments', word, ...found.args].join(' ')}`);
  return withApp(invocation, async (app) => {
    // What was learnt, and found, in the meantime is read first.
    await app.settle();
    return found.act(app, args, invocation);
  });
};

const refused = (message: string): Promise<Result<never>> => Promise.resolve(failed('wrong-usage', 'never', message));

function listed(app: App): Report {
  const all = app.experiments.list();
  const lines = all.flatMap((one) => [titleOf(one), `  ${stateWords(one)}`]);
  return {
    json: { experiments: all.map(asJson) },
    lines:
      lines.length > 0 ? lines : ['No test was started yet. `prewarm experiments start <persona> <version A> <version B>` starts one.'],
  };
}

async function comparedOf(app: App, [name = '', a = '', b = '']: readonly string[]) {
  const persona = await personaNamed(app, name);
  if (!persona.ok) return persona;
  const [A, B] = [sideOf(a), sideOf(b)];
  if (!A.ok) return A;
  if (!B.ok) return B;
  return ok({ persona: persona.value, A: A.value, B: B.value });
}

async function start(app: App, args: readonly string[]): Promise<Result<Report>> {
  const compared = await comparedOf(app, args);
  if (!compared.ok) return compared;
  const { persona, A, B } = compared.value;
  return then(await app.experiments.start(persona, A, B), ({ id }) => reported(app, id));
}

async function rehearsed(app: App, args: readonly string[], { options, signal, terminal }: Invocation): Promise<Result<Report>> {
  const seed = Number(options.seed ?? 1);
  if (!isSeed(seed)) return failed('wrong-usage', 'never', `--seed must be a whole number from 0 to 2147483647, not “${options.seed}”.`);
  const compared = await comparedOf(app, args);
  if (!compared.ok) return compared;
  const { persona, A, B } = compared.value;
  const work = await app.experiments.workOf(persona, A, B, seed);
  if (!work.ok) return work;
  const done = await rehearseExperiment(work.value, {
    pause: () => setImmediate(),
    cancelled: () => signal.aborted,
    progress: (share) => terminal.progress(`rehearsing … ${Math.round(100 * share)} %`),
  });
  return then(done, (rehearsal) => ok({ json: rehearsal, lines: experimentRehearsalText(rehearsal) }));
}

const isSeed = (seed: number): boolean => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31;

/** `3`, `now`, `eagerness=1.5` or `eagerness=learnt`. */
export function sideOf(text: string): Result<Side> {
  if (text === 'now') return ok({ version: 'now' });
  if (/^[1-9]\d{0,8}$/.test(text)) return ok({ version: Number(text) });
  const [, eagerness] = /^eagerness=(learnt|\d{1,3}(?:\.\d{1,6})?)$/.exec(text) ?? [];
  if (eagerness !== undefined) return ok({ eagerness: eagerness === 'learnt' ? eagerness : Number(eagerness) });
  return failed(
    'wrong-usage',
    'never',
    `“${text}” is no version: give a number that \`prewarm personas versions\` lists, now, eagerness=1.5 or eagerness=learnt.`,
  );
}

function reported(app: App, id: string | undefined): Result<Report> {
  const all = app.experiments.list();
  const found = all.find((one) => one.id === id);
  if (found) return ok({ json: asJson(found), lines: experimentText(found, { language: 'en' }) });
  return failed('not-found', 'never', `There is no test “${id}”. Known: ${all.map((one) => one.id).join(', ') || 'none'}.`);
}

const asJson = ({ startedAt, ended, ...report }: ExperimentReport): object => ({
  ...report,
  startedAt: new Date(startedAt).toISOString(),
  ...(ended ? { ended: { ...ended, at: new Date(ended.at).toISOString() } } : {}),
});

const then = <T>(result: Result<T>, go: (value: T) => Result<Report>): Result<Report> => (result.ok ? go(result.value) : result);
