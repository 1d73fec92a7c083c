import { failed, ok, type Result } from '../domain/index.ts';
import type { HistoryChange, HistoryOptions, HistoryOutcome } from './app.ts';
import type { Histories, Learning, LearningOptions, Staged } from './ports.ts';

export interface HistoryPorts {
  readonly histories: Histories;
  readonly trusted: () => boolean;
  readonly learn: (traces: readonly string[], options: LearningOptions) => Promise<Result<Learning>>;
  readonly take: (learning: Learning) => void;
}

export const NO_HISTORY = failed('not-trusted', 'never', 'No history is read in Restricted Mode. Trust this workspace first.');

/** Stages what is new, learns from what would be kept then, and only then keeps it. Somebody waits for it: the rehearsal comes after. */
export async function changeHistory(
  ports: HistoryPorts,
  { read, forget }: HistoryChange,
  options: HistoryOptions = {},
): Promise<Result<HistoryOutcome>> {
  if (!ports.trusted()) return NO_HISTORY;
  const { signal, progress } = options;
  const staged = await ports.histories.stage(read, { ...(signal ? { signal } : {}), progress: (n) => progress?.({ read: n }) });
  if (!staged.ok) return staged;
  const { imported, faults } = staged.value;
  const learning = await learnt(ports, staged.value, forget, options);
  if (!learning.ok) {
    await staged.value.discard();
    return learning;
  }
  const unkept = (await staged.value.keep()) ?? (await ports.histories.remove(forget));
  if (unkept) return { ok: false, fault: unkept };
  ports.take(learning.value);
  return ok({ personas: learning.value.model.components.length, imported, faults });
}

async function learnt(
  { histories, learn }: HistoryPorts,
  { imported, traces }: Staged,
  forget: readonly string[],
  { signal, progress }: HistoryOptions,
): Promise<Result<Learning>> {
  const gone = new Set([...forget, ...imported.map(({ id }) => id)]);
  const stay = (await histories.kept()).filter(({ id }) => !gone.has(id));
  const next = [...stay, ...imported.map(({ id }, i) => ({ id, trace: traces[i] as string }))];
  // In the order that `kept` has afterwards: of two that tell of the same thing the first is believed.
  const inOrder = next.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ trace }) => trace);
  return learn(inOrder, { rehearsal: 'later', ...(signal ? { signal } : {}), progress: (done) => progress?.({ learnt: done }) });
}
