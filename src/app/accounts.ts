import type { Resource } from '../domain/index.ts';
import type { AccountDialect } from '../provision/credentials/account.ts';
import { postgresAccounts } from '../provision/credentials/postgres.ts';
import { redisAccounts } from '../provision/credentials/redis.ts';
import { engineOf } from '../sense/scan/engines.ts';
import { postgresOwnerOf, redisPasswordOf } from '../sense/scan/environment.ts';

/** How this resource is given a login of ours; undefined where that is not known. A new kind of server is one file and one line here. */
export function accountsOf({ spec }: Resource, salt: () => Uint8Array): AccountDialect | undefined {
  if (spec.type !== 'compose' && spec.type !== 'docker') return undefined;
  switch (engineOf(spec.image, spec.type === 'compose' ? spec.service : '')?.name) {
    case 'postgres':
      return postgresAccounts({ ...postgresOwnerOf(spec.environment), salt });
    case 'redis':
      return redisAccounts({ password: redisPasswordOf(spec.environment) });
    default:
      return undefined;
  }
}
