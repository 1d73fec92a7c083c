import type { Arm, UnixMs } from '../../domain/index.ts';
import { randomFrom } from '../random.ts';
import type { Outcome } from './metrics.ts';

/** One session of a test. */
export interface Unit {
  readonly session: string;
  /** Its begin, as long as it goes on; when it has ended nobody needs to know any more. */
  readonly at?: UnixMs;
  readonly arm: Arm;
  /** Sessions of one block are compared with each other. */
  readonly block: number;
  /** Absent while the session goes on. */
  readonly outcome?: Outcome;
  /** Left out, whatever arm it was in: it was another workflow's, or nothing is known of it. */
  readonly isVoid?: true;
}

/**
 * The arm of a session, decided at its begin (switch-back: a session is one unit, and the next may be another arm's). The first of a block
 * is decided by a coin that hangs on the test's and the session's id alone, so two windows toss the same; the next makes the block
 * even. Where two windows began one at the same time, the block closes when both arms have as many.
 *
 * Had every coin fallen the other way, every arm would be the other one: that is the symmetry on which `evidence` rests.
 */
export function assign(test: string, units: readonly Unit[], session: string): Pick<Unit, 'arm' | 'block'> {
  const open = openBlock(units);
  if (open) return open;
  const last = units.reduce((most, { block }) => Math.max(most, block), -1);
  return { arm: coin(test, session), block: last + 1 };
}

/** The first block in which one arm lacks a session, and that arm. */
function openBlock(units: readonly Unit[]): Pick<Unit, 'arm' | 'block'> | undefined {
  const lead = new Map<number, number>();
  for (const { block, arm, isVoid } of units) if (!isVoid) lead.set(block, (lead.get(block) ?? 0) + (arm === 'A' ? 1 : -1));
  const open = [...lead].filter(([, a]) => a !== 0).sort(([x], [y]) => x - y)[0];
  return open && { block: open[0], arm: open[1] > 0 ? 'B' : 'A' };
}

const coin = (test: string, session: string): Arm => (randomFrom(hashOf(`${test}\n${session}`))() < 0.5 ? 'A' : 'B');

/** Names a session by its begin, differently in each test, and does not tell when that was. */
export const sessionId = (test: string, beganAt: UnixMs): string =>
  [`${test}\n${beganAt}`, `${beganAt}\n${test}`].map((text) => hashOf(text).toString(16).padStart(8, '0')).join('');

/** FNV-1a over UTF-16 units (Fowler, Noll, Vo 1991), 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
