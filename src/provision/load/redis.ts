import type { Login } from './asked.ts';
import type { Dialogue, Line } from './connections.ts';

/** RESP 2, the protocol that every version of Redis and its kin speaks by itself: a command is an array of texts. */
export function redisDialogue(line: Line, login: Login): Dialogue {
  async function command(words: readonly string[]): Promise<boolean> {
    line.write(commandBytes(words));
    return line.read(replyIn);
  }
  return {
    async begin() {
      if (!login.password) return;
      const words = login.user ? ['AUTH', login.user, login.password] : ['AUTH', login.password];
      if (!(await command(words))) throw new Error('the password was refused');
    },
    async ask(asked) {
      if (asked.by !== 'redis') throw new Error('not a command of Redis');
      return command(asked.command);
    },
  };
}

const commandBytes = (words: readonly string[]): Buffer =>
  Buffer.from(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);

/** The first whole reply: true where it is no error. */
export function replyIn(bytes: Buffer): { readonly value: boolean; readonly length: number } | undefined {
  const length = endOfReply(bytes, 0);
  return length < 0 ? undefined : { value: bytes[0] !== 0x2d, length };
}

/** Where the reply that begins at `at` ends; -1: not yet. */
function endOfReply(bytes: Buffer, at: number): number {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) return -1;
  const after = lineEnd + 2;
  const count = Number(bytes.toString('latin1', at + 1, lineEnd));
  switch (String.fromCharCode(bytes[at] as number)) {
    case '$': {
      const end = count < 0 ? after : after + count + 2;
      return end <= bytes.length ? end : -1;
    }
    case '*': {
      let end = after;
      for (let i = 0; i < count && end >= 0; i++) end = endOfReply(bytes, end);
      return end;
    }
    case '+':
    case '-':
    case ':':
      return after;
    default:
      throw new Error('this is not Redis');
  }
}
