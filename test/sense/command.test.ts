import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/sense/command.ts';

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
  ])('%s', (line, expected) => expect(tokens(line)).toEqual(expected));

  it('names what is connected to', () => {
    expect(parseCommand('curl http://localhost:3000/orders').commands[0]?.names).toEqual(['localhost:3000']);
    expect(parseCommand('docker compose up db').commands[0]?.names).toContain('db');
  });

  it('counts the arguments that it drops', () => {
    expect(parseCommand('git commit -m secret').dropped).toEqual([{ kind: 'argument', count: 2 }]);
  });

  it('is total, and keeps only what is on the lists (property)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (line) => {
        for (const { token } of parseCommand(line).commands) expect(token.length).toBeLessThan(200);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});
