import type { Node, Program, Station } from '../../src/simulate/model/program.ts';
import type { ServiceTime } from '../../src/simulate/scenario/serviceTime.ts';

/** Poisson arrivals at one station, ms and per second. */
export function oneStation(perSecond: number, time: ServiceTime, station: Omit<Station, 'id'>): Program {
  return {
    stations: [{ id: 's', ...station }],
    nodes: [{ do: 'enter', station: 0, next: 1 }, { do: 'pass', time, next: 2 }, { do: 'leave', station: 0, next: 3 }, { do: 'end' }],
    sources: [{ entry: 0, perSecond: [perSecond], stepMs: 1000, measured: 0 }],
    measured: ['request'],
  };
}

/** An open Jackson network of two stations: after the second, a share begins again at the first. */
export function feedback(perSecond: number, meansMs: readonly [number, number], again: number): Program {
  const visit = (station: number, meanMs: number, first: number, next: number): readonly Node[] => [
    { do: 'enter', station, next: first + 1 },
    { do: 'pass', time: { shape: 'exponential', meanMs }, next: first + 2 },
    { do: 'leave', station, next },
  ];
  return {
    stations: [
      { id: 'a', servers: 1 },
      { id: 'b', servers: 2 },
    ],
    nodes: [
      ...visit(0, meansMs[0], 0, 3),
      ...visit(1, meansMs[1], 3, 6),
      { do: 'branch', probability: again, to: 0, next: 7 },
      { do: 'end' },
    ],
    sources: [{ entry: 0, perSecond: [perSecond], stepMs: 1000, measured: 0 }],
    measured: ['request'],
  };
}

/** Mean wait in an M/M/c queue, ms (Erlang C): arrivals per ms, mean service in ms. */
export function erlangWait(perMs: number, meanMs: number, servers: number): number {
  const offered = perMs * meanMs;
  const load = offered / servers;
  let term = 1;
  let sum = 1;
  for (let n = 1; n < servers; n++) {
    term *= offered / n;
    sum += term;
  }
  const last = (term * offered) / servers / (1 - load);
  return ((last / (sum + last)) * meanMs) / (servers * (1 - load));
}
