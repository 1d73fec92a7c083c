import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** The client of SCRAM-SHA-256 (RFC 7677) as PostgreSQL speaks it: the user is known from the greeting, and there is no channel to bind to. */
export function scramClient(password: string, nonce = randomBytes(18).toString('base64')) {
  const bare = `n=,r=${nonce}`;
  return {
    first: `n,,${bare}`,
    async answer(challenge: string): Promise<string> {
      const fields = new Map(challenge.split(',').map((part) => [part.slice(0, 1), part.slice(2)] as const));
      const [served, salt, rounds] = [fields.get('r'), fields.get('s'), Number(fields.get('i'))];
      if (!served?.startsWith(nonce) || !salt || !(rounds >= 1 && rounds <= 1e6))
        throw new Error('the server’s challenge is not understood');
      const salted = await derive(password.normalize('NFKC'), Buffer.from(salt, 'base64'), rounds, 32, 'sha256');
      const key = hmac(salted, 'Client Key');
      const end = `c=biws,r=${served}`;
      const signature = hmac(createHash('sha256').update(key).digest(), `${bare},${challenge},${end}`);
      return `${end},p=${Buffer.from(key.map((byte, i) => byte ^ (signature[i] as number))).toString('base64')}`;
    },
  };
}

const hmac = (key: Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
