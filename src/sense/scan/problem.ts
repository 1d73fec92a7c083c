/** One thing wrong with one file: what, where, and what to do. */
export interface Problem {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

export const problemAt = (file: string, line: number | undefined, what: string): Problem => ({
  file,
  ...(line === undefined ? {} : { line }),
  message: `${file}${line === undefined ? '' : `:${line}`}: ${what}`,
});
