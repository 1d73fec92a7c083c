import { lstat, mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { failed, ok, type Result } from '../../domain/index.ts';
import { spawned } from '../../provision/spawned.ts';

/** Makes the folder where it is missing, for this user alone. One that is there and open to others is refused, not repaired. */
export async function makePrivate(folder: string): Promise<Result<void>> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => error);
  if (made instanceof Error) return failed('storage-failed', 'later', `${folder} could not be made (${made.code}).`);
  if (made !== undefined && process.platform === 'win32')
    await spawned('icacls', [folder, '/inheritance:r', '/grant:r', `${userInfo().username}:(OI)(CI)F`]);
  return keptPrivate(folder);
}

/** What was found open must be taken for read by others: a person decides whether to trust it on. */
export async function keptPrivate(path: string): Promise<Result<void>> {
  if (process.platform === 'win32') return keptPrivateOnWindows(path);
  const { mode, uid, isSymbolicLink } = await lstat(path).then((s) => ({ mode: s.mode, uid: s.uid, isSymbolicLink: s.isSymbolicLink() }));
  if (isSymbolicLink) return failed('storage-failed', 'never', `${path} is a link, so no secret is kept there. Remove it.`);
  if (uid !== process.getuid?.()) return failed('storage-failed', 'never', `${path} belongs to another user, so no secret is kept there.`);
  if ((mode & 0o077) === 0) return ok(undefined);
  const [seen, wanted] = [(mode & 0o777).toString(8), mode & 0o100 ? '700' : '600'];
  return failed(
    'storage-failed',
    'never',
    `${path} can be read by others (mode ${seen}), so it is not used. \`chmod ${wanted} "${path}"\`, then rotate the credentials.`,
  );
}

async function keptPrivateOnWindows(path: string): Promise<Result<void>> {
  const { code, stdout } = await spawned('icacls', [path]);
  const others = othersIn(stdout, path, userInfo().username);
  if (code === 0 && others.length === 0) return ok(undefined);
  return failed(
    'storage-failed',
    'never',
    `${path} ${code === 0 ? `can be read by ${others.join(', ')}` : 'has no access list'}, so it is not used. Remove it, then rotate the credentials.`,
  );
}

/** Whom the output of `icacls <path>` names besides the user. */
export function othersIn(output: string, path: string, user: string): readonly string[] {
  const names = output.split(/\r?\n/).flatMap((line) => /^\s*(\S.*?):(?:\([^)]*\))+\s*$/.exec(line.replace(path, ''))?.[1] ?? []);
  return names.filter((name) => name.split('\\').at(-1)?.toLowerCase() !== user.toLowerCase());
}
