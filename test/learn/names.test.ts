import { describe, expect, it } from 'vitest';
import { inWords, namesOf } from '../../src/learn/names.ts';
import { CONCEPTS, conceptOf, wordsOf } from '../../src/learn/personas/concepts.ts';
import { componentOf } from './personas/made.ts';

const named = (own: Record<string, number>, ...others: Record<string, number>[]) => {
  const first = componentOf(own);
  return namesOf(first, [first, ...others.map((uses) => componentOf(uses))]);
};

describe('a token in words', () => {
  it.each([
    ['command:npm run test', 'npm test'],
    ['command:pnpm run dev', 'pnpm dev'],
    ['command:yarn run dev', 'yarn dev'],
    ['command:bun run dev', 'bun dev'],
    ['command:cargo run x', 'cargo run x'],
    ['command:echo npm run test', 'echo npm run test'],
    ['command:git add a/b', 'git add a/b'],
    ['compose:shop/db', 'db'],
    ['compose:db', 'db'],
    ['docker:a/b/c', 'c'],
    ['editor:api/src/ts', 'api'],
    ['editor:yaml', 'yaml files'],
    ['task:a/build', 'a/build'],
    ['debug:a/run', 'a/run'],
    ['branch:feature/x', 'feature/x'],
    ['dev-container:a/b', 'b'],
    ['TestExplorer.Run', 'TestExplorer.Run'],
    ['a/b', 'a/b'],
    ['UPPER:a/b', 'UPPER:a/b'],
    ['x1:a/b', 'x1:a/b'],
    [' command:a/b', ' command:a/b'],
    ['command:', ''],
    ['', ''],
  ])('%s → %s', (token, words) => expect(inWords(token)).toBe(words));
});

describe('words of a token', () => {
  it.each([
    ['command:a', 'a'],
    ['editor:a', 'a'],
    ['compose:a', 'a'],
    ['docker:a', 'a'],
    ['task:a', 'a'],
    ['branch:a', 'a'],
    ['debug:a', 'debug a'],
    ['my command:a', 'my command a'],
    ['runAll2Tests', 'run all2 tests'],
    ['HTTPServer', 'http server'],
    ['XMLHttpRequest', 'xml http request'],
    ['a--b__c', 'a b c'],
    ['  (x)  ', 'x'],
  ])('%s → %s', (token, words) => expect(wordsOf(token)).toBe(words));
});

describe('concepts', () => {
  it.each([
    ['Reports', 'report reports dashboard dashboards', 'reporter dash'],
    ['Testing', 'test tests jest vitest pytest playwright cypress junit mocha phpunit rspec ctest', 'testing latest'],
    ['Debugging', 'debug debugger gdb lldb breakpoint breakpoints', 'bug'],
    [
      'Database work',
      'psql mysql sqlite sqlite3 mongo mongosh redis pg_dump pg_restore sql t_sql tsql db database databases postgres postgresql prisma migration migrations migrate clickhouse flyway',
      'pg dbs nosqlx',
    ],
    ['Kubernetes', 'kubectl helm k9s kubernetes k8s minikube kustomize argocd', 'cube'],
    ['Infrastructure', 'terraform tofu ansible pulumi gcloud aws az vagrant packer', 'laws'],
    ['Data science', 'jupyter ipynb notebook notebooks dvc conda mlflow rscript kaggle', 'note'],
    ['Security testing', 'nmap msfconsole msfdb sqlmap hydra john fcrackzip hashcat nikto burp metasploit exploit', 'map'],
    [
      'Web front end',
      'css scss tsx jsx vue svelte html vite storybook web webpack frontend front_end npm_run_dev npm_run_start',
      'end npm_run',
    ],
    ['Documentation', 'doc docs md mdx rst readme mkdocs docusaurus latex tex', 'mdy'],
    ['Containers', 'docker podman compose container image', 'contain'],
    ['Builds', 'build make cmake ninja gradle gradlew mvn msbuild tsc', 'builder'],
    ['Version control', 'git tfs tfvc hg svn source_control team_explorer pending_changes', 'github source team'],
  ])('%s: %s, but not %s', (name, theirs, others) => {
    const concept = CONCEPTS.find((c) => c.name === name);
    for (const word of theirs.split(' ')) {
      expect(concept?.words.test(word.replaceAll('_', ' ')), word).toBe(true);
      expect(concept?.words.test(`x ${word.replaceAll('_', ' ')} y`), word).toBe(true);
    }
    for (const word of others.split(' ')) expect(conceptOf(word.replaceAll('_', ' '))?.name, word).not.toBe(name);
  });

  it('the first that fits is its own', () => {
    expect(conceptOf('command:npm run test report')?.name).toBe('Reports');
    expect(conceptOf('command:webpack build')?.name).toBe('Web front end');
    expect(conceptOf('')).toBeUndefined();
  });

  it.each([
    [{ 'command:psql': 0.9, 'command:npm test': 0.9 }, 'Database tests'],
    [{ 'command:kubectl': 0.9, 'command:gdb x': 0.9 }, 'Kubernetes debugging'],
    [{ 'command:terraform': 0.9, 'command:make': 0.9 }, 'Infrastructure builds'],
    [{ 'command:jupyter': 0.9, 'command:make report': 0.9 }, 'Data science reports'],
    [{ 'command:nmap': 0.9, 'command:make report': 0.9 }, 'Security reports'],
    [{ 'editor:web/css': 0.9, 'command:make': 0.9 }, 'Web builds'],
    [{ 'editor:docs/md': 0.9, 'command:make': 0.9 }, 'Documentation builds'],
    [{ 'command:docker ps': 0.9, 'command:make': 0.9 }, 'Container builds'],
    [{ 'command:make': 0.9, 'command:npm test': 0.9, 'command:npm run test b': 0.3 }, 'Testing and builds'],
    [{ 'editor:docs/md': 0.9, 'command:aws': 0.85 }, 'Infrastructure and documentation'],
  ])('%o are %s', (uses, name) => expect(named(uses as unknown as Record<string, number>)[0]).toBe(name));
});

describe('names', () => {
  it('a concept is named from 0.6 on, what was run counting a tenth more', () => {
    expect(named({ 'command:psql': 0.51 })[0]).toBe('Database work');
    expect(named({ 'command:psql': 0.49 })[0]).toBe('psql');
    expect(named({ 'task:psql': 0.56 })[0]).toBe('Database work');
    expect(named({ 'task:psql': 0.54 })[0]).toBe('psql');
    expect(named({ 'compose:psql': 0.61 })[0]).toBe('Database work');
    expect(named({ 'compose:psql': 0.59 })[0]).toBe('psql');
    expect(named({ 'debug:psql': 0.56 })[0]).toBe('Debugging');
  });

  it('and from a fifth of all that tells on', () => {
    const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`command:w${i}`, 0.9]));
    expect(named({ 'command:psql': 0.9, ...many(4) })[0]).toBe('Database work');
    expect(named({ 'command:psql': 0.9, ...many(5) })[0]).toBe('psql · w0 · w1');
  });

  it('others take away half of their mean and half of the nearest', () => {
    // 0.9 + 0.1 − (0.3 + 0.6) / 2 = 0.55 is too little; − (0.2 + 0.6) / 2 = 0.6 is enough.
    expect(named({ 'command:psql': 0.9 }, { 'command:psql': 0.6 }, {})[0]).toBe('psql');
    expect(named({ 'command:psql': 0.9 }, { 'command:psql': 0.58 }, {}, {})[0]).toBe('Database work');
    // More often elsewhere than here: nothing tells.
    expect(named({ 'command:psql': 0.1 }, { 'command:psql': 0.9 })).toEqual(['psql']);
    expect(named({ 'editor:api/ts': 0.1 }, { 'editor:api/ts': 0.9 })).toEqual(['api']);
  });

  it('where everybody is, outside files and branches tell little', () => {
    expect(named({ 'editor:outside/x': 0.9, 'command:ls': 0.45 })[0]).toBe('ls · outside');
    expect(named({ 'branch:main': 0.9, 'command:ls': 0.45 })[0]).toBe('ls · main');
    expect(named({ 'branch:main': 0.39, 'command:ls': 0.45 })[0]).toBe('ls');
    expect(named({ 'editor:xoutside/x': 0.9, 'command:ls': 0.45 })[0]).toBe('xoutside · ls');
    expect(named({ 'my task:x': 0.5, 'command:ls': 0.42, 'command:du': 0.3 })[0]).toBe('ls · my task:x · du');
  });

  it('three words at most; the third only where it tells more than 0.3', () => {
    expect(named({ 'command:a1': 0.9, 'command:b2': 0.8, 'command:c3': 0.7, 'command:d4': 0.6 })).toEqual(['a1 · b2 · c3']);
    expect(named({ 'command:a1': 0.9, 'command:b2': 0.1, 'command:c3': 0.1 })).toEqual(['a1 · b2']);
    expect(named({ 'command:a1': 0.9, 'command:b2': 0.8, 'compose:c3': 0.3 })).toEqual(['a1 · b2']);
    expect(named({ 'command:a1': 0.9, 'command:b2': 0.8, 'compose:c3': 0.31 })).toEqual(['a1 · b2 · c3']);
  });

  it('no word says another again, and equals go by name', () => {
    expect(named({ 'command:ls': 0.9, 'command:ls all': 0.8, 'command:du': 0.7 })).toEqual(['ls · du']);
    expect(named({ 'command:ls all': 0.9, 'command:ls': 0.8, 'command:du': 0.7 })).toEqual(['ls all · du']);
    expect(named({ 'command:zz': 0.9, 'command:aa': 0.9 })).toEqual(['aa · zz']);
  });

  it('words are cut at 32 letters', () => {
    expect(named({ [`command:${'a'.repeat(32)}`]: 0.9 })).toEqual(['a'.repeat(32)]);
    expect(named({ [`command:${'a'.repeat(33)}`]: 0.9 })).toEqual([`${'a'.repeat(31)}…`]);
  });

  it('version control is second to anything, even to what tells less', () => {
    expect(named({ 'command:git commit': 1, 'command:git push': 1, 'command:make': 0.8 })[0]).toBe('Builds');
  });

  it('the second name has two words', () =>
    expect(named({ 'command:psql': 0.9, 'command:a1': 0.8, 'command:b2': 0.7 })).toEqual([
      'Database work',
      'Database work: psql, a1',
      'psql · a1 · b2',
    ]));
});
