import type { Activity, Distribution } from '../../domain/index.ts';
import type { Component } from '../../learn/personaModel.ts';
import type { Random } from '../../simulate/model/random.ts';

/** Nobody uses one thing more often in a session that is drawn, however likely another use is. */
const MOST_USES = 20;
/** A persona that hardly uses anything is given up after so many sessions without a use. */
const MOST_DRAWS = 100;

/**
 * A session as the persona has them: what it uses, when first and how often again, each by its own chance. From 0 on, in ms. Undefined where it
 * uses nothing.
 */
export function drawnSession({ uses }: Pick<Component, 'uses'>, random: Random): readonly Activity[] | undefined {
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const activities = uses.flatMap((use): readonly Activity[] => {
      if (random.uniform() >= use.probability) return [];
      const times = [drawn(use.firstUseMs, random)];
      while (times.length < MOST_USES && random.uniform() < use.again) times.push((times.at(-1) as number) + drawn(use.gapMs, random));
      return times.map((at) => ({ at, actor: 'rehearsal', resource: use.resource }));
    });
    if (activities.length === 0) continue;
    const begin = activities.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
    return activities.map((a) => ({ ...a, at: a.at - begin })).sort((a, b) => a.at - b.at);
  }
  return undefined;
}

/** 0 where nothing is known. */
function drawn(distribution: Distribution, random: Random): number {
  let left = random.uniform() * distribution.reduce((sum, { probability }) => sum + probability, 0);
  return (distribution.find(({ probability }) => (left -= probability) <= 0) ?? distribution.at(-1))?.value ?? 0;
}
