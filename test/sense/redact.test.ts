import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../src/sense/redact.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const SECRETS = {
  'aws key': [`AKIA${letters.slice(0, 16)}`, 'cloud-key'],
  'google key': [`AIza${'aB3_'.repeat(9).slice(0, 35)}`, 'cloud-key'],
  'azure storage key': ['AccountKey=abcDEF123+/==', 'cloud-key'],
  'github token': [`ghp_${'a1B2'.repeat(9)}`, 'token'],
  'github fine-grained token': [`github_pat_${'a1B2'.repeat(6)}`, 'token'],
  'gitlab token': ['glpat-abcdefghij1234567890', 'token'],
  'npm token': [`npm_${'a1B2'.repeat(9)}`, 'token'],
  'slack token': ['xoxb-123456789012-abcdef', 'token'],
  'stripe key': ['sk_live_abcdefghij123456', 'token'],
  'api key': ['sk-abcdefghij0123456789', 'token'],
  jwt: ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123', 'token'],
  'private key': ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', 'private-key'],
  'e-mail': ['jane.doe+x@example.co.uk', 'email'],
  'opaque hex': ['0123456789abcdef0123456789abcdef01234567', 'opaque'],
} as const;

describe('the redaction gate', () => {
  it.each(Object.entries(SECRETS))('takes a %s', (_, [secret, kind]) => {
    const { text, dropped } = redact(`curl -X POST ${secret} end`);
    expect(text).not.toContain(secret);
    expect(text).toContain('end');
    expect(dropped.map((d) => d.kind)).toContain(kind);
  });

  it.each([
    ['a password in a URL', 'psql postgres://shop:hunter2@db:5432/shop', 'hunter2'],
    ['a password flag', 'tool --password hunter2 run', 'hunter2'],
    ['a password flag with =', 'tool --password=hunter2 run', 'hunter2'],
    ['a quoted token flag', 'tool --token "hunter 2" run', 'hunter 2'],
    ['mysql -p', 'mysql -u root -phunter2 shop', 'hunter2'],
    ['curl -u', 'curl -u me:hunter2 http://x', 'hunter2'],
    ['an environment value', 'PGPASSWORD=hunter2 psql', 'hunter2'],
    ['export', 'export API_KEY=hunter2', 'hunter2'],
    ['a bearer header', 'curl -H "Authorization: Bearer hunter2hunter2"', 'hunter2hunter2'],
    ['a home path', 'cat /home/jane/notes.txt', 'jane'],
    ['a mac home path', 'cat /Users/jane/notes.txt', 'jane'],
    ['a Windows home path', 'type C:\\Users\\jane\\notes.txt', 'jane'],
  ])('takes %s', (_, line, secret) => {
    const { text, dropped } = redact(line);
    expect(text).not.toContain(secret);
    expect(dropped.length).toBeGreaterThan(0);
  });

  it.each([
    'npm test',
    'git commit -m fix',
    'docker compose up db',
    'node api/report.mjs',
    'psql -h localhost shop',
    'src/components/navigation/sidebar-item.tsx',
  ])('leaves “%s” alone', (line) => {
    expect(redact(line)).toEqual({ text: line, dropped: [] });
  });

  it('lets no planted secret through, wherever it stands (property)', () => {
    const planted = fc.constantFrom(...Object.values(SECRETS).map(([s]) => s));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('git', 'push', '--force', ';', '|', 'x=1', '&&', '"q"')),
        planted,
        fc.array(fc.constantFrom('a', '-b', '|', 'c')),
        (before, secret, after) => {
          expect(redact([...before, secret, ...after].join(' ')).text).not.toContain(secret);
        },
      ),
      { seed: 3, numRuns: 500 },
    );
  });
});
