import type { Memory } from './ports.ts';
import { EMPTY_MEMORY } from './ports.ts';

/**
 * What is left of a memory when all that was recorded and learnt is erased: what the developer chose (so that `off` does not become
 * `suggest`), what it takes to find databases again, since those stay, and remedies, which can be taken back only as long as they are known.
 */
export function emptied({ mode, pause, ports, standbys, branches, remedies }: Memory): Memory {
  return {
    ...EMPTY_MEMORY,
    ports,
    standbys,
    ...(mode ? { mode } : {}),
    ...(remedies ? { remedies } : {}),
    ...(pause ? { pause } : {}),
    ...(branches ? { branches: { ...branches, switches: [] } } : {}),
  };
}
