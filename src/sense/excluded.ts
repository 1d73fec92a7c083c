import picomatch from 'picomatch/posix';
import type { Resource } from '../domain/index.ts';
import type { Signal } from './signal.ts';

export interface Exclusion {
  /** Whether the signal tells of something under an excluded folder: nothing of it may be kept. */
  excludes(signal: Signal): boolean;
  /** Whether it is declared under an excluded folder: then no use of it may be kept either, wherever it was heard. */
  declares(resource: Resource | undefined): boolean;
}

interface Place {
  /** The workspace's folder, absolute. */
  readonly folder: string;
  /** What `~` stands for; undefined: it stands for nothing. */
  readonly home?: string | undefined;
}

/**
 * Folders whose activities nobody may keep: paths (relative to the workspace, absolute, or below `~`) and globs. What is under a folder
 * that fits is excluded with it. Letters' case makes no difference, since on some file systems it makes none.
 */
export function createExclusion(patterns: readonly string[], place: Place): Exclusion {
  const globs = patterns.flatMap((pattern) => globsOf(pattern, place));
  if (globs.length === 0) return { excludes: () => false, declares: () => false };
  const fits = picomatch(globs, { dot: true, nocase: true });
  const under = (path: string | undefined): boolean => path !== undefined && fits(absolute(path, place.folder));
  return { excludes: (signal) => under(pathOf(signal)), declares: (resource) => under(resource?.declaredIn) };
}

/** What a person typed that names no folder is no pattern: an empty one would exclude everything. */
function globsOf(pattern: string, { folder, home }: Place): readonly string[] {
  const typed = slashed(pattern.trim()).replace(/^\.\//, '').replace(/\/+$/, '');
  if (typed === '' || typed === '.') return [];
  const whole = home !== undefined && /^~(\/|$)/.test(typed) ? `${literal(slashed(home))}${typed.slice(1)}` : typed;
  const from = isAbsolute(whole) ? whole : `${literal(slashed(folder).replace(/\/$/, ''))}/${whole}`;
  return [from, `${from}/**`];
}

/** What the signal is about; undefined where it says nothing of a place. */
function pathOf(signal: Signal): string | undefined {
  if (signal.type === 'file') return signal.path;
  return 'folder' in signal ? signal.folder : 'cwd' in signal ? signal.cwd : undefined;
}

function absolute(path: string, folder: string): string {
  const whole = slashed(path);
  return isAbsolute(whole) ? whole : `${slashed(folder).replace(/\/$/, '')}/${whole}`;
}

const slashed = (path: string): string => path.replaceAll('\\', '/');
const isAbsolute = (path: string): boolean => /^(\/|[a-z]:\/)/i.test(path);
/** A folder's own name may hold what is a sign in a glob. */
const literal = (path: string): string => path.replace(/[\\*?[\]{}()!+@|$^]/g, '\\$&');
