/** The editor's translator: an English message is its own key, `{0}` stands for the first argument. */
export type Translate = (message: string, ...args: readonly (string | number)[]) => string;

/** Where nothing is translated: tests and the command line. */
export const english: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (all: string, i: string) => String(args[Number(i)] ?? all));
