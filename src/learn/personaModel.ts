import type { Activity, Distribution, Edge, Pin, SaidDemand, UnixMs } from '../domain/index.ts';

/** One persona as counts, weighted by how much each session belongs to it: plain JSON. */
export interface Component {
  readonly id: string;
  readonly name: string;
  readonly weight: number;
  /** Sessions, by responsibility. */
  readonly support: number;
  readonly updatedAt: UnixMs;
  readonly unigram: Readonly<Record<string, number>>;
  readonly total: number;
  readonly initial: Readonly<Record<string, number>>;
  /** The sum of `initial`. */
  readonly starts: number;
  readonly transitions: Readonly<Record<string, { readonly total: number; readonly to: Readonly<Record<string, number>> }>>;
  readonly uses: readonly Use[];
  readonly edges: readonly Edge[];
  /** What the developer fixed by hand; learning never overrides it. */
  readonly pins?: readonly Pin[];
  /** What people wrote of its demand in a document; learning leaves it alone. */
  readonly said?: SaidDemand;
  /** A person went back to an earlier version: it learns on from there, session by session, and is not learnt anew. */
  readonly held?: true;
  /** When its sessions begin: their weight per hour of the week. Absent in models of before. */
  readonly rhythm?: Rhythm;
  /** Begin of its last session. */
  readonly lastAt?: UnixMs;
  /** How what was run ended, by responsibility. */
  readonly outcomes?: { readonly ended: number; readonly failed: number };
}

/** Weights of hours of the week, Monday 00:00 first, in the developer's time zone: 168 of them. */
export type Rhythm = readonly number[];

/** How a persona uses one token. Times in ms from the session's start. */
export interface Use {
  readonly resource: string;
  readonly probability: number;
  /** Given one use, that another comes later in the session. */
  readonly again: number;
  readonly firstUseMs: Distribution;
  readonly gapMs: Distribution;
  /** One use: measured where activities tell how long it took, else from the first to the last of a session. */
  readonly durationMs: Distribution;
  /** Activities told how long it took. */
  readonly measured?: true;
  /** Of connections that tell of bytes and time, Mbit/s. */
  readonly bandwidthMbps?: Distribution;
}

/** What a persona is known again by: its tokens, and how likely a session of it uses each. */
export type Shape = readonly (readonly [token: string, probability: number])[];

/** What a person decided over who is who. Learning anew holds to it (`asEdited`), in the order in which it was decided. */
export type Edit = {
  readonly at: UnixMs;
  /** Ids of the personas that it was about. */
  readonly of: readonly string[];
} & (
  | { readonly kind: 'merge'; readonly parts: readonly Shape[] }
  | { readonly kind: 'split'; readonly whole: Shape; readonly into: readonly Shape[] }
  /** Sessions begun until `at` are nobody's; `back` is the persona that later ones made. */
  | { readonly kind: 'forget'; readonly shape: Shape; readonly back?: string }
);

export interface PersonaModel {
  readonly version: 1;
  readonly components: readonly Component[];
  /** Token counts over all sessions: what a session of no persona looks like. */
  readonly background: Readonly<Record<string, number>>;
  readonly backgroundTotal: number;
  readonly sessions: number;
  /** Of these, the long enough ones, which personas were learnt from. */
  readonly learntFrom?: number;
  /** Begin of the first session. */
  readonly since?: UnixMs;
  /** Oldest first. */
  readonly edits?: readonly Edit[];
  /** The highest number that an id bore, where its persona may be gone: ids are never given again. */
  readonly issued?: number;
}

/** Strength of the persona's own unigram behind its transitions, and of the background behind the unigram, in counts. */
export const SMOOTHING = { transition: 2, unigram: 1 } as const;
/** Share of sessions that belong to no persona, before anything is seen of them. */
export const NOISE_WEIGHT = 0.05;
export type Tokens = readonly string[];

/** Tokens come from outside and may be called `constructor`: only own keys count. */
export const countOf = (counts: Readonly<Record<string, number>>, token: string): number =>
  Object.hasOwn(counts, token) ? (counts[token] as number) : 0;
export const bare = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

/** The token of an activity that begins something; what ends (`command.ended`, `connection.closed`) was told of before. */
export const tokenOf = ({ kind, resource }: Activity): string | undefined =>
  kind !== undefined && (kind.endsWith('.ended') || kind.endsWith('.closed')) ? undefined : resource;

export const tokensOf = (session: readonly Activity[]): Tokens => session.flatMap((a) => tokenOf(a) ?? []);

/** Share of sessions that belong to no persona. */
export const noiseOf = ({ components }: PersonaModel): number => Math.max(0, 1 - sum(components.map((c) => c.weight)));

export type ChainCounts = Pick<Component, 'unigram' | 'total' | 'initial' | 'starts' | 'transitions'>;

/** log P(token | token before it) in a chain, smoothed by the chain's unigram and that by the background. */
export function tokenLogProbability(
  chain: ChainCounts,
  before: string | undefined,
  token: string,
  background: Readonly<Record<string, number>>,
  total: number,
): number {
  const unigram =
    (countOf(chain.unigram, token) + SMOOTHING.unigram * backgroundProbability(token, background, total)) /
    (chain.total + SMOOTHING.unigram);
  const row = before === undefined ? undefined : rowOf(chain.transitions, before);
  const count = before === undefined ? countOf(chain.initial, token) : row ? countOf(row.to, token) : 0;
  const of = before === undefined ? chain.starts : (row?.total ?? 0);
  return Math.log((count + SMOOTHING.transition * unigram) / (of + SMOOTHING.transition));
}

/** Half a count each is kept for what was seen and for all that never was; at most as many kinds as counts, so the sum stays below 1. */
export const backgroundProbability = (token: string, background: Readonly<Record<string, number>>, total: number): number =>
  (countOf(background, token) + 0.5) / (1.5 * total + 0.5);

const rowOf = (transitions: ChainCounts['transitions'], token: string) =>
  Object.hasOwn(transitions, token) ? transitions[token] : undefined;

export function normaliseLogs(logs: readonly number[]): { shares: number[]; log: number } {
  const top = Math.max(...logs);
  const exps = logs.map((l) => Math.exp(l - top));
  const all = sum(exps);
  return { shares: exps.map((e) => e / all), log: top + Math.log(all) };
}

export function countTokens(sessions: readonly Tokens[]): Record<string, number> {
  const counts = bare<number>();
  for (const session of sessions) for (const token of session) counts[token] = countOf(counts, token) + 1;
  return counts;
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
