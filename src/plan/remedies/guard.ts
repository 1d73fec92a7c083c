import type { Mode } from '../../domain/index.ts';

export const REMEDIATION = ['off', 'suggest', 'auto'] as const;
/** What is done about recommendations by itself: nothing, telling of them, or applying them within the guardrails. */
export type Remediation = (typeof REMEDIATION)[number];

export interface Guarded {
  readonly remediation: Remediation;
  readonly mode: Mode;
  readonly trusted: boolean;
  /** Applied, and not judged yet. */
  readonly underTest: number;
  /** By itself, in the last day. */
  readonly appliedToday: number;
  /** Was taken back, or failed, a while ago. */
  readonly triedLately: boolean;
  readonly assumes: string | undefined;
  /** Clients of what would be made anew. */
  readonly openConnections: number;
  /** Runs on this machine, so that it costs no money. */
  readonly local: boolean;
  /** Everything that it takes can be done without a person. */
  readonly whole: boolean;
  readonly moreBytes: number;
  readonly freeBytes: number;
  /** That containers of ours may take after it, of those of the machine. */
  readonly cores: number;
  readonly machineCores: number;
  /** The machine is short of something, or the developer's own work needs it. */
  readonly pressed: boolean;
}

export const MOST_A_DAY = 3;

/** Why a recommendation is not applied by itself, in one sentence; undefined: it may be. Pure. */
export function guardrail(g: Guarded): string | undefined {
  if (g.remediation !== 'auto') return `\`prewarm.remediation\` is ${g.remediation}.`;
  if (!g.trusted) return 'Nothing is changed in Restricted Mode.';
  if (g.mode !== 'auto') return `The mode of this workspace is ${g.mode}.`;
  if (!g.whole) return 'Part of it is for a person to do.';
  if (g.assumes !== undefined) return `It assumes that ${g.assumes}, which nobody has said.`;
  if (!g.local) return 'It may cost money.';
  if (g.triedLately) return 'It was tried a while ago, and taken back.';
  if (g.underTest > 0) return 'The effect of another is being measured.';
  if (g.appliedToday >= MOST_A_DAY) return `${g.appliedToday} were applied today, which is the most.`;
  if (g.openConnections > 0) return `What it makes anew has ${g.openConnections} open connections.`;
  if (g.moreBytes > g.freeBytes)
    return `It takes ${megabytes(g.moreBytes)} of memory, and ${megabytes(g.freeBytes)} of the budget are left.`;
  if (g.cores > g.machineCores) return `It would let containers use ${g.cores} cores, and the machine has ${g.machineCores}.`;
  if (g.pressed) return 'The machine is needed for something else now.';
  return undefined;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
