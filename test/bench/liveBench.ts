/**
 * `npm run bench:live`: one live update (posterior of every persona, need of every resource) over 10,000 personas and 5,000
 * resources, one thread. Sessions of 40 activities walk the chains of the personas and turn into another in the middle. Beside
 * the times: how far the posterior is from the plain sum of logarithms, and the needs from those that ask every persona.
 */
import { Bench } from 'tinybench';
import type { Activity } from '../../src/domain/index.ts';
import { randomFrom } from '../../src/learn/random.ts';
import { type Compiled, compile } from '../../src/predict/compile.ts';
import { begin, type Live, observe } from '../../src/predict/live.ts';
import { chances } from '../../src/predict/need.ts';
import { naivePosterior } from '../predict/naive.ts';
import { type Figure, figure, tell } from './figures.ts';
import { syntheticModel, syntheticSession } from './worlds.ts';

const SIZE = { personas: 10_000, resources: 5000, commands: 2000, resourcesEach: 20, commandsEach: 15, followersEach: 4 };
const HORIZON_MS = 10 * 60_000;
const LENGTH = 40;

const source = syntheticModel(SIZE, 1);
const random = randomFrom(2);
const sessions = Array.from({ length: 25 }, () => syntheticSession(source, LENGTH, random));
const stream = sessions.flat();
const begun = performance.now();
const model = compile(source);
const compiledMs = performance.now() - begun;

const into = new Float64Array(model.uses.resources.length);
const buffers = [new Float64Array(model.count + 1), new Float64Array(model.count + 1)];
let i = 0;
let live: Live = begin(model);
function next(): void {
  if (i % LENGTH === 0) live = begin(model);
  live = observe(model, live, stream[i % stream.length] as Activity, { into: buffers[i % 2] as Float64Array });
  i++;
}

const bench = new Bench({ time: 4000, warmupTime: 1000 });
bench
  .add('update', () => {
    next();
    chances(model, live, stream[(i - 1) % stream.length]?.at as number, HORIZON_MS, { into });
  })
  .add('posterior', next);
await bench.run();

const figures: Record<string, Figure> = { compile: figure('ms', [compiledMs]) };
for (const task of bench.tasks) {
  const { result } = task;
  if (!('latency' in result)) throw new Error(`${task.name} was not measured: ${result.state}`);
  const { p50, p99, min, max, samplesCount } = result.latency;
  figures[`${task.name} p50`] = { value: p50, unit: 'ms', runs: samplesCount, min, max };
  figures[`${task.name} p99`] = { value: p99, unit: 'ms', runs: samplesCount, min, max };
}
Object.assign(figures, errors(model));
tell(figures);

function errors(of: Compiled): Record<string, Figure> {
  const posterior: number[] = [];
  const need: number[] = [];
  const leftOut: number[] = [];
  for (const session of sessions.slice(0, 5)) {
    let state = begin(of);
    session.forEach((activity, n) => {
      state = observe(of, state, activity);
      const fast = chances(of, state, activity.at, HORIZON_MS);
      const whole = chances(of, state, activity.at, HORIZON_MS, { most: of.count });
      leftOut.push(fast.leftOut);
      need.push(distance(fast.probability, whole.probability));
      if (n % 10 === 9)
        posterior.push(
          distance(
            state.posterior.weights,
            naivePosterior(
              source,
              session.slice(0, n + 1).map((a) => a.resource),
            ),
          ),
        );
    });
  }
  return {
    'posterior, largest error': figure('probability', [Math.max(...posterior)]),
    'need, largest error': figure('probability', [Math.max(...need)]),
    'need, largest bound of the error': figure('probability', [Math.max(...leftOut)]),
    'need, median bound of the error': figure('probability', leftOut),
  };
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < a.length; k++) most = Math.max(most, Math.abs((a[k] as number) - (b[k] as number)));
  return most;
}
