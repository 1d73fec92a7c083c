import { failed, ok, type Result } from '../../domain/index.ts';
import type { Remote } from './remote.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
type Requested = Pick<Remote, 'file' | 'shown' | 'request'>;

/** A plain GET; `${NAME}` is filled in from the environment here and nowhere kept. */
export function httpRequest(name: string, url: string, environment: Environment): Result<Requested> {
  const missing = [...url.matchAll(VARIABLE)].map((m) => m[1] ?? '').find((variable) => !environment[variable]);
  if (missing !== undefined)
    return failed(
      'fetch-failed',
      'never',
      `${name}: the variable ${missing}, which “from” names, is not set in the environment. Set it and reload.`,
    );
  const filled = url.replace(VARIABLE, (_, variable: string) => encodeURIComponent(environment[variable] ?? ''));
  const shown = url.replace(/[?#].*$/s, '');
  return ok({ shown, file: fileOf(shown), request: (headers, signal) => fetch(filled, { headers, signal }) });
}

const VARIABLE = /\$\{(\w+)\}/g;

/** The last piece of an address. */
export const fileOf = (address: string): string => address.split('/').at(-1) || 'content';
