import type { Distribution } from '../../domain/index.ts';

/** What a machine has only so much of. */
export const DIMENSIONS = ['cpuCores', 'memoryBytes', 'storageBytes', 'networkMbps'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export type Asks = Readonly<Partial<Record<Dimension, Distribution>>>;
