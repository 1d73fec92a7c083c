import { isUnixMs, type UnixMs } from '../../domain/index.ts';
import { branchClass } from '../normalise.ts';
import { aside, type Deed, type Entry, type Importer, misfit } from './importer.ts';
import { ofLines } from './lines.ts';

/** `.git/logs/HEAD`: what moved HEAD, in the words that the live sensors use (`branch:feature`, `command:git commit`). */
export const gitReflog: Importer = ofLines(() => ({ push: (text, line) => [entryOf(text, line)], end: () => [] }), {
  summary: 'Git’s log of HEAD (.git/logs/HEAD)',
});

/** `<old> <new> <name> <email> <epoch s> <zone>⇥<message>`; old and new are SHA-1 or SHA-256 (git's refs/files-backend.c). */
const LINE = /^[\da-f]{40,64} [\da-f]{40,64} [^\t]{0,1000}?> (\d{1,12}) [+-]\d{4}(?:\t(.*))?$/;
/** The word before the colon that tells what was done; in brackets a step or kind of it. */
const VERBS: ReadonlySet<string> = new Set('am bisect cherry-pick clone commit merge pull rebase reset revert switch'.split(' '));

function entryOf(text: string, line: number): Entry {
  const [, seconds, message = ''] = text.match(LINE) ?? [];
  const at = Number(seconds) * 1000;
  if (!isUnixMs(at)) return misfit(line, 'not a line of a reflog');
  const target = message.match(/^checkout: moving from \S+ to (\S+)$/)?.[1];
  if (target !== undefined) return deed(line, at, 'branch:', branchClass(target), 'branch.switched');
  const [, verb = '', step = ''] = message.match(/^([a-z-]{1,20})(?: [^:(]*)?(?:\(([^)]*)\))?[^:]*(?::|$)/) ?? [];
  if (verb === 'rebase' && step !== '' && step !== 'start') return aside(line, 'steps of a rebase');
  return VERBS.has(verb) ? deed(line, at, 'command:', `git ${verb}`, 'command.started') : aside(line, 'other moves of HEAD');
}

const deed = (line: number, at: UnixMs, prefix: string, name: string, kind: string): Deed => ({
  is: 'deed',
  line,
  at,
  source: 'git',
  kind,
  prefix,
  as: 'name',
  name,
});
