import type { Backend } from '../../domain/index.ts';

/** How many clients each backend has, those that are being led to it among them. */
export function createLoad() {
  const counts = new Map<string, number>();
  /** Who came last goes last among equals, so that short connections are spread as well. */
  let last: string | undefined;
  const of = (backend: Backend): number => counts.get(nameOf(backend)) ?? 0;
  return {
    of,
    /** The one with the fewest. */
    least(_side: unknown, backends: readonly Backend[]): Backend | undefined {
      const fewest = Math.min(...backends.map(of));
      const after = backends.findIndex((b) => nameOf(b) === last) + 1;
      const inTurn = [...backends.slice(after), ...backends.slice(0, after)];
      const chosen = inTurn.find((b) => of(b) === fewest);
      last = chosen && nameOf(chosen);
      return chosen;
    },
    add(backend: Backend): void {
      counts.set(nameOf(backend), of(backend) + 1);
    },
    remove(backend: Backend): void {
      const left = of(backend) - 1;
      if (left > 0) counts.set(nameOf(backend), left);
      else counts.delete(nameOf(backend));
    },
  };
}

export type Load = ReturnType<typeof createLoad>;

const nameOf = ({ host, port }: Backend): string => `${host}:${port}`;
