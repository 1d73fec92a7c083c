import { looksOpaque } from './opaque.ts';

/** What the gate took out, by kind; shown to the developer, never the text itself. */
export interface Dropped {
  /** `excluded`: the whole of an activity, since it was under a folder that the developer excluded. */
  readonly kind: SecretKind | 'argument' | 'excluded';
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

/** One shape of secret. `$1` in `keep` puts back what may stay; `taken` has the last word where a pattern alone cannot tell. */
interface Rule {
  readonly kind: SecretKind;
  readonly pattern: RegExp;
  /** The clues (`cluesIn`, a sum) of which every text has one that the pattern finds anything in. */
  readonly needs: number;
  readonly keep: string;
  readonly taken?: (whole: string) => boolean;
}

/** A shell word: quoted runs (closed or not), escapes and plain characters, glued together in any number. */
const WORD = String.raw`(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|\\[\s\S]?|[^\s;&|)"'\\])+`;
const SECRET_NAME =
  '(?:passwd|password|passphrase|pass|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|account[-_]?key|credentials?|auth|authorization|connection[-_]?string)';
/** From the name of a program to this point of the same command; bounded, so that no text makes it slow. */
const within = (programs: string, flag: string): string => String.raw`(?<=\b(?:${programs})\b[^|;&\n]{0,1000}${flag})`;

/**
 * What is cheap to look for: most texts have no clue, and no rule needs to read them. Each is wider than the rules behind it:
 * capitals do not matter, and a run is no longer than the shortest in any key.
 */
const [EQUALS, AT, LONG, NAMED, RARE, FLAG] = [1, 2, 4, 8, 16, 32];
/** From where it begins, so that none of it is read twice. */
const A_RUN = /(?:^|[^\w+/-])[\w+/-]{16}/;
const A_NAME = /pass|pwd|secret|token|key|credential|auth|connection/i;
const A_RARITY = /-----B|Q~|xox|hv[sb]\.|eyJ|ya29|hooks|users|home\/|basic|bearer|identified/i;
const A_FLAG = /\s-[puawP]/;

function cluesIn(text: string): number {
  return (
    (text.includes('=') ? EQUALS : 0) +
    (text.includes('@') ? AT : 0) +
    (A_RUN.test(text) ? LONG : 0) +
    (A_NAME.test(text) ? NAMED : 0) +
    (A_RARITY.test(text) ? RARE : 0) +
    (A_FLAG.test(text) ? FLAG : 0)
  );
}

/**
 * In this order: what is long and certain first. Token shapes are the ones that their vendors document.
 * No pattern repeats without a bound over what another repetition may also match: time is linear in the text.
 */
const RULES: readonly Rule[] = [
  {
    kind: 'private-key',
    needs: RARE,
    pattern: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
    keep: '‹private-key›',
  },
  { kind: 'url-password', needs: AT, pattern: /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/'"]+@/gi, keep: '$1‹credentials›@' },
  {
    kind: 'url-password',
    needs: EQUALS,
    pattern: new RegExp(String.raw`([?&][\w.-]{0,40}?(?:${SECRET_NAME}|sig|signature|code)=)[^\s&#"']+`, 'gi'),
    keep: '$1‹secret›',
  },
  {
    kind: 'cloud-key',
    needs: LONG + EQUALS + RARE,
    pattern:
      /\b(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}|\bGOCSPX-[\w-]{20,}|\b(?:Account|SharedAccess)Key=[\w+/=%]+|\bya29\.[\w-]+/g,
    keep: '‹cloud-key›',
  },
  // A client secret of Microsoft Entra: three characters, a digit, `Q~`, 31 to 34 more.
  { kind: 'cloud-key', needs: RARE, pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}/g, keep: '‹cloud-key›' },
  {
    kind: 'token',
    needs: LONG + EQUALS + RARE,
    pattern:
      /\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|gl(?:pat|dt|rt|ptt|cbt|ft|imt|agent|soat)-[\w-]{16,}|npm_[A-Za-z0-9]{20,}|xox[abeprs]-[\w-]{8,}|xapp-[\w-]{16,}|sk-[\w-]{16,}|(?:sk|pk|rk)_(?:live|test)_\w{10,}|dckr_pat_[\w-]{10,}|hv[sb]\.[\w-]{10,}|pypi-[\w-]{16,}|SG\.[\w-]{16,}\.[\w-]{16,}|hf_[A-Za-z0-9]{20,}|do[oprt]_v1_[a-f0-9]{16,}|shp(?:at|ca|pa|ss)_[A-Za-z0-9]{16,}|lin_api_\w{16,}|sntry[su]_[\w+/=-]{16,}|whsec_[\w+/=-]{16,}|AGE-SECRET-KEY-1[A-Z0-9]{20,}|\d{8,10}:[\w-]{35}(?![\w-]))/g,
    keep: '‹token›',
  },
  // The address of a Slack or Discord webhook is its password.
  {
    kind: 'token',
    needs: RARE,
    pattern: /(\bhooks\.slack\.com\/(?:services|workflows)\/|\/api\/webhooks\/)[\w/-]{8,}/g,
    keep: '$1‹token›',
  },
  { kind: 'token', needs: RARE, pattern: /\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g, keep: '‹token›' },
  { kind: 'token', needs: NAMED + RARE, pattern: /\b(bearer|basic|token)\s+[\w+/=.~-]{8,}/gi, keep: '$1 ‹token›' },
  {
    kind: 'password-flag',
    needs: NAMED,
    pattern: new RegExp(String.raw`(^|\s)(-(?!-?no-)-?[\w.-]{0,60}?${SECRET_NAME}(?![a-z]|-stdin)[\w.-]{0,40}(?:=|\s+))${WORD}`, 'gi'),
    keep: '$1$2‹secret›',
  },
  // MySQL takes the password only where it is glued to the flag; `-p name` asks for it and names a database.
  {
    kind: 'password-flag',
    needs: FLAG,
    pattern: new RegExp(
      String.raw`(\s-p)${within('mysql|mysqldump|mysqladmin|mysqlsh|mariadb|mariadb-dump|mycli', String.raw`\s-p`)}${WORD}`,
      'g',
    ),
    keep: '$1‹secret›',
  },
  {
    kind: 'password-flag',
    needs: FLAG,
    pattern: new RegExp(
      String.raw`(\s-p\s*)${within(String.raw`sshpass|(?:docker|podman|helm\s+registry)\s+login|mongosh?|mongo\w+`, String.raw`\s-p\s*`)}${WORD}`,
      'g',
    ),
    keep: '$1‹secret›',
  },
  {
    kind: 'password-flag',
    needs: FLAG,
    pattern: new RegExp(
      String.raw`(\s-u\s*)${within('curl', String.raw`\s-u\s*`)}${WORD}|(\s-a\s*)${within('redis-cli|valkey-cli|https?', String.raw`\s-a\s*`)}${WORD}|(\s-[wP]\s*)${within(String.raw`ldap\w+|sqlcmd|bcp`, String.raw`\s-[wP]\s*`)}${WORD}`,
      'g',
    ),
    keep: '$1$2$3‹secret›',
  },
  { kind: 'password-flag', needs: NAMED, pattern: new RegExp(String.raw`(\bpass:)${WORD}`, 'g'), keep: '$1‹secret›' },
  { kind: 'password-flag', needs: NAMED + RARE, pattern: /(\b(?:password|identified\s+by)\s+)(?:'[^']*'?|"[^"]*"?)/gi, keep: '$1‹secret›' },
  // `password: x`, `"password":"x"`, `X-Api-Key: x`; not `auth:refresh`, which is the name of a script.
  {
    kind: 'password-flag',
    needs: NAMED,
    pattern: new RegExp(
      String.raw`(\b[\w-]{0,40}?${SECRET_NAME}(?:["']\s*[:=]|\s+=\s|\s*:\s)\s*(?:(?:bearer|basic|token)\s+)?)(?:"[^"]*"?|'[^']*'?|[^\s"']+)`,
      'gi',
    ),
    keep: '$1‹secret›',
  },
  { kind: 'environment-value', needs: EQUALS, pattern: /(["'])([A-Za-z_]\w{0,80}=)(?:(?!\1)[\s\S])*(?:\1|$)/g, keep: '$1$2‹value›$1' },
  {
    kind: 'environment-value',
    needs: EQUALS,
    pattern: new RegExp(String.raw`(^|[\s;&|(={,])([A-Za-z_]\w{0,80}\+?=)${WORD}`, 'g'),
    keep: '$1$2‹value›',
  },
  { kind: 'environment-value', needs: EQUALS, pattern: new RegExp(String.raw`(\$env:\w{1,80}\s*\+?=\s*)${WORD}`, 'gi'), keep: '$1‹value›' },
  {
    kind: 'email',
    needs: AT,
    pattern: /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.[A-Za-z]{2,24}/g,
    keep: '‹email›',
  },
  // A user's name on Windows may hold blanks; then a backslash follows.
  {
    kind: 'home-path',
    needs: RARE,
    pattern: /\b[a-z]:[\\/]+users[\\/]+(?:[^\\/\s'":;&|]+(?: [^\\/\s'":;&|]+){0,3}(?=[\\/])|[^\\/\s'":;&|]+)/gi,
    keep: '~',
  },
  { kind: 'home-path', needs: RARE, pattern: /\/(?:home|Users)\/[^/\\\s'":;&|]+/g, keep: '~' },
  { kind: 'opaque', needs: LONG, pattern: /[A-Za-z0-9+/_-]{20,}={0,2}/g, keep: '‹opaque›', taken: looksOpaque },
];

const NOTHING: readonly Dropped[] = [];

interface Gated {
  readonly text: string;
  readonly dropped: readonly Dropped[];
}

/** THE redaction gate: nothing is stored that did not pass it. What it took is counted by kind. */
export function redact(text: string): Gated {
  const clues = cluesIn(text);
  return clues === 0 ? { text, dropped: NOTHING } : redactBy(clues, text);
}

/** The same without a look at the clues: what the gate is held against. */
export const redactByEveryRule = (text: string): Gated => redactBy(-1, text);

/** What a rule puts in is no clue for the next: `~` stands in none behind it, and no pattern reaches over the word in `‹›`. */
function redactBy(clues: number, text: string): Gated {
  const counts = new Map<SecretKind, number>();
  let left = text;
  for (const rule of RULES)
    if ((rule.needs & clues) !== 0) left = left.replace(rule.pattern, (...match: unknown[]) => gated(rule, match, counts));
  return { text: left, dropped: counts.size === 0 ? NOTHING : [...counts].map(([kind, count]) => ({ kind, count })) };
}

/** What stays of one match. What went through the gate before goes through again unchanged and uncounted. */
function gated({ kind, keep, taken }: Rule, match: readonly unknown[], counts: Map<SecretKind, number>): string {
  const whole = match[0] as string;
  const kept = keep.replace(/\$(\d)/g, (_, n: string) => (match[Number(n)] as string | undefined) ?? '');
  if (kept === whole || taken?.(whole) === false) return whole;
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return kept;
}

/** Counts of the same kind as one, in the order in which the kinds first come. */
export function merged(all: readonly (readonly Dropped[])[]): readonly Dropped[] {
  if (all.length < 2) return all[0] ?? NOTHING;
  const counts = new Map<Dropped['kind'], number>();
  for (const dropped of all) for (const { kind, count } of dropped) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return counts.size === 0 ? NOTHING : [...counts].map(([kind, count]) => ({ kind, count }));
}
