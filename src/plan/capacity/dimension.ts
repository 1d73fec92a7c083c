import type { Distribution } from '../../domain/index.ts';

/** What a machine has only so much of. */
export const DIMENSIONS = ['cpuCores', 'memoryBytes', 'storageBytes', 'networkMbps'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What is asked for of each; of what is unknown nothing is said. */
export type Asks = Readonly<Partial<Record<Dimension, Distribution>>>;

/** In the unit that people use of it. */
export function quantity(dimension: Dimension, value: number): string {
  switch (dimension) {
    case 'cpuCores':
      return `${value.toFixed(2)} cores`;
    case 'networkMbps':
      return `${value.toFixed(1)} Mbit/s`;
    default:
      return `${(value / 2 ** 30).toFixed(2)} GB`;
  }
}
