/** At most two folders and the kind of file: enough to tell the api from the docs, too little to name a file. */
export function fileArea(relativePath: string): string {
  const folders = relativePath.lastIndexOf('/') + 1;
  const extension = EXTENSION.exec(folders === 0 ? relativePath : relativePath.slice(folders))?.[1]?.toLowerCase() ?? 'file';
  const first = relativePath.indexOf('/') + 1;
  const second = relativePath.indexOf('/', first) + 1;
  return relativePath.slice(0, second || first) + extension;
}

const EXTENSION = /\.([A-Za-z0-9]{1,8})$/;

/**
 * The area of a file of which only the project is known: a name, or the folder itself. The project's folder is the first of
 * that name in the path, or (`roots`) so many parts of it; a file outside is only its kind.
 */
export function areaIn(file: string, project: string | undefined, roots = Number.NaN): { readonly area: string; readonly name?: string } {
  const parts = file
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '');
  const name = project
    ?.replaceAll('\\', '/')
    .split('/')
    .findLast((part) => part !== '');
  const root = roots > 0 ? roots : name === undefined ? 0 : parts.indexOf(name) + 1;
  const inside = root > 0 && root < parts.length ? parts.slice(root) : parts.slice(-1);
  return { area: fileArea(inside.join('/')), ...(name === undefined ? {} : { name }) };
}
