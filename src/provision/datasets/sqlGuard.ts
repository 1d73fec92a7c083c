import { Transform } from 'node:stream';

const NEWLINE = 10;
const BACKSLASH = 92;
/** So much of a line tells what it is, also where a table has hundreds of columns; bytes. */
const PREFIX = 1 << 16;
const LEAVES = /^\\(c|connect|!|i|ir|include|include_relative|o|copy|w|write|cd|setenv|g\S*)(\s|$)/i;
const CLUSTER = /^(create|drop|alter)\s+(database|role|user|tablespace)\b/i;

/**
 * Lets SQL through as it is, and breaks off with an error at what would reach beyond the database that it is loaded into: `\connect` and
 * shell commands of psql, and databases and roles of the whole server, as `pg_dump --create` and `pg_dumpall` write them. What stands
 * between `copy … from stdin` and `\.` is data.
 */
export function sqlGuard(name: string): Transform {
  let line = 1;
  let data = false;
  let head = Buffer.alloc(0);
  let lineOpen = true;

  const judge = (): string | undefined => {
    const text = head.toString('latin1').trimEnd();
    if (data) {
      if (text === '\\.') data = false;
      return undefined;
    }
    if (LEAVES.test(text) || CLUSTER.test(text)) return text.split(/\s+/, 2).join(' ').slice(0, 60);
    if (/^copy\s.*\sfrom\s+stdin\b/i.test(text)) data = true;
    return undefined;
  };
  /** Only lines that begin so can matter; most lines of a dump are data and do not. */
  const matters = (first: number | undefined): boolean =>
    first === BACKSLASH || (!data && first !== undefined && 'cCdDaA'.includes(String.fromCharCode(first)));

  const scan = (chunk: Buffer): string | undefined => {
    for (let at = 0; at < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline < 0 ? chunk.length : newline;
      if (lineOpen && head.length < PREFIX) {
        if (head.length > 0 || matters(chunk[at])) head = Buffer.concat([head, chunk.subarray(at, Math.min(end, at + PREFIX))]);
        else lineOpen = false;
      }
      if (newline < 0) return undefined;
      const wrong = head.length > 0 ? judge() : undefined;
      if (wrong) return wrong;
      head = Buffer.alloc(0);
      lineOpen = true;
      line++;
      at = newline + 1;
    }
    return undefined;
  };
  const refusal = (what: string): Error =>
    new Error(
      `${name} reaches beyond its database (line ${line}: ${what}). Dump one database without \`--create\` (\`pg_dump -Fc\`), or take that line out.`,
    );

  return new Transform({
    transform(chunk: Buffer, _, done) {
      const wrong = scan(chunk);
      if (wrong) done(refusal(wrong));
      else done(null, chunk);
    },
    flush(done) {
      const wrong = head.length > 0 ? judge() : undefined;
      done(wrong ? refusal(wrong) : null);
    },
  });
}
