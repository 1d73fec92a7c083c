import type { Signal } from '../../../sense/signal.ts';

/** Where a sensor's signals go. */
export type Record = (signal: Signal) => void;
