import type { Quantity } from '../../../domain/index.ts';

/** What a metric measures, and by what its values are multiplied to have the unit of that. */
export interface Meaning {
  readonly quantity: Quantity;
  readonly scale: number;
}

/** The semantic conventions of OpenTelemetry, those of today and those before 1.23; the first that fits. */
const MEANINGS: readonly { readonly metric: RegExp; readonly quantity: Quantity }[] = [
  { metric: /^(?:http|rpc)\.server\.(?:request\.|call\.)?duration$/, quantity: 'response_time' },
  { metric: /^browser\.(?:page_load|documentload).*\.duration$|^documentLoad$/i, quantity: 'page_load_time' },
  { metric: /^(?:process|container|jvm|k8s\.pod)\.cpu\.(?:time|usage)$/, quantity: 'cpu' },
  { metric: /^(?:process|container|k8s\.pod)\.memory\.usage$|^jvm\.memory\.used$/, quantity: 'memory' },
  { metric: /^(?:process|container|system|k8s\.pod)\.network\.io$/, quantity: 'network' },
  { metric: /^(?:process|container|system)\.disk\.operations$/, quantity: 'disk_io' },
];

const SCALES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  response_time: { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 },
  page_load_time: { s: 1000, ms: 1 },
  network: { By: 8 },
  memory: { By: 1, KiBy: 1024, MiBy: 2 ** 20 },
};

/** In seconds for what is counted: a rate of seconds of a processor is cores. What nobody described is `other`, or a rate. */
export function meaningOf(metric: string, unit: string, counted: boolean): Meaning {
  const quantity = MEANINGS.find((m) => m.metric.test(metric))?.quantity ?? (counted ? 'rate' : 'other');
  return { quantity, scale: SCALES[quantity]?.[unit] ?? 1 };
}
