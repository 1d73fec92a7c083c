/** Paths as the scan knows them: relative to the workspace, forward slashes, whatever the system. */

export const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/');

/** `relative` as seen from `folder`, without `.` and `..`; undefined where it leaves the workspace or was absolute. */
export function resolvePath(folder: string, relative: string): string | undefined {
  if (isAbsolute(relative)) return undefined;
  const out: string[] = [];
  for (const part of [...folder.split('/'), ...relative.split('/')]) {
    if (part === '..') {
      if (out.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') out.push(part);
  }
  return out.join('/');
}

export const isAbsolute = (path: string): boolean => /^([/\\~]|[A-Za-z]:[/\\])/.test(path);
