import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rung } from '../../../src/domain/index.ts';
import { type Look, nextStep, type Step } from '../../../src/provision/devcontainers/nextStep.ts';

const GOALS = ['absent', 'fetched', 'created', 'running', 'ready'] as const satisfies readonly Rung[];
const goal = fc.constantFrom(...GOALS);
const look: fc.Arbitrary<Look> = fc.record({
  state: fc.constantFrom(undefined, 'created', 'exited', 'running', 'paused'),
  hooksDone: fc.boolean(),
  outdated: fc.boolean(),
  occupied: fc.boolean(),
  imageThere: fc.boolean(),
});

/** The world after a step that went well. */
function after(step: Step, it: Look): Look {
  const made = { ...it, state: 'running', outdated: false, occupied: false, imageThere: true };
  switch (step) {
    case 'build':
      return { ...it, imageThere: true };
    case 'create':
      return it.state === undefined ? { ...made, hooksDone: false } : { ...it, state: 'running' };
    case 'prepare':
      return it.state === undefined ? { ...made, hooksDone: true } : { ...it, state: 'running', hooksDone: true };
    case 'replace':
      return { ...made, hooksDone: true };
    case 'unpause':
      return { ...it, state: 'running' };
    case 'stop':
      return { ...it, state: 'exited' };
    case 'remove':
      return { ...it, state: undefined, hooksDone: false, outdated: false };
    case 'arrived':
    case 'refuse':
      return it;
  }
}

describe('the next step towards a rung', () => {
  it('comes to rest within six steps, from anywhere to anywhere', () =>
    fc.assert(
      fc.property(goal, look, (rung, start) => {
        let now = start;
        for (let i = 0; i < 6; i++) {
          const step = nextStep(rung, now);
          if (step === 'arrived' || step === 'refuse') return true;
          now = after(step, now);
        }
        return false;
      }),
    ));

  it('never stops, replaces or removes one that somebody works in', () =>
    fc.assert(
      fc.property(goal, look, (rung, it) => {
        const step = nextStep(rung, { ...it, occupied: true });
        return it.state === undefined || !['stop', 'remove', 'replace'].includes(step);
      }),
    ));

  it('replaces a container only when its successor’s image is there', () =>
    fc.assert(fc.property(goal, look, (rung, it) => nextStep(rung, it) !== 'replace' || it.imageThere)));

  const standing: Look = { state: 'running', hooksDone: true, outdated: false, occupied: false, imageThere: true };
  it.each<[string, Rung, Partial<Look>, Step]>([
    ['nothing there', 'ready', { state: undefined }, 'prepare'],
    ['nothing there', 'created', { state: undefined }, 'create'],
    ['its image is not there', 'fetched', { state: undefined, imageThere: false }, 'build'],
    ['all is as wanted', 'ready', {}, 'arrived'],
    ['hooks not run', 'ready', { hooksDone: false }, 'prepare'],
    ['stopped', 'ready', { state: 'exited' }, 'prepare'],
    ['paused by somebody', 'ready', { state: 'paused' }, 'unpause'],
    ['declaration changed', 'ready', { outdated: true, imageThere: false }, 'build'],
    ['declaration changed and built', 'ready', { outdated: true }, 'replace'],
    ['declaration changed, in use', 'ready', { outdated: true, occupied: true }, 'arrived'],
    ['running', 'created', {}, 'stop'],
    ['in use', 'created', { occupied: true }, 'refuse'],
    ['running', 'absent', {}, 'remove'],
    ['in use', 'absent', { occupied: true }, 'refuse'],
  ])('%s, to %s', (_, rung, more, step) => expect(nextStep(rung, { ...standing, ...more })).toBe(step));
});
