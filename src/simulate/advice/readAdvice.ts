import { failed, ok, type Result, RUNGS, type Rung } from '../../domain/index.ts';
import { Fields } from '../scenario/fields.ts';
import type { Advice } from './advise.ts';
import type { Change } from './change.ts';

/** What a saved rehearsal recommends, checked as far as it is applied. */
export type SavedAdvice = Pick<Advice, 'text' | 'changes' | 'before' | 'after' | 'costPerHour' | 'gainPerHour'> &
  Partial<Pick<Advice, 'assumes'>>;

/** Least values of the figures of each change. */
const FIGURES: Readonly<Record<Change['do'], Readonly<Record<string, number>>>> = {
  concurrency: { to: 1 },
  cpu: { cores: 0.01 },
  replicas: { to: 1 },
  'queue-limit': { to: 0 },
  time: { factor: 0 },
  index: { factor: 0 },
  delay: { ms: 0 },
  errors: { rate: 0 },
  stall: { share: 0, ms: 0 },
  rung: { startMs: 0 },
  pool: { to: 1 },
  timeout: { ms: 0 },
  retries: { times: 0, backoffMs: 0 },
  cache: { hitRate: 0, ms: 0 },
};
const WHOLE = ['concurrency', 'replicas', 'queue-limit', 'pool'];
/** More of anything is no recommendation that was ever made. */
const MOST = 1e6;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function readAdvice(json: unknown, name: string): Result<readonly SavedAdvice[]> {
  const problems: string[] = [];
  const f = new Fields(json, '', problems);
  if (!f.has('advice')) problems.push('"advice" is missing');
  const advice = f.objects('advice').map(adviceOf);
  if (problems.length === 0) return ok(advice as readonly SavedAdvice[]);
  return failed(
    'bad-file',
    'never',
    `${name} is no saved rehearsal: ${problems.slice(0, 3).join('; ')}. Make one with \`prewarm simulate … -o ${name}\`.`,
  );
}

function adviceOf(f: Fields) {
  for (const key of ['text', 'before', 'after']) if (!f.has(key)) f.problem(key, 'is missing');
  const assumes = f.text('assumes');
  return {
    text: f.text('text'),
    changes: f.objects('changes').map(changeOf),
    before: effectOf(f.object('before')),
    after: effectOf(f.object('after')),
    costPerHour: f.number('costPerHour', -MOST) ?? 0,
    gainPerHour: f.number('gainPerHour', -1e12) ?? 0,
    ...(assumes === undefined ? {} : { assumes }),
  };
}

/** Null where nothing ended. */
function effectOf(f: Fields | undefined) {
  const value = (key: string): number => (f?.raw(key) === null ? Number.NaN : (f?.number(key, 0) ?? Number.NaN));
  return { p95Ms: value('p95Ms'), errorRate: value('errorRate'), throughput: value('throughput'), harmMs: value('harmMs') };
}

function changeOf(f: Fields): Change | undefined {
  const what = f.text('do');
  const of = f.text('of');
  if (of === undefined) f.problem('of', 'is missing');
  if (what === undefined || !Object.hasOwn(FIGURES, what)) return f.problem('do', `must be one of ${Object.keys(FIGURES).join(', ')}`);
  const figures = Object.entries(FIGURES[what as Change['do']]).map(([key, least]) => {
    if (!f.has(key)) f.problem(key, 'is missing');
    return [key, WHOLE.includes(what) ? f.whole(key, least) : f.number(key, least, key === 'to' ? MOST : undefined)];
  });
  const rung = what === 'rung' ? f.text('rung') : undefined;
  if (what === 'rung' && !RUNGS.includes(rung as Rung)) f.problem('rung', `must be one of ${RUNGS.join(', ')}`);
  const environment = environmentOf(f);
  return { do: what, of, ...Object.fromEntries(figures), ...(rung ? { rung } : {}), ...(environment ? { environment } : {}) } as Change;
}

function environmentOf(f: Fields): Readonly<Record<string, string>> | undefined {
  const said = f.object('environment');
  if (!said) return undefined;
  const names = Object.keys(f.raw('environment') as object);
  for (const key of names) {
    if (!VARIABLE.test(key)) said.problem(key, 'is no name of a variable');
    if (/[\0\n\r]/.test(said.text(key) ?? '')) said.problem(key, 'must be one line');
  }
  return Object.fromEntries(names.map((key) => [key, said.text(key) ?? '']));
}
