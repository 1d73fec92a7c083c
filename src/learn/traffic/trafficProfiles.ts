import type { TrafficProfile } from '../../domain/index.ts';
import { clusterPoints, type PointClusters } from './clusterCells.ts';
import { type Feature, type Features, featuresOf } from './features.ts';
import { type Centre, distinct, nameOf } from './names.ts';
import { profileOf } from './profile.ts';
import type { Requests } from './requests.ts';
import { type Cell, cellsOf, type Windows, windowsOf } from './windows.ts';

export interface TrafficOptions {
  readonly seed: number;
  readonly zoneOffsetMs: number;
}

/** How resources are used, as clusters of cells (a resource in a window) that are used alike. */
export interface TrafficLearnt {
  /** All requests together. */
  readonly all: TrafficProfile;
  /** Busiest first. */
  readonly clusters: readonly TrafficProfile[];
  readonly windows: Windows;
  readonly cells: number;
  /** By which the cells were told apart. */
  readonly features: readonly Feature[];
  readonly found: Pick<PointClusters, 'silhouette' | 'density' | 'agreement'>;
}

/** Undefined where there is no request. */
export function trafficProfiles(requests: Requests, { seed, zoneOffsetMs }: TrafficOptions): TrafficLearnt | undefined {
  if (requests.at.length === 0) return undefined;
  const windows = windowsOf(requests);
  const cells = cellsOf(requests, windows);
  const features = featuresOf(requests, cells, windows);
  const { owners, centres, clarity, ...found } = clusterPoints(features.points, seed);
  const clusters = centres.flatMap((_, cluster) => {
    const own = cells.filter((_, i) => owners[i] === cluster);
    if (own.length === 0) return [];
    const profile = profileOf(requests, requestsOf(own), windows, { name: '', zoneOffsetMs, clarity: clarity[cluster] as number });
    return [{ ...profile, name: nameOf(centreOf(features, centres[cluster] as readonly number[]), profile) }];
  });
  clusters.sort((a, b) => b.requests - a.requests || a.from - b.from);
  const names = distinct(clusters.map(({ name }) => name));
  return {
    all: profileOf(requests, [...requests.at.keys()], windows, { name: 'all requests', zoneOffsetMs }),
    clusters: clusters.map((profile, i) => ({ ...profile, name: names[i] as string })),
    windows,
    cells: cells.length,
    features: features.names,
    found,
  };
}

const requestsOf = (cells: readonly Cell[]): readonly number[] => cells.flatMap((cell) => cell.requests);

const centreOf = ({ names }: Features, centre: readonly number[]): Centre =>
  Object.fromEntries(names.map((name, i) => [name, centre[i] as number]));
