import type { Translate } from './translate.ts';

/** What the gate took of a kind, as `2 arguments`; never what it was. */
export function droppedWords(kind: string, count: number, t: Translate): string {
  const n = count.toLocaleString('en');
  const words: Readonly<Record<string, readonly [one: string, many: string]>> = {
    argument: [t('1 argument'), t('{0} arguments', n)],
    'private-key': [t('1 private key'), t('{0} private keys', n)],
    'cloud-key': [t('1 cloud key'), t('{0} cloud keys', n)],
    token: [t('1 token'), t('{0} tokens', n)],
    'url-password': [t('1 password in an address'), t('{0} passwords in addresses', n)],
    'password-flag': [t('1 password'), t('{0} passwords', n)],
    'environment-value': [t('1 value of a variable'), t('{0} values of variables', n)],
    email: [t('1 e-mail address'), t('{0} e-mail addresses', n)],
    'home-path': [t('1 home path'), t('{0} home paths', n)],
    opaque: [t('1 string that looks random'), t('{0} strings that look random', n)],
    excluded: [t('1 activity of excluded folders'), t('{0} activities of excluded folders', n)],
  };
  const [one, many] = words[kind] ?? [`1 ${kind}`, `${n} ${kind}`];
  return count === 1 ? one : many;
}
