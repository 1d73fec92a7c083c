import type { AskedEdit, ToWebview } from '../../src/show/protocol.ts';
import { t } from '../translate.ts';
import { megabytes } from './facts.ts';

type NameOf = (id: string) => string;

/** An edit in words, such as the title of its preview. */
export function editText(edit: AskedEdit, known: NameOf): string {
  // What is gone or not there yet goes by the last part of its id.
  const nameOf: NameOf = (id) => (known(id) === id ? (id.split('/').at(-1) ?? id) : known(id));
  switch (edit.type) {
    case 'add':
      return t('Add {0}', nameOf(edit.resource));
    case 'add-image':
      return t('Add {0}', edit.name);
    case 'remove':
      return t('Remove {0}', nameOf(edit.resource));
    case 'connect':
      return t('Connect {0} to {1}', nameOf(edit.from), nameOf(edit.to));
    case 'disconnect':
      return t('Disconnect {0} from {1}', nameOf(edit.from), nameOf(edit.to));
    case 'move':
      return edit.after === undefined
        ? t('Move {0} to the front', nameOf(edit.resource))
        : t('Move {0} behind {1}', nameOf(edit.resource), nameOf(edit.after));
    case 'pin':
      if (edit.rung === 'free') return t('Let Prewarm decide on {0}', nameOf(edit.resource));
      return edit.rung === 'always' ? t('Keep {0} always ready', nameOf(edit.resource)) : t('Never warm {0}', nameOf(edit.resource));
    case 'require':
      return t('Plan {0} for {1}', megabytes(edit.memoryBytes), nameOf(edit.resource));
  }
}

/** For the live region. */
export function doneText({ how, edit }: Extract<ToWebview, { type: 'edited' }>, nameOf: NameOf): string {
  const text = editText(edit, nameOf);
  if (how === 'undone') return t('Undone: {0}.', text);
  return how === 'redone' ? t('Done again: {0}.', text) : t('Done: {0}. Ctrl+Z takes it back.', text);
}
