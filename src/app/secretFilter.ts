export const HIDDEN = '«secret»';

/** Takes secrets out of whatever is on its way to a log, a journal, a view or a message. Costs nothing as long as there is none. */
export function createSecretFilter() {
  const forms = new Set<string>();
  const cleanText = (text: string): string =>
    [...forms].reduce((rest, form) => (rest.includes(form) ? rest.replaceAll(form, HIDDEN) : rest), text);

  return {
    /** From now on, for good: who still has an old one may write it down later. */
    hide(secret: string): void {
      for (const form of [secret, ...base64Forms(secret)]) forms.add(form);
    },
    /** Plain data with every secret in its strings replaced; the same value where there is none. */
    clean<T>(value: T): T {
      return forms.size === 0 ? value : (cleaned(value, cleanText) as T);
    },
  };
}

export type SecretFilter = ReturnType<typeof createSecretFilter>;

function cleaned(value: unknown, cleanText: (text: string) => string): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, cleaned(inner, cleanText)] as const);
  if (entries.every(([key, inner]) => inner === (value as Record<string, unknown>)[key])) return value;
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

/** What Base64 of any text with the secret in it contains: the secret may begin at each of three places of a group. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const core = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
