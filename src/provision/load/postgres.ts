import { createHash } from 'node:crypto';
import type { Login } from './asked.ts';
import type { Dialogue, Line } from './connections.ts';
import { scramClient } from './scram.ts';

/** Version 3.0 of the protocol (PostgreSQL 7.4 and all after it). */
const VERSION = 196_608;
const [SASL, SASL_CONTINUE, SASL_FINAL, MD5, CLEAR] = [10, 11, 12, 5, 3] as const;

/**
 * What a rehearsal needs of PostgreSQL's protocol: log in, and one statement at a time by the extended query, which takes no second one behind
 * a semicolon. Unless something may write, the session is read-only, so that the server itself refuses what a look at the text misses.
 */
export function postgresDialogue(line: Line, login: Login, writes: boolean): Dialogue {
  const send = (type: string, ...parts: readonly Buffer[]): void => line.write(message(type, Buffer.concat(parts)));
  const receive = (): Promise<Message> => line.read(messageIn);

  async function authenticate(): Promise<void> {
    const scram = scramClient(login.password);
    for (;;) {
      const { type, body } = await receive();
      if (type === 'Z') return;
      if (type === 'E') throw new Error('PostgreSQL refused the connection');
      if (type !== 'R') continue;
      const kind = body.readInt32BE(0);
      const data = body.subarray(4);
      if (kind === CLEAR) send('p', text(login.password));
      else if (kind === MD5) send('p', text(md5Of(login, data.subarray(0, 4))));
      else if (kind === SASL) {
        const first = Buffer.from(scram.first);
        send('p', text('SCRAM-SHA-256'), int32(first.length), first);
      } else if (kind === SASL_CONTINUE) send('p', Buffer.from(await scram.answer(data.toString())));
      else if (kind !== 0 && kind !== SASL_FINAL) throw new Error('PostgreSQL wants a login of another kind');
    }
  }

  return {
    async begin() {
      const options = writes ? [] : ['options', '-c default_transaction_read_only=on'];
      const words = ['user', login.user, 'database', login.database, 'application_name', 'prewarm rehearsal', ...options];
      const body = Buffer.concat([int32(VERSION), ...words.map(text), Buffer.from([0])]);
      line.write(Buffer.concat([int32(body.length + 4), body]));
      await authenticate();
    },
    async ask(asked) {
      if (asked.by !== 'sql') throw new Error('not a statement');
      const [none, zero] = [text(''), Buffer.from([0, 0])];
      line.write(
        Buffer.concat([
          message('P', Buffer.concat([none, text(asked.sql), zero])),
          message('B', Buffer.concat([none, none, zero, zero, zero])),
          message('E', Buffer.concat([none, int32(0)])),
          message('S', Buffer.alloc(0)),
        ]),
      );
      let well = true;
      for (;;) {
        const { type } = await receive();
        if (type === 'E') well = false;
        if (type === 'Z') return well;
      }
    },
  };
}

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

function messageIn(bytes: Buffer): { readonly value: Message; readonly length: number } | undefined {
  if (bytes.length < 5) return undefined;
  const length = 1 + bytes.readInt32BE(1);
  if (length < 5) throw new Error('this is not PostgreSQL');
  if (bytes.length < length) return undefined;
  return { value: { type: String.fromCharCode(bytes[0] as number), body: bytes.subarray(5, length) }, length };
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const message = (type: string, body: Buffer): Buffer => Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);

function md5Of({ user, password }: Login, salt: Buffer): string {
  const md5 = (...parts: readonly (string | Buffer)[]): string => {
    const hash = createHash('md5');
    for (const part of parts) hash.update(part);
    return hash.digest('hex');
  };
  return `md5${md5(md5(password, user), salt)}`;
}
