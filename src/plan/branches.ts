import type { Resource, UnixMs } from '../domain/index.ts';

/** What is remembered of a workspace's branches; plain data. */
export interface Branches {
  /** It keeps the copy that was there before branches had copies of their own. A linked worktree has none: the first one's is not its. */
  readonly base?: string;
  readonly current: string;
  /** Newest last, at most 50. */
  readonly switches: readonly { readonly at: UnixMs; readonly from: string; readonly to: string }[];
}

const MOST_SWITCHES = 50;

/** What is checked out. */
export interface Head {
  readonly branch: string;
  readonly worktree: 'first' | 'linked';
}

/** The branch that is checked out when this is first asked is the base. The same branch again changes nothing. */
export function onBranch(known: Branches | undefined, { branch, worktree }: Head, at: UnixMs): Branches {
  if (!known) return { ...(worktree === 'first' ? { base: branch } : {}), current: branch, switches: [] };
  if (known.current === branch) return known;
  return { ...known, current: branch, switches: [...known.switches, { at, from: known.current, to: branch }].slice(-MOST_SWITCHES) };
}

/** Databases are what branches differ in; everything else is shared by them. */
export const hasCopies = ({ kind, spec, variant }: Resource): boolean =>
  kind === 'database' && (spec.type === 'compose' || spec.type === 'docker') && variant === undefined;

/** The same resource as this branch has it: same id, so that what was learnt of it holds, but a copy of its own. */
export function copyFor(resource: Resource, branch: string, { base }: Branches): Resource {
  return branch === base || !hasCopies(resource) ? resource : { ...resource, variant: `branch:${branch}` };
}

/** Where one goes from here: to where one mostly went from here, the latest where that is even; else back to where one came from. */
export function likelyNext({ switches, current }: Branches): string | undefined {
  const counts = new Map<string, number>();
  for (const { from, to } of switches) if (from === current) counts.set(to, (counts.get(to) ?? 0) + 1);
  const latestFirst = [...counts].reverse();
  const most = Math.max(0, ...counts.values());
  return latestFirst.find(([, count]) => count === most)?.[0] ?? switches.findLast((s) => s.to === current)?.from;
}
