import { failed, ok, type Resource, type Result, type UnixMs } from '../domain/index.ts';
import type { Account } from '../provision/credentials/account.ts';
import type { CredentialOptions } from './ports.ts';

/** An account and when its password was made. */
export interface Kept {
  readonly account: Account;
  readonly createdAt: UnixMs;
}

interface Stored {
  readonly password: string;
  readonly createdAt: UnixMs;
}

const PASSWORD_BYTES = 32;

/** The generated passwords of one workspace, each under `prewarm.<workspace>.<resource>`; nothing but the store keeps them. */
export function createCredentialVault({ secrets, randomBytes }: CredentialOptions, workspace: string, now: () => UnixMs) {
  const nameOf = ({ id }: Resource): string => `prewarm.${workspace}.${id}`;
  const name = `prewarm_${workspace
    .toLowerCase()
    .slice(-8)
    .replace(/[^a-z0-9]/g, '_')}_${secrets.keeper}`;
  const kept = ({ password, createdAt }: Stored): Kept => ({ account: { name, password }, createdAt });

  async function read(resource: Resource): Promise<Result<Kept | undefined>> {
    const found = await secrets.get(nameOf(resource));
    if (!found.ok) return found;
    const stored = parse(found.value);
    return ok(stored && kept(stored));
  }

  return {
    read,
    /** Two windows may do so at once: what counts is what the store has then. */
    async make(resource: Resource): Promise<Result<Kept>> {
      const password = Buffer.from(randomBytes(PASSWORD_BYTES)).toString('base64url');
      const written = await secrets.set(nameOf(resource), JSON.stringify({ password, createdAt: now() } satisfies Stored));
      if (!written.ok) return written;
      const found = await read(resource);
      if (!found.ok) return found;
      return found.value
        ? ok(found.value)
        : failed('storage-failed', 'later', `The password of ${resource.id} was not kept by the secret store.`);
    },
    forget: (resource: Resource): Promise<Result<void>> => secrets.delete(nameOf(resource)),
  };
}

/** What is not ours in shape is as if it were not there. */
function parse(text: string | undefined): Stored | undefined {
  try {
    const { password, createdAt } = JSON.parse(text ?? '{}') as Partial<Stored>;
    return typeof password === 'string' && /^[\w-]{43}$/.test(password) && typeof createdAt === 'number'
      ? { password, createdAt }
      : undefined;
  } catch {
    return undefined;
  }
}
