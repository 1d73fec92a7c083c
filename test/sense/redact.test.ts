import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactByEveryRule } from '../../src/sense/redact.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const SECRETS = {
  'AWS key': [`AKIA${letters.slice(0, 16)}`, 'cloud-key'],
  'AWS secret with slashes': ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'opaque'],
  'Google key': [`AIza${'aB3_'.repeat(9).slice(0, 35)}`, 'cloud-key'],
  'Google client secret': [`GOCSPX-${'aB3_'.repeat(7)}`, 'cloud-key'],
  'Google access token': ['ya29.a0AfH6SMBx-canary', 'cloud-key'],
  'Azure storage key': ['AccountKey=abcDEF123+/==', 'cloud-key'],
  'Azure client secret': [`abc8Q~${'dEf4-x.'.repeat(5).slice(0, 33)}`, 'cloud-key'],
  'GitHub token': [`ghp_${'a1B2'.repeat(9)}`, 'token'],
  'GitHub fine-grained token': [`github_pat_${'a1B2'.repeat(6)}`, 'token'],
  'GitLab token': ['glpat-abcdefghij1234567890', 'token'],
  'GitLab deploy token': ['gldt-abcdefghij1234567890', 'token'],
  'npm token': [`npm_${'a1B2'.repeat(9)}`, 'token'],
  'Slack token': ['xoxb-123456789012-abcdef', 'token'],
  'Slack app token': ['xapp-1-A0123456789-1234567890123-abcdef', 'token'],
  'Hugging Face token': [`hf_${'aBcD'.repeat(8)}`, 'token'],
  'DigitalOcean token': [`dop_v1_${'a1b2'.repeat(16)}`, 'token'],
  'Telegram token': [`123456789:${'aB3_'.repeat(9).slice(0, 35)}`, 'token'],
  'age key': [`AGE-SECRET-KEY-1${'QPZR'.repeat(14)}`, 'token'],
  'Stripe key': ['sk_live_abcdefghij123456', 'token'],
  'API key': ['sk-abcdefghij0123456789', 'token'],
  JWT: ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123', 'token'],
  'private key': ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', 'private-key'],
  'e-mail address': ['jane.doe+x@example.co.uk', 'email'],
  'SHA-1 in hexadecimal': ['0123456789abcdef0123456789abcdef01234567', 'opaque'],
  UUID: ['123e4567-e89b-42d3-a456-426614174000', 'opaque'],
} as const;

/** The least that each rule takes something in: nothing else stands in them that could be a clue for it. */
const SHORTEST = [
  '-----BEGIN PRIVATE KEY-----',
  'a://b@',
  '?code=b',
  `AKIA${'1'.repeat(16)}`,
  `AIza${'a'.repeat(35)}`,
  `GOCSPX-${'a'.repeat(20)}`,
  'ya29.a',
  `aaa1Q~${'a.'.repeat(16)}`,
  `ghp_${'a'.repeat(20)}`,
  `gldt-${'a'.repeat(16)}`,
  'xoxb-aaaaaaaa',
  `sk-${'a'.repeat(16)}`,
  'sk_live_aaaaaaaaaa',
  'dckr_pat_aaaaaaaaaa',
  'hvs.aaaaaaaaaa',
  'hvb.aaaaaaaaaa',
  `SG.${'a'.repeat(16)}.${'a'.repeat(16)}`,
  `sntryu_${'a='.repeat(8)}`,
  `whsec_${'a='.repeat(8)}`,
  `12345678:${'a'.repeat(35)}`,
  'hooks.slack.com/services/aaaaaaaa',
  '/api/webhooks/aaaaaaaa',
  'eyJaaaaaaaa.aaaa',
  'bearer aaaaaaaa',
  'basic aaaaaaaa',
  'token aaaaaaaa',
  ...'passwd pass pwd secret token api-key apikey access-key private_key accountkey credential auth connection-string'
    .split(' ')
    .flatMap((name) => [`--${name} a`, `${name}: a`]),
  'mysql -pa',
  'sshpass -pa',
  'curl -ua',
  'redis-cli -aa',
  'http -aa',
  'ldapadd -wa',
  'bcp -Pa',
  'pass:a',
  "password 'a'",
  "identified by 'a'",
  "'a=b'",
  'a=b',
  '$env:a=b',
  'a@b.cc',
  'c:\\users\\a',
  '/home/a',
  '/Users/a',
  'a1'.repeat(10),
];

/** What stands beside secrets, and what the rules look for. */
const WORDS =
  'git push --force ; | && "q" a -b mysql docker login curl -u -p -pa redis-cli -a https sqlcmd -P -w --password --token -Dmy.secret Bearer pass: password identified by X-Api-Key $env:A A= export ://me: @db /home/me C:\\Users\\me ~ ?sig= &code= ‹secret› ‹value› npm run auth:refresh src/components/navigation/sidebar 0123456789abcdef'.split(
    ' ',
  );

describe('the redaction gate', () => {
  it.each(Object.entries(SECRETS))('takes a %s', (_, [secret, kind]) => {
    const { text, dropped } = redact(`curl -X POST ${secret} end`);
    expect(text).toMatch(/^curl -X POST ‹[a-z-]+› end$/);
    expect(dropped).toEqual([{ kind, count: 1 }]);
  });

  it.each([
    ['a password in a URL', 'psql postgres://shop:hunter2@db:5432/shop', 'psql postgres://‹credentials›@db:5432/shop'],
    ['one with an @ in it', 'psql postgres://shop:hun@ter2@db/shop', 'psql postgres://‹credentials›@db/shop'],
    ['a query of a URL', 'curl "http://x/?a=1&access_token=hunter2"', 'curl "http://x/?a=1&access_token=‹value›'],
    ['a password flag', 'tool --password hunter2 run', 'tool --password ‹secret› run'],
    ['a password flag with =', 'tool --password=hunter2 run', 'tool --password=‹secret› run'],
    ['a property of the JVM', 'java -Dspring.datasource.password=hunter2 -jar x', 'java -Dspring.datasource.password=‹secret› -jar x'],
    ['a quoted token flag', 'tool --token "hunter 2" run', 'tool --token ‹secret› run'],
    ['quotes inside a value', `tool --token hun't e'"r 2" run`, 'tool --token ‹secret› run'],
    ['an open quote', 'tool --token "hunter 2', 'tool --token ‹secret›'],
    ['mysql -p', 'mysql -u root -phunter2 shop', 'mysql -u root -p‹secret› shop'],
    ['mysql -p behind another -p', 'mysql -port -phunter2', 'mysql -p‹secret› -p‹secret›'],
    ['sshpass -p', 'sshpass -p hunter2 ssh x', 'sshpass -p ‹secret› ssh x'],
    ['docker login -p', 'docker login -u me -p hunter2 x', 'docker login -u me -p ‹secret› x'],
    ['redis-cli -a', 'redis-cli -a hunter2 ping', 'redis-cli -a ‹secret› ping'],
    ['curl -u', 'curl -u me:hunter2 http://x', 'curl -u ‹secret› http://x'],
    ['an environment value', 'PGPASSWORD=hunter2 psql', 'PGPASSWORD=‹value› psql'],
    ['one of several quotes', 'PGPASSWORD=hun"ter"2 psql', 'PGPASSWORD=‹value› psql'],
    ['one with an escaped blank', 'PGPASSWORD=hun\\ ter2 psql', 'PGPASSWORD=‹value› psql'],
    ['one in quotes', 'docker run -e "PW=hunter 2" x', 'docker run -e "PW=‹value›" x'],
    ['one in a flag', 'docker run --env=PW=hunter2 x', 'docker run --env=PW=‹value› x'],
    ['export', 'export API_KEY=hunter2', 'export API_KEY=‹value›'],
    ['PowerShell', '$env:PW = "hunter2"; npm test', '$env:PW = ‹value›; npm test'],
    ['SQL', `psql -c "ALTER USER a PASSWORD 'hunter2'"`, 'psql -c "ALTER USER a PASSWORD ‹secret›"'],
    ['JSON', '{"password":"hunter2","a":1}', '{"password":‹secret›,"a":1}'],
    ['a header', 'curl -H "X-Api-Key: hunter2"', 'curl -H "X-Api-Key: ‹secret›"'],
    ['a bearer header', 'curl -H "Authorization: Bearer hunter2hunter2"', 'curl -H "Authorization: Bearer ‹secret›"'],
    ['a bearer token', 'curl Bearer hunter2hunter2', 'curl Bearer ‹token›'],
    ['a webhook', 'curl https://hooks.slack.com/services/T0/B0/hunter2', 'curl https://hooks.slack.com/services/‹token›'],
    [
      'the key of a service account',
      '{"private_key":"-----BEGIN PRIVATE KEY-----\\nhunter2\\n-----END PRIVATE KEY-----\\n"}',
      '{"private_key":‹secret›}',
    ],
    ['a home path', 'cat /home/jane/notes.txt', 'cat ~/notes.txt'],
    ['a mac home path', 'cat /Users/jane/notes.txt', 'cat ~/notes.txt'],
    ['a Windows home path', 'type C:\\Users\\jane\\notes.txt', 'type ~\\notes.txt'],
    ['one with a blank', 'type c:\\users\\Jane Doe\\notes.txt', 'type ~\\notes.txt'],
  ])('takes %s', (_, line, left) => {
    expect(redact(line).text).toBe(left);
    expect(redact(line).text).not.toMatch(/hun|ter2|jane|doe/i);
    expect(redact(line).dropped.length).toBeGreaterThan(0);
  });

  it.each([
    'npm test',
    'npm run auth:refresh',
    'git commit -m fix',
    'docker compose up db',
    'docker login --password-stdin x',
    'psql --no-password -h localhost shop',
    'mysql -p shop',
    'node api/report.mjs',
    'src/components/navigation/sidebar-item.tsx',
    'packages/design-system/src/Button/Button.stories.tsx',
    'compose-project-with-a-long-name-db-1',
    '20231105123456_add_users_table',
    'aws ec2 DescribeReservedInstancesOfferings',
    'rds.amazonaws.com/DescribeDBClusterSnapshotAttributes',
  ])('leaves “%s” alone', (line) => {
    expect(redact(line)).toEqual({ text: line, dropped: [] });
  });

  it('lets no planted secret through, wherever it stands (property)', () => {
    const planted = fc.constantFrom(...Object.values(SECRETS).map(([s]) => s));
    const before = fc.array(fc.constantFrom('git', 'push', '--force', ';', '|', 'x=1', '&&', '"q"'));
    const after = fc.array(fc.constantFrom('a', '-b', '|', 'c'));
    fc.assert(
      fc.property(before, planted, after, (head, secret, tail) => {
        expect(redact([...head, secret, ...tail].join(' ')).text).not.toContain(secret);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });

  it('takes random keys of 256 bits and more in base64 and hexadecimal (property)', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 64 }).map((b) => Buffer.from(b));
    // Shrinking would go to keys of one repeated byte, which are none.
    const random = bytes.filter((b) => new Set(b).size > b.length * 0.8);
    fc.assert(
      fc.property(random, fc.constantFrom('base64' as const, 'base64url' as const, 'hex' as const), (key, encoding) => {
        expect(redact(`tool ${key.toString(encoding)} end`).text).toMatch(/^tool ‹opaque›(‹value›)? end$/);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it('takes random letters (property)', () => {
    const key = (from: string) =>
      fc.string({ unit: fc.constantFrom(...from), minLength: 36, maxLength: 64 }).filter((k) => new Set(k).size > 10);
    fc.assert(
      fc.property(fc.oneof(key(letters + letters.toLowerCase()), key(letters), key(letters.toLowerCase())), (text) => {
        expect(redact(`tool ${text} end`).text).toBe('tool ‹opaque› end');
      }),
      { seed: 5, numRuns: 2000 },
    );
  });

  it('takes values of random text from assignments and flags (property)', () => {
    const value = fc.stringMatching(/^[\w!@#%^*+=~.,:\\/-]{6,30}$/).filter((v) => !v.endsWith('\\'));
    const quote = fc.constantFrom('', '"', "'");
    const form = fc.constantFrom('PASSWORD=', 'export A=', 'tool --password ', 'tool --api-key=', 'docker run -e A=');
    fc.assert(
      fc.property(form, quote, value, (start, q, v) => {
        expect(redact(`${start}${q}${v}${q} end`).text).not.toContain(v);
      }),
      { seed: 9, numRuns: 2000 },
    );
  });

  it('changes nothing the second time (property)', () => {
    const part = fc.oneof(
      fc.constantFrom(...Object.values(SECRETS).map(([s]) => s)),
      fc.string(),
      fc.constantFrom('A=', '--token ', 'password: '),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const once = redact(parts.join(' ')).text;
        expect(redact(once)).toEqual({ text: once, dropped: [] });
      }),
      { seed: 13, numRuns: 1000 },
    );
  });

  it('takes the same with a look at the clues as without one (property)', () => {
    const planted = fc.constantFrom(...Object.values(SECRETS).map(([s]) => s), ...SHORTEST);
    const cut = fc.tuple(planted, fc.nat(60), fc.nat(60)).map(([s, from, length]) => s.slice(from % s.length, (from % s.length) + length));
    const word = fc.constantFrom(...WORDS);
    const part = fc.oneof(planted, cut, word, word, fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 4 }));
    const cased = fc.tuple(part, fc.constantFrom('as it is', 'upper', 'lower')).map(([text, as]) => {
      return as === 'upper' ? text.toUpperCase() : as === 'lower' ? text.toLowerCase() : text;
    });
    const glue = fc.constantFrom('', ' ', ' ', ' ', '\u00a0', '\n', '=', ': ', '"', "'");
    const line = fc.array(fc.tuple(cased, glue), { maxLength: 6 }).map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(line, (text) => {
        expect(redact(text)).toEqual(redactByEveryRule(text));
      }),
      { seed: 17, numRuns: 20_000 },
    );
  });

  it.each(SHORTEST)('takes %j, than which its rule takes nothing shorter, by its clue', (text) => {
    expect(redactByEveryRule(text).dropped.length).toBeGreaterThan(0);
    expect(redact(text)).toEqual(redactByEveryRule(text));
  });

  it.each(['a', 'a.', 'a-', 'a1', 'A=', '-----BEGIN PRIVATE KEY-----', 'mysql ', 'a@', 'eyJaaaaaaaa.', 'curl -u', 'password '])(
    'reads 200 kB of “%s” in linear time',
    (text) => {
      const began = performance.now();
      redact(text.repeat(200_000 / text.length));
      expect(performance.now() - began).toBeLessThan(2000);
    },
  );
});
