/** The beginning of a text that comes in pieces, as much as `enough` asks for, and all of it once more from the beginning. */
export async function peeked(
  texts: AsyncIterable<string>,
  enough: (head: string) => boolean,
): Promise<{ readonly head: string; readonly all: AsyncIterable<string> }> {
  const rest = texts[Symbol.asyncIterator]();
  let head = '';
  let ended = false;
  while (!ended && !enough(head)) {
    const next = await rest.next();
    if (next.done) ended = true;
    else head += next.value;
  }
  return { head, all: ended ? only(head) : again(head, rest) };
}

async function* only(text: string): AsyncIterable<string> {
  yield text;
}

async function* again(head: string, rest: AsyncIterator<string>): AsyncIterable<string> {
  try {
    yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
