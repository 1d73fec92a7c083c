import { t } from '../translate.ts';

/** What can be done from the keyboard at a node, in the graph and in the table alike. */
export type Deed =
  | 'open'
  | 'add'
  | 'remove'
  | 'connect'
  | 'earlier'
  | 'later'
  | 'pin'
  | 'warm'
  | 'why'
  | 'undo'
  | 'redo'
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'first'
  | 'last'
  | 'zoom in'
  | 'zoom out'
  | 'fit'
  | 'pan left'
  | 'pan right'
  | 'pan up'
  | 'pan down'
  | 'help'
  | 'leave';

const PLAIN: Readonly<Record<string, Deed>> = {
  Enter: 'open',
  ' ': 'open',
  a: 'add',
  Delete: 'remove',
  Backspace: 'remove',
  c: 'connect',
  p: 'pin',
  w: 'warm',
  y: 'why',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
  '+': 'zoom in',
  '=': 'zoom in',
  '-': 'zoom out',
  '0': 'fit',
  '?': 'help',
  Escape: 'leave',
};
const ALT: Readonly<Record<string, Deed>> = { ArrowLeft: 'earlier', ArrowUp: 'earlier', ArrowRight: 'later', ArrowDown: 'later' };
const SHIFT: Readonly<Record<string, Deed>> = {
  ArrowLeft: 'pan left',
  ArrowRight: 'pan right',
  ArrowUp: 'pan up',
  ArrowDown: 'pan down',
};

export function deedOf(event: KeyboardEvent): Deed | undefined {
  const { key, altKey, shiftKey } = event;
  if (event.ctrlKey || event.metaKey) return undefined;
  const table = altKey ? ALT : shiftKey && Object.hasOwn(SHIFT, key) ? SHIFT : PLAIN;
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Everywhere but where a text is being written. */
export function historyDeedOf(event: KeyboardEvent): 'undo' | 'redo' | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined;
  const key = event.key.toLowerCase();
  if (key === 'y' || (key === 'z' && event.shiftKey)) return 'redo';
  return key === 'z' ? 'undo' : undefined;
}

/** For the help dialog: keys, and what they do. */
export const helpLines = (): readonly (readonly [string, string])[] => [
  [t('Arrows'), t('go along the connections, or to the nearest node')],
  ['Enter', t('opens the details of a node')],
  ['A', t('adds a resource')],
  ['Delete', t('removes it from the workflow')],
  ['C', t('connects it: choose the other with the arrows, then Enter')],
  [t('Alt+Arrows'), t('moves it earlier or later in the order of need')],
  ['P', t('pins it: always ready, never, or as Prewarm thinks')],
  ['W', t('warms or cools it')],
  ['Y', t('asks why it is as it is')],
  ['Ctrl+Z, Ctrl+Y', t('undo and redo')],
  [t('+, −, 0, Shift+Arrows'), t('zoom, show all, and pan')],
];
