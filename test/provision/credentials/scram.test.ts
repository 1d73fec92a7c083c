import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scramVerifier, scramVerifies } from '../../../src/provision/credentials/scram.ts';

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

it('is that of RFC 7677 §3: its keys accept the example’s proof and give the example’s signature', () => {
  const [, iterations, salt, storedKey = '', serverKey = ''] =
    /^SCRAM-SHA-256\$(\d+):(.+)\$(.+):(.+)$/.exec(scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))) ?? [];
  expect([iterations, salt]).toEqual(['4096', 'W22ZaJ0SNY7soEsUEjb6gQ==']);
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const messages = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=${nonce}`;
  expect(hmac(Buffer.from(serverKey, 'base64'), messages).toString('base64')).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  const stored = Buffer.from(storedKey, 'base64');
  const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
  const clientKey = hmac(stored, messages).map((byte, i) => byte ^ (proof[i] as number));
  expect(createHash('sha256').update(clientKey).digest()).toEqual(stored);
});

it('verifies its own password, at any salt and count, and no other', () => {
  const text = fc.stringMatching(/^[\w-]{8,43}$/);
  fc.assert(
    fc.property(
      text,
      text,
      fc.uint8Array({ minLength: 1, maxLength: 32 }),
      fc.integer({ min: 1, max: 50 }),
      (password, other, salt, count) => {
        const verifier = scramVerifier(password, salt, count);
        return (
          scramVerifies(verifier, password) && scramVerifies(verifier, other) === (password === other) && !verifier.includes(`:${password}`)
        );
      },
    ),
    { numRuns: 200 },
  );
});

it.each(['', 'md5d41d8cd98f00b204e9800998ecf8427e', 'SCRAM-SHA-256$0:aa$bb:cc', 'SCRAM-SHA-256$4096:aa$bb', 'clear'])(
  'takes “%s” for nobody’s',
  (verifier) => expect(scramVerifies(verifier, 'clear')).toBe(false),
);
