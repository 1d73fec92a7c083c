/** `registry/team/name:tag@digest`: the parts that tell what an image is. Lower case. */
export interface ImageName {
  /** Last part of the path: `postgres`. */
  readonly name: string;
  /** The part before it, where there is one: `mssql` of `mcr.microsoft.com/mssql/server`. */
  readonly team: string;
}

/** Undefined for what is no reference, such as `:-cart` where a variable of the image is not known. */
export function imageName(image: string | undefined): ImageName | undefined {
  const path = (image ?? '')
    .toLowerCase()
    .replace(/@.*$/, '')
    .replace(/:[^/]*$/, '');
  if (!/^[a-z0-9][\w.:/-]*$/.test(path)) return undefined;
  const parts = path.split('/');
  return { name: parts.at(-1) ?? '', team: parts.at(-2) ?? '' };
}
