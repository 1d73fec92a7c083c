import type { KeptRehearsal } from '../../../src/app/rehearsals/keptRehearsal.ts';
import { type RehearsalWork, rehearsed } from '../../../src/app/rehearsals/rehearsed.ts';
import { SHOP } from '../../simulate/personas.ts';

export const WORK: RehearsalWork = {
  document: { name: 'ours', text: JSON.stringify(SHOP) },
  practices: [],
  durationMs: 5000,
  scale: 1,
  seed: 3,
  replications: 3,
};

/** Rehearsed for real, for a few seconds of its time. */
export async function keptRehearsal(name: string, work: Partial<RehearsalWork> = {}): Promise<KeptRehearsal> {
  const all = { ...WORK, ...work };
  const result = await rehearsed(all, { pause: async () => {}, cancelled: () => false });
  if (!result.ok) throw new Error(result.fault.message);
  return { id: name.toLowerCase().replace(/\W+/g, '-'), name, at: Date.UTC(2026, 10, 28, 9), work: all, result: result.value };
}
