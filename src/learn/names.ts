import { type Component, countOf } from './personaModel.ts';

/**
 * A name that a person would give: the two or three tokens that tell this persona from the others (use here minus the
 * most use in any other, so that a telling but rare token does not win), in plain words.
 */
export function nameOf(own: Component, all: readonly Component[], background: Readonly<Record<string, number>>, total: number): string {
  const others = all.filter((c) => c !== own);
  const useIn = (c: Component, token: string): number => c.uses.find((u) => u.resource === token)?.probability ?? 0;
  const telling = own.uses
    .map((use) => {
      const elsewhere = Math.max(0, ...others.map((c) => useIn(c, use.resource)));
      const common = countOf(background, use.resource) / Math.max(1, total);
      return { token: use.resource, score: use.probability - elsewhere - (others.length === 0 ? common : 0) + preference(use.resource) };
    })
    .sort((a, b) => b.score - a.score || (a.token < b.token ? -1 : 1));
  const words: string[] = [];
  for (const { token, score } of telling) {
    const word = inWords(token);
    if (score > 0.3 && word && !words.some((w) => w.includes(word) || word.includes(w))) words.push(word);
    if (words.length === 3) break;
  }
  return words.length > 0 ? words.join(' · ') : inWords(own.uses[0]?.resource ?? '') || 'mixed work';
}

/** What was run says more than which file was open. */
function preference(token: string): number {
  if (token.startsWith('command:')) return 0.1;
  if (/^(task|debug):/.test(token)) return 0.05;
  return token.startsWith('editor:outside') || token.startsWith('branch:') ? -0.4 : 0;
}

/** `command:npm run test` → “npm test”; `compose:shop/db` → “db”; `editor:api/src/ts` → “api”. */
export function inWords(token: string): string {
  const [, prefix = '', rest = token] = token.match(/^([a-z-]+):(.*)$/) ?? [];
  if (prefix === 'editor') return rest.split('/').length > 1 ? (rest.split('/')[0] as string) : `${rest} files`;
  if (prefix === 'command') return rest.replace(/^(npm|pnpm|yarn|bun) run /, '$1 ');
  if (prefix === '' || ['task', 'debug', 'branch'].includes(prefix)) return rest;
  return rest.split('/').at(-1) ?? rest;
}
