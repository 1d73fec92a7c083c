import type { Memory } from './ports.ts';
import { EMPTY_MEMORY } from './ports.ts';

/**
 * What is left of a memory when all that was recorded and learnt is erased: what the developer chose (so that `off` does not become
 * `suggest`), and what it takes to find databases again, since those stay.
 */
export function emptied({ mode, pause, ports, standbys, branches }: Memory): Memory {
  return {
    ...EMPTY_MEMORY,
    ports,
    standbys,
    ...(mode ? { mode } : {}),
    ...(pause ? { pause } : {}),
    ...(branches ? { branches: { ...branches, switches: [] } } : {}),
  };
}
