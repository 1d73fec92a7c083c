/** What an archive says of one of its entries. */
export interface Named {
  readonly name: string;
  readonly type?: string | undefined;
  /** Where a link leads: of a symbolic one as written, of a hard one told from the top. */
  readonly linkname?: string | undefined;
}

/** `name` is '' for the top folder itself. */
export type Judged = { readonly name: string; readonly linkname?: string } | { readonly refused: string };

/**
 * Lets through the entries of one archive that stay inside of where it is unpacked, and refuses all others. By names alone: a name or
 * a hard link may not lead through a link, and a symbolic link may climb at its beginning only, so that wherever links lead, they lead inside.
 */
export function entryGuard(): (entry: Named) => Judged {
  const links = new Set<string>();
  const throughLink = (steps: readonly string[]): boolean => steps.some((_, i) => links.has(steps.slice(0, i + 1).join('/')));

  return ({ name, type, linkname }) => {
    const steps = stepsOf(name);
    if (!steps) return { refused: 'it leads outside' };
    if (throughLink(steps.slice(0, -1))) return { refused: 'it leads through a link' };
    const plain = steps.join('/');
    if (plain === '' && type !== 'directory') return { refused: 'it has no name' };
    switch (type) {
      case 'file':
      case 'contiguous-file':
      case 'directory':
        links.delete(plain);
        return { name: plain };
      case 'symlink': {
        if (!linkname || !staysInside(steps.length - 1, linkname)) return { refused: `it is a link to ${linkname || 'nothing'}, outside` };
        links.add(plain);
        return { name: plain, linkname };
      }
      case 'link': {
        const to = stepsOf(linkname ?? '');
        if (!to || to.length === 0 || throughLink(to)) return { refused: `it is a link to ${linkname || 'nothing'}, outside or a link` };
        links.delete(plain);
        return { name: plain, linkname: to.join('/') };
      }
      default:
        return { refused: `it is no file, folder or link (${type ?? 'unknown'})` };
    }
  };
}

/** Undefined: absolute, or with a way up. */
function stepsOf(path: string): readonly string[] | undefined {
  if (path.startsWith('/') || path.includes('\0')) return undefined;
  const steps = path.split('/').filter((s) => s !== '' && s !== '.');
  return steps.includes('..') ? undefined : steps;
}

/** `depth` is that of the folder in which the link lies. */
function staysInside(depth: number, target: string): boolean {
  if (target.startsWith('/') || target.includes('\0')) return false;
  const steps = target.split('/').filter((s) => s !== '' && s !== '.');
  const down = steps.findIndex((s) => s !== '..');
  const ups = down < 0 ? steps.length : down;
  return ups <= depth && !steps.slice(ups).includes('..');
}
