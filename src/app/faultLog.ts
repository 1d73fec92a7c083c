import type { Fault } from '../domain/index.ts';

const MOST = 20;

/** Faults worth telling, newest last: the one place that speaks to people. The same message is told once on end. */
export function createFaultLog(first: readonly Fault[], log: (line: string) => void, changed: () => void) {
  const faults: Fault[] = [...first];
  return {
    tell(fault: Fault): void {
      if (faults.at(-1)?.message === fault.message) return;
      faults.push(fault);
      if (faults.length > MOST) faults.shift();
      log(`! ${fault.message}${fault.detail ? `\n  ${fault.detail}` : ''}`);
      changed();
    },
    list: (): readonly Fault[] => [...faults],
    told: (message: string): boolean => faults.some((fault) => fault.message === message),
  };
}
