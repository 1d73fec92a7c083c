import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/sense/command.ts';
import { shellCommands, shellWords } from '../../src/sense/shellCommands.ts';

const tokens = (line: string): string[] => parseCommand(line).commands.map((c) => c.token);

describe('parseCommand', () => {
  it.each([
    ['npm test', ['npm test']],
    ['npm run report -- --secret x', ['npm run report']],
    ['git commit -m "top secret"', ['git commit']],
    ['git unknown-thing', ['git']],
    ['psql -c "select 1"', ['psql']],
    ['PGPASSWORD=x psql', ['psql']],
    ['sudo systemctl restart nginx', ['systemctl restart']],
    ['env A=1 B=2 node api/report.mjs', ['node api/report.mjs']],
    ['node ./api/report.mjs', ['node api/report.mjs']],
    ['node /home/me/x.js', ['node']],
    ['python3 -m pytest -k secret', ['python3 -m pytest']],
    ['docker compose -f x.yml up -d db', ['docker compose up db']],
    ['docker-compose up db', ['docker-compose up db']],
    ['docker ps', ['docker ps']],
    ['make -j4 test', ['make test']],
    ['cat a | grep b && npm test; ls', ['cat', 'grep', 'npm test', 'ls']],
    ['/usr/local/bin/psql', ['psql']],
    ['"C:\\Program Files\\nodejs\\node.exe" api/x.js', ['node api/x.js']],
    ['time npm test', ['npm test']],
    ['time', ['time']],
    ['echo hi > /tmp/x 2>&1', ['echo']],
    ['# a comment', []],
    ['', []],
    ['"unclosed', ['unclosed']],
    ['npm --prefix api test', ['npm test']],
    ['npm t', ['npm test']],
    ['npm i left-pad', ['npm install']],
    ['npm run', ['npm run']],
    ['npm --token hunter2 test', ['npm test']],
    ['yarn workspace api test', ['yarn workspace']],
    ['make A=b -C api test', ['make test']],
    ['git -C /x -c user.name=me commit', ['git commit']],
    ['kubectl -n shop get pods', ['kubectl get']],
    ['cargo +nightly test', ['cargo test']],
    ['docker compose --profile dev run -e A=b db psql', ['docker compose run db']],
    ['docker compose', ['docker compose']],
    ['docker -H tcp://x ps', ['docker ps']],
    ['sudo -u postgres psql', ['psql']],
    ['sudo -v', ['sudo']],
    ['timeout 5 npm test', ['npm test']],
    ['sudo env A=1 nice -n 5 time npm test', ['npm test']],
    ['poetry run pytest tests', ['pytest']],
    ['uv run --with x python api/report.py', ['python api/report.py']],
    ['npm exec -- vitest run', ['vitest']],
    ['npx', ['npx']],
    ['bash -c "npm test && psql"', ['npm test', 'psql']],
    ['bash scripts/up.sh', ['bash scripts/up.sh']],
    ['bash -c', ['bash']],
    ['bun api/x.ts', ['bun api/x.ts']],
    ['tsx watch --env-file .env api/x.ts', ['tsx api/x.ts']],
    ['node --env-file .env -r dotenv/config api/x.js', ['node api/x.js']],
    ['node ../x.js', ['node']],
    ['node api\\report.js', ['node api/report.js']],
    ['pytest tests/test_x.py::test_y', ['pytest tests/test_x.py']],
    ['pytest -m slow', ['pytest']],
    ['for i in 1 2; do npm test; done', ['npm test']],
    ['if ! npm test; then psql; fi', ['npm test', 'psql']],
    ['(cd api && npm test)', ['cd', 'npm test']],
    ['echo $(git status) `ls`', ['echo', 'git status', 'ls']],
    ['echo "a \\" ; psql"', ['echo']],
    ["echo 'a ; psql'", ['echo']],
    ['npm \\\n test', ['npm test']],
    ['psql <<< "select 1"', ['psql']],
    ['psql 2>/dev/null >x', ['psql']],
    ['psql &>x', ['psql']],
    ['cat > .env <<EOF\nhunter2\nEOF\nnpm test', ['cat', 'npm test']],
    ["cat <<-'E' | psql\nhunter2\n\tE\nls", ['cat', 'psql', 'ls']],
    ['cat <<EOF\nhunter2', ['cat']],
    ['psql "host=h password=x" && npm test "y"', ['psql', 'npm test']],
    ['& "C:\\Program Files\\x\\psql.exe" -U a', ['psql']],
    ['$env:PGPASSWORD="x"; psql', ['psql']],
    ['Tr0ub4dor', []],
  ])('%s', (line, expected) => expect(tokens(line)).toEqual(expected));

  it.each<[string, readonly string[]]>([
    ['curl http://localhost:3000/orders', ['localhost:3000']],
    ['psql postgres://u:p@localhost:5433/shop', ['localhost:5433']],
    ['psql -h localhost -p 5433', ['localhost:5433', 'localhost']],
    ['psql -p5433 shop', ['localhost:5433', 'shop']],
    ['pg_dump --port=5433', ['localhost:5433']],
    ['mysql -P 3307', ['localhost:3307']],
    ['psql -h example.org -p 5433', []],
    ['mkdir -p 8080', []],
    ['docker compose up db', ['compose', 'up', 'db']],
  ])('%s names %j', (line, names) => expect(parseCommand(line).commands[0]?.names).toEqual(names));

  it.each<[string, readonly unknown[]]>([
    ['git commit -m secret', [{ kind: 'argument', count: 2 }]],
    ['psql', []],
    ['psql > x', [{ kind: 'argument', count: 1 }]],
    ['cat <<EOF\nx\nEOF', [{ kind: 'argument', count: 1 }]],
    ['Tr0ub4dor', [{ kind: 'argument', count: 1 }]],
    [
      'A=b psql -c x',
      [
        { kind: 'environment-value', count: 1 },
        { kind: 'argument', count: 2 },
      ],
    ],
    ['bash -c "git commit -m x"', [{ kind: 'argument', count: 2 }]],
  ])('%s: counts what it drops', (line, dropped) => expect(parseCommand(line).dropped).toEqual(dropped));

  it('drops any argument, whatever it is, of any program (property)', () => {
    const secret = fc.stringMatching(/^[a-z]{4}[0-9]{3}[a-z]{4}$/);
    const line = fc.constantFrom(
      (x: string) => `git commit -m ${x}`,
      (x: string) => `git ${x}`,
      (x: string) => `login me ${x}`,
      (x: string) => `cat <<EOF\n${x}\nEOF`,
      (x: string) => `echo ${x} | psql`,
      (x: string) => `echo ${x} > ${x}`,
      (x: string) => `docker run -e A=${x} ${x}/${x}`,
      (x: string) => `sudo -u ${x} psql -c "${x} ; ${x}"`,
      (x: string) => `npm --password ${x} test`,
      (x: string) => `node -e "${x}"`,
      (x: string) => `python -c '${x}'`,
    );
    fc.assert(
      fc.property(secret, line, (x, of) => {
        expect(
          parseCommand(of(x))
            .commands.map((c) => c.token)
            .join(),
        ).not.toContain(x);
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  it.each(['sudo ', 'A=b ', '(', '"', '\\', '<<A\n', 'bash -c "', '; ', '-', 'x '])('reads 100 kB of %j', (text) => {
    const began = performance.now();
    parseCommand(text.repeat(100_000 / text.length));
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it('is total, and keeps only what is on the lists (property)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (line) => {
        for (const { token } of parseCommand(line).commands) expect(token.length).toBeLessThan(200);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('reads plain words the same the short way and the long way (property)', () => {
    const plain = fc.stringMatching(/^[\w \t./:=@%+,~^$*?![\]{}-]{0,40}$/);
    fc.assert(
      fc.property(plain, (text) => {
        // An empty quotation is not plain, so that the text goes the long way; it ends the words as one more, which is empty.
        expect(shellWords(`${text} ''`)).toEqual({ words: [...shellWords(text).words, ''], aside: 0 });
        expect(shellCommands(`${text};`)).toEqual(shellCommands(text));
      }),
      { seed: 41, numRuns: 2000 },
    );
  });
});
