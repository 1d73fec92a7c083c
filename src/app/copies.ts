import type { Resource, UnixMs } from '../domain/index.ts';
import { type Branches, copyFor, type Head, hasCopies, likelyNext, onBranch } from '../plan/branches.ts';

export interface CopiesPorts {
  readonly enabled: boolean;
  readonly now: () => UnixMs;
  /** What is checked out; undefined where that can't be told. */
  readonly head: () => Promise<Head | undefined>;
  readonly remembered: () => Branches | undefined;
  readonly remember: (branches: Branches) => void;
}

/** Which copy of each database the checked-out branch has. Level-triggered: the branch is read at every pass, whoever changed it. */
export function createCopies({ enabled, now, head, remembered, remember }: CopiesPorts) {
  const here = (): Branches | undefined => (enabled ? remembered() : undefined);
  return {
    /** Reads what is checked out. On a detached HEAD the branch before it keeps its copy in use. */
    async look(): Promise<void> {
      const found = enabled ? await head() : undefined;
      if (!found) return;
      const before = remembered();
      const after = onBranch(before, found, now());
      if (after !== before) remember(after);
    },
    /** The declared resources as the present branch has them. */
    of(declared: readonly Resource[]): readonly Resource[] {
      const at = here();
      return at ? declared.map((resource) => copyFor(resource, at.current, at)) : declared;
    },
    /** The same resources as the branch has them that one is likely to turn to; only those that differ from the present ones. */
    next(declared: readonly Resource[]): readonly Resource[] {
      const at = here();
      const to = at && likelyNext(at);
      if (!at || to === undefined) return [];
      return declared.filter(hasCopies).map((resource) => copyFor(resource, to, at));
    },
  };
}

export type Copies = ReturnType<typeof createCopies>;
