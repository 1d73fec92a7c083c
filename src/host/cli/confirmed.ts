import { createInterface } from 'node:readline/promises';

/** On a terminal a person is asked; where there is none, or one object of JSON is awaited, the answer is no. */
export async function confirmed(lines: readonly string[], question: string, how: 'ask' | 'never ask'): Promise<boolean> {
  if (how === 'never ask' || !process.stdin.isTTY) return false;
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  process.stderr.write(`${lines.join('\n')}\n`);
  const answer = await ask.question(question);
  ask.close();
  return /^y(es)?$/i.test(answer.trim());
}
