import { failed, ok, type Result } from '../../domain/index.ts';

/** A document and what it is called in messages. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** JSON of a document that should be `what`, with or without a byte-order mark. */
export function parsed({ name, text }: NamedText, what: string): Result<unknown> {
  try {
    return ok(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    return failed('bad-file', 'never', `${name} is not JSON, and should be ${what} (${(error as Error).message}).`);
  }
}
