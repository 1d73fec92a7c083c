import { english, type Translate } from '../src/show/translate.ts';

/** A web view has no `vscode.l10n`: the page brings the translations along, by the English message. */
const words: Readonly<Record<string, string>> = JSON.parse(document.getElementById('root')?.dataset.words ?? '{}');

/** A text of the user interface in the editor's language; `{0}` stands for the first argument. */
export const t: Translate = (message, ...args) => english(Object.hasOwn(words, message) ? (words[message] as string) : message, ...args);
