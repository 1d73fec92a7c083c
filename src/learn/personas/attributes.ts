import { ATTRIBUTES, type Attribute, type AttributeName, quantile } from '../../domain/index.ts';
import { inWords } from '../names.ts';
import type { Component, Use } from '../personaModel.ts';
import { type Concept, conceptOf, VERSION_CONTROL, wordsOf } from './concepts.ts';
import { pinned } from './edit.ts';

/** Fewer observations than these say nothing. */
const LEAST_ENDED = 30;
const LEAST_REPEATS = 10;
const LEAST_SESSIONS = 8;
const MINUTE = 60_000;
/** What comes again sooner was not run again by a person. */
const BY_HAND_MS = 3000;

/** Each attribute with its evidence in words; what was fixed by hand is as it was fixed. */
export function attributesOf(c: Component): Readonly<Record<AttributeName, Attribute>> {
  const learnt: Record<AttributeName, (c: Component) => Attribute> = {
    skill_level: skillLevel,
    use_case: useCase,
    performance_sensitivity: performanceSensitivity,
    security_posture: securityPosture,
  };
  return Object.fromEntries(
    ATTRIBUTES.map((name) => {
      const fixed = pinned(c, name);
      return [name, fixed === undefined ? learnt[name](c) : { value: String(fixed), evidence: 'set by hand' }];
    }),
  ) as Record<AttributeName, Attribute>;
}

const unknown = (evidence: string): Attribute => ({ value: 'unknown', evidence });
const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** How often what is run fails. */
function skillLevel({ outcomes }: Component): Attribute {
  const { ended, failed } = outcomes ?? { ended: 0, failed: 0 };
  if (ended < LEAST_ENDED) return unknown(`only ${Math.round(ended)} commands told how they ended`);
  const share = failed / ended;
  const value = share < 0.08 ? 'expert' : share < 0.25 ? 'proficient' : 'learning';
  return { value, evidence: `${percent(share)} of ${Math.round(ended)} commands failed` };
}

/** What most of its sessions are about. */
function useCase({ uses, support }: Component): Attribute {
  if (support < LEAST_SESSIONS) return unknown(`only ${Math.round(support)} sessions`);
  const best = new Map<Concept, Use[]>();
  for (const use of uses) {
    const concept = conceptOf(use.resource);
    if (!concept || concept.name === VERSION_CONTROL) continue;
    const own = best.get(concept);
    if (own) own.push(use);
    else best.set(concept, [use]);
  }
  const weight = (own: readonly Use[]): number => own.reduce((sum, u) => sum + u.probability, 0);
  const [top] = [...best].sort((a, b) => weight(b[1]) - weight(a[1]));
  const first = top?.[1][0];
  if (!top || !first || first.probability < 0.3) return unknown('nothing that it is about is in a third of its sessions');
  const words = top[1].slice(0, 2).map((u) => `${inWords(u.resource)} in ${percent(u.probability)}`);
  return { value: top[0].name.toLowerCase(), evidence: `${words.join(', ')} of its sessions` };
}

/** How soon what was run is run again: who comes back every minute waits for each second. */
function performanceSensitivity({ uses, support }: Component): Attribute {
  const repeats = (u: Use): number => support * u.probability * u.again;
  const loop = uses
    .filter((u) => !/^(editor|branch):/.test(u.resource) && (quantile(u.gapMs, 0.5) ?? 0) >= BY_HAND_MS)
    .sort((a, b) => repeats(b) - repeats(a) || (a.resource < b.resource ? -1 : 1))[0];
  if (!loop || repeats(loop) < LEAST_REPEATS) return unknown('nothing was run again in ten sessions');
  const gap = quantile(loop.gapMs, 0.5) ?? 0;
  const value = gap < 3 * MINUTE ? 'high' : gap < 15 * MINUTE ? 'medium' : 'low';
  return { value, evidence: `${inWords(loop.resource)} comes again after ${duration(gap)} (median)` };
}

const duration = (ms: number): string => (ms < 2 * MINUTE ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / MINUTE)} min`);

const CAREFUL = /\b(gpg|vault|sops|age|trivy|snyk|semgrep|gitleaks|cosign|npm audit|cargo audit|op)\b/;
const PRIVILEGED = /\b(sudo|su|ssh|scp|production|prod|root)\b/;

/** What it handles: checks and secrets, or privileges and remote machines. */
function securityPosture({ uses, support }: Component): Attribute {
  if (support < LEAST_SESSIONS) return unknown(`only ${Math.round(support)} sessions`);
  for (const [value, words] of [
    ['careful', CAREFUL],
    ['privileged', PRIVILEGED],
  ] as const) {
    const found = uses.find((u) => u.probability >= 0.1 && words.test(wordsOf(u.resource)));
    if (found) return { value, evidence: `${inWords(found.resource)} in ${percent(found.probability)} of its sessions` };
  }
  return { value: 'ordinary', evidence: `no secrets, checks, privileges or production in ${Math.round(support)} sessions` };
}
