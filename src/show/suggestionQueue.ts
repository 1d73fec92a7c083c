/** What is asked for one at a time: resources by id. */
interface Asked {
  readonly resources: readonly { readonly id: string }[];
}

/** One question that is open, and what came meanwhile: asked next, as far as it is still a question then. */
export interface SuggestionQueue<T extends Asked> {
  readonly open: T | undefined;
  readonly waiting: readonly T[];
}

export const offered = <T extends Asked>({ open, waiting }: SuggestionQueue<T>, one: T): SuggestionQueue<T> =>
  open ? { open, waiting: [...waiting, one] } : { open: one, waiting };

/** The open one was answered; of those that wait, the next of which anything is still cold is open now. */
export function answered<T extends Asked>({ waiting }: SuggestionQueue<T>, isCold: (id: string) => boolean): SuggestionQueue<T> {
  const left = waiting.filter((one) => one.resources.some((r) => isCold(r.id)));
  return { open: left[0], waiting: left.slice(1) };
}
