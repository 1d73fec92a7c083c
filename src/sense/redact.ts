/** What the gate took out, by kind; shown to the developer, never the text itself. */
export interface Dropped {
  readonly kind: SecretKind | 'argument';
  readonly count: number;
}

export type SecretKind =
  | 'private-key'
  | 'cloud-key'
  | 'token'
  | 'url-password'
  | 'password-flag'
  | 'environment-value'
  | 'email'
  | 'home-path'
  | 'opaque';

/** In this order: the long and certain shapes first. `$1` keeps what may stay. Sources: the vendors' documented token formats. */
const RULES: readonly { readonly kind: SecretKind; readonly pattern: RegExp; readonly keep: string }[] = [
  {
    kind: 'private-key',
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    keep: '‹private-key›',
  },
  { kind: 'url-password', pattern: /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]+@/gi, keep: '$1‹credentials›@' },
  {
    kind: 'cloud-key',
    pattern: /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}|\bAccountKey=[\w+/=]+|\bya29\.[\w-]+/g,
    keep: '‹cloud-key›',
  },
  {
    kind: 'token',
    pattern:
      /\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{20,}|xox[abeprs]-[\w-]{8,}|sk-[\w-]{16,}|(?:sk|pk|rk)_(?:live|test)_\w{10,}|dckr_pat_[\w-]{10,}|hvs\.[\w-]{10,}|pypi-[\w-]{16,}|SG\.[\w-]{16,}\.[\w-]{16,})/g,
    keep: '‹token›',
  },
  { kind: 'token', pattern: /\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g, keep: '‹token›' },
  { kind: 'token', pattern: /\b(bearer|basic|token)\s+[\w+/=.~-]{8,}/gi, keep: '$1 ‹token›' },
  {
    kind: 'password-flag',
    pattern:
      /(^|\s)(--?(?:password|passwd|pass|pwd|secret|token|api-?key|auth|client-secret|private-key|access-key)(?:=|\s+))(?:"[^"]*"|'[^']*'|\S+)/gi,
    keep: '$1$2‹secret›',
  },
  { kind: 'password-flag', pattern: /(\bmysql(?:dump|admin)?\b[^|;&\n]*?\s-p)(?:"[^"]*"|'[^']*'|[^\s]+)/g, keep: '$1‹secret›' },
  { kind: 'password-flag', pattern: /(\b(?:curl|wget|http)\b[^|;&\n]*?\s-u\s*)(?:"[^"]*"|'[^']*'|\S+)/g, keep: '$1‹secret›' },
  { kind: 'environment-value', pattern: /(^|[\s;&|(])([A-Za-z_][A-Za-z0-9_]*=)(?:"[^"]*"|'[^']*'|[^\s;&|)"']+)/g, keep: '$1$2‹value›' },
  { kind: 'email', pattern: /[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}/g, keep: '‹email›' },
  { kind: 'home-path', pattern: /(?:\/(?:home|Users)\/|\b[A-Za-z]:\\Users\\)[^/\\\s'":]+/g, keep: '~' },
  { kind: 'opaque', pattern: /\b(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{32,}={0,2}/g, keep: '‹opaque›' },
];

/** THE redaction gate: nothing is stored that did not pass it. What it took is counted by kind. */
export function redact(text: string): { readonly text: string; readonly dropped: readonly Dropped[] } {
  const counts = new Map<SecretKind, number>();
  let left = text;
  for (const { kind, pattern, keep } of RULES) {
    left = left.replace(pattern, (...match: unknown[]) => {
      const whole = match[0] as string;
      const kept = keep.replace(/\$(\d)/g, (_, n: string) => (match[Number(n)] as string | undefined) ?? '');
      if (kept === whole || isPath(kind, whole)) return whole;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return kept;
    });
  }
  return { text: left, dropped: [...counts].map(([kind, count]) => ({ kind, count })) };
}

/** A long relative path of plain words is not an opaque secret. */
function isPath(kind: SecretKind, text: string): boolean {
  return kind === 'opaque' && text.includes('/') && text.split('/').every((part) => part.length < 24 && !/\d{4,}/.test(part));
}

export function merged(all: readonly (readonly Dropped[])[]): readonly Dropped[] {
  const counts = new Map<Dropped['kind'], number>();
  for (const { kind, count } of all.flat()) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return [...counts].map(([kind, count]) => ({ kind, count }));
}
