import { useState } from 'preact/hooks';

/** The editor as a page sees it: what the page keeps there outlives the page. */
export interface Editor<Message, Saved> {
  postMessage(message: Message): void;
  getState(): Saved | undefined;
  setState(state: Saved): void;
}

/** State that stays through a reload; what an earlier life of the page has kept goes over what a first one begins with. */
export function useKept<Saved extends object>(
  editor: Pick<Editor<never, Saved>, 'getState' | 'setState'>,
  first: Saved,
): readonly [Saved, (change: (before: Saved) => Partial<Saved>) => void] {
  const [saved, setSaved] = useState<Saved>({ ...first, ...editor.getState() });
  const keep = (change: (before: Saved) => Partial<Saved>): void =>
    setSaved((before) => {
      const next = { ...before, ...change(before) };
      editor.setState(next);
      return next;
    });
  return [saved, keep];
}
