import type { Activity, ResourceId, UnixMs } from '../domain/index.ts';
import { inWords } from '../learn/names.ts';
import type { PersonaModel } from '../learn/personaModel.ts';
import { tokensOf } from '../learn/personaModel.ts';
import { type Compiled, compiled } from './compile.ts';
import { advance, DRIFT, drifted, type Posterior, priorOf } from './posterior.ts';

/** How often as likely an activity of the session made something: above 1 it spoke for it, below 1 against. */
export interface Mover {
  readonly token: string;
  readonly times: number;
}

/** Less than this to either side is not worth a word. */
const WORTH_A_WORD = 1.2;
const MOST_NAMED = 3;

/**
 * The activities that moved the expectation of `values` (one a persona, "none" last) under the posterior, the strongest
 * first. Each step's log-likelihood ratio counts by the probability that the workflow was not taken up anew since, which is
 * exact for one persona: its posterior odds are what these, and drift, made of its prior. What was done several times counts
 * together. Time: activities × personas.
 */
export function movers(model: Compiled, tokens: readonly string[], values: Float64Array, drift = DRIFT): readonly Mover[] {
  const steps = stepsOf(model, tokens, values, drift);
  const gains = new Map<string, number>();
  let kept = 1;
  for (const step of steps.reverse()) {
    gains.set(step.token, (gains.get(step.token) ?? 0) + kept * step.gain);
    kept *= step.kept;
  }
  return [...gains]
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]) || (a[0] < b[0] ? -1 : 1))
    .map(([token, gain]) => ({ token, times: Math.exp(gain) }));
}

/** `gain`: log of how often as likely this activity made it. `kept`: which share of what was expected before it was not drift. */
interface Step {
  readonly token: string;
  readonly gain: number;
  readonly kept: number;
}

function stepsOf(model: Compiled, tokens: readonly string[], values: Float64Array, drift: number): Step[] {
  let posterior: Posterior = priorOf(model);
  return tokens.flatMap((token) => {
    const first = posterior.last === undefined;
    const was = dot(posterior.weights, values);
    const before = first ? was : dot(drifted(model, posterior, drift), values);
    posterior = advance(model, posterior, token, { drift });
    const after = dot(posterior.weights, values);
    return before > 0 && after > 0 ? [{ token, gain: Math.log(after / before), kept: first ? 1 : ((1 - drift) * was) / before }] : [];
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Why this persona: such as "`npm test` made “Database reports” 6 times as likely". */
export function whyMatched(model: PersonaModel, session: readonly Activity[], persona: string): readonly string[] {
  const ready = compiled(model);
  const k = model.components.findIndex((c) => c.id === persona);
  if (k < 0) return [];
  const values = new Float64Array(ready.count + 1);
  values[k] = 1;
  return worded(movers(ready, tokensOf(session), values), `“${model.components[k]?.name}”`);
}

/** Why this resource, given what each persona says of it (`values`). */
export function whyNeeded(model: Compiled, session: readonly Activity[], resource: ResourceId, now: UnixMs, values: Float64Array): string {
  const tokens = tokensOf(session);
  const sentences = [mainVoice(model, tokens, resource, values), lastUse(session, resource, now)];
  const moved = worded(movers(model, tokens, values), 'that');
  return `${[...sentences, ...moved].filter((s) => s !== '').join('; ')}.`;
}

function mainVoice(model: Compiled, tokens: readonly string[], resource: ResourceId, values: Float64Array): string {
  const { weights } = tokens.reduce((posterior, token) => advance(model, posterior, token), priorOf(model));
  const voices = model.model.components.map((component, k) => ({ component, says: (weights[k] as number) * (values[k] as number) }));
  const main = voices.reduce((a, b) => (b.says > a.says ? b : a));
  const often = main.component.uses.find((u) => u.resource === resource)?.probability;
  return often === undefined ? '' : `“${main.component.name}” uses ${inWords(resource)} in ${Math.round(100 * often)} % of its sessions`;
}

function lastUse(session: readonly Activity[], resource: ResourceId, now: UnixMs): string {
  const last = session.findLast((a) => a.resource === resource && tokensOf([a]).length > 0);
  return last ? `${inWords(resource)} was used ${ago(now - last.at)}` : '';
}

const ago = (ms: number): string => (ms < 90_000 ? `${Math.max(0, Math.round(ms / 1000))} s ago` : `${Math.round(ms / 60_000)} min ago`);

function worded(moved: readonly Mover[], what: string): readonly string[] {
  return moved
    .filter(({ times }) => times >= WORTH_A_WORD || times <= 1 / WORTH_A_WORD)
    .slice(0, MOST_NAMED)
    .map(({ token, times }) => `\`${inWords(token)}\` made ${what} ${often(times)}`);
}

function often(times: number): string {
  return times >= 1 ? `${plain(times)} times as likely` : `${plain(1 / times)} times less likely`;
}

const plain = (n: number): string => (n > 1000 ? 'over 1000' : n >= 9.95 ? String(Math.round(n)) : String(Number(n.toFixed(1))));
