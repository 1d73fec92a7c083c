import type { Component } from './personaModel.ts';
import { type Concept, conceptOf, VERSION_CONTROL } from './personas/concepts.ts';

/** A concept names a persona where its tokens tell at least this much, and this share of all that tells. */
const LEAST_TOLD = 0.6;
const LEAST_SHARE = 0.2;
const TELLING = 0.3;
/** Letters of a token in a name. */
const LONGEST = 32;

const PROPER: ReadonlySet<string> = new Set(['Kubernetes']);

interface Told {
  readonly token: string;
  readonly score: number;
}

/**
 * Names that a person would give, the best first: what the work is about (“Database reports”), that with its most telling
 * tokens, and those alone (“npm test · db”). A token tells by how much likelier this persona uses it than the others do.
 */
export function namesOf(own: Component, all: readonly Component[]): readonly [string, ...string[]] {
  const told = telling(own, all);
  const words = wordsIn(told);
  const plain = words.join(' · ') || inWords(own.uses[0]?.resource ?? '') || 'mixed work';
  const concept = conceptName(told);
  return concept === undefined ? [plain] : [concept, `${concept}: ${words.slice(0, 2).join(', ')}`, plain];
}

/** Against the mean of the others and the one that comes nearest, by halves; a sole persona's tokens tell by their use. */
function telling(own: Component, all: readonly Component[]): readonly Told[] {
  const others = all.filter((c) => c !== own).map((c) => new Map(c.uses.map((u) => [u.resource, u.probability])));
  return own.uses
    .map(({ resource, probability }) => {
      const elsewhere = others.map((uses) => uses.get(resource) ?? 0);
      const mean = elsewhere.reduce((sum, p) => sum + p, 0) / Math.max(1, elsewhere.length);
      return { token: resource, score: probability - (mean + Math.max(0, ...elsewhere)) / 2 + preference(resource) };
    })
    .sort((a, b) => b.score - a.score || (a.token < b.token ? -1 : 1));
}

/** At most three words; where nothing tells much, the two that tell most. */
function wordsIn(told: readonly Told[]): readonly string[] {
  const words: string[] = [];
  for (const { token, score } of told) {
    const word = short(inWords(token));
    if ((score > TELLING || words.length < 2) && score > 0 && word && !words.some((w) => w.includes(word) || word.includes(w)))
      words.push(word);
    if (words.length === 3) break;
  }
  return words;
}

const short = (word: string): string => (word.length <= LONGEST ? word : `${word.slice(0, LONGEST - 1)}…`);

function conceptName(told: readonly Told[]): string | undefined {
  const scores = new Map<Concept, number>();
  let all = 0;
  for (const { token, score } of told) {
    if (score <= 0) continue;
    all += score;
    const concept = conceptOf(token);
    if (concept) scores.set(concept, (scores.get(concept) ?? 0) + score);
  }
  const concepts = [...scores]
    .filter(([, s]) => s >= LEAST_TOLD && s >= LEAST_SHARE * all)
    .sort((a, b) => b[1] - a[1])
    .map(([concept]) => concept);
  // Everybody commits: version control is what a workflow is about only where nothing else is.
  const [first = concepts[0], second] = concepts.filter((c) => c.name !== VERSION_CONTROL);
  if (!first) return undefined;
  return second ? joined(first, second) : first.name;
}

function joined(a: Concept, b: Concept): string {
  if (a.kind === b.kind) return `${a.name} and ${PROPER.has(b.name) ? b.name : b.name.toLowerCase()}`;
  const [topic, doing] = a.kind === 'topic' ? [a, b] : [b, a];
  return `${topic.joined} ${doing.joined}`;
}

/** What was run says more than which file was open. */
function preference(token: string): number {
  if (token.startsWith('command:')) return 0.1;
  if (/^(task|debug):/.test(token)) return 0.05;
  return token.startsWith('editor:outside') || token.startsWith('branch:') ? -0.4 : 0;
}

/** `command:npm run test` → “npm test”; `compose:shop/db` → “db”; `editor:api/src/ts` → “api”. */
export function inWords(token: string): string {
  const [, prefix = '', rest = token] = token.match(/^([a-z-]+):(.*)$/) ?? [];
  if (prefix === 'editor') return rest.split('/').length > 1 ? (rest.split('/')[0] as string) : `${rest} files`;
  if (prefix === 'command') return rest.replace(/^(npm|pnpm|yarn|bun) run /, '$1 ');
  if (prefix === '' || ['task', 'debug', 'branch'].includes(prefix)) return rest;
  return rest.split('/').at(-1) ?? rest;
}
