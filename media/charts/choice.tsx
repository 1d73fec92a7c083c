export interface ChoiceProps<T extends string | number> {
  /** What is chosen. */
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly words: string }[];
  readonly chosen: T;
  readonly choose: (value: T) => void;
}

/** One of a few, as buttons beside each other; the arrow keys go from one to the next. */
export function Choice<T extends string | number>({ label, options, chosen, choose }: ChoiceProps<T>) {
  return (
    <div class="choice" role="group" aria-label={label} onKeyDown={walk}>
      {options.map(({ value, words }) => (
        <button type="button" key={value} aria-pressed={chosen === value} onClick={() => choose(value)}>
          {words}
        </button>
      ))}
    </div>
  );
}

function walk({ key, target }: KeyboardEvent): void {
  const way = key === 'ArrowRight' ? 'nextElementSibling' : key === 'ArrowLeft' ? 'previousElementSibling' : undefined;
  const next = way && (target as Element)[way];
  if (next) (next as HTMLElement).focus();
}
