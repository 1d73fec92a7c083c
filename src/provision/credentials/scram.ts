import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/** PostgreSQL's own number (`scram_iterations`), the least that RFC 7677 allows. */
const ITERATIONS = 4096;

/**
 * What PostgreSQL keeps in place of a password, `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` (RFC 5802 §3, RFC 7677). Made
 * here, the password itself never reaches the server, and so no log of statements. `password` is ASCII, which SASLprep leaves as it is.
 */
export function scramVerifier(password: string, salt: Uint8Array, iterations = ITERATIONS): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return `SCRAM-SHA-256$${iterations}:${base64(salt)}$${base64(storedKey)}:${base64(hmac(salted, 'Server Key'))}`;
}

/** Whether a server that keeps this verifier takes this password. */
export function scramVerifies(verifier: string, password: string): boolean {
  const parts = /^SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/=]+)\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$/.exec(verifier);
  if (!parts || Number(parts[1]) < 1) return false;
  const expected = Buffer.from(scramVerifier(password, Buffer.from(parts[2] as string, 'base64'), Number(parts[1])));
  const kept = Buffer.from(verifier);
  return kept.length === expected.length && timingSafeEqual(kept, expected);
}

const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest();
