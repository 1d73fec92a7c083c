import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Licences that ask for nothing but their notice. Whoever adds one has read it. */
export const ALLOWED_LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
];

/** @param {string} input a path of esbuild's; undefined where it is ours */
export function packageFolderOf(input) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input.replaceAll('\\', '/'))?.[0];
}

/** @param {readonly import('esbuild').Metafile[]} metafiles; folders of the packages of which something is in an output */
export function bundledFolders(metafiles) {
  const outputs = metafiles.flatMap((m) => Object.values(m.outputs));
  const inputs = outputs.flatMap((o) => Object.entries(o.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0));
  const foreign = inputs.flatMap(([input]) => (packageFolderOf(input) ? [input] : []));
  const folders = foreign.flatMap((input) => [packageFolderOf(input), ...packedInto(input)]);
  return [...new Set(folders)].sort((a, b) => (a < b ? -1 : 1));
}

/** Packages that were bundled into this file before it was published, which only its source map tells; they are installed beside it. */
function packedInto(input) {
  if (!existsSync(input)) return [];
  const map = /\/\/# sourceMappingURL=([^\s:]+)\s*$/.exec(readFileSync(input, 'utf8'))?.[1];
  const file = map && join(dirname(input), map);
  if (!file || !existsSync(file)) return [];
  const { sources } = JSON.parse(readFileSync(file, 'utf8'));
  const names = sources.flatMap((source) => packageFolderOf(source)?.replace(/^.*node_modules\//, '') ?? []);
  return [...new Set(names)].map((name) => `node_modules/${name}`);
}

/** The notices of all packages as one text. Throws where one is under a licence that is not on the list. */
export function noticesOf(folders) {
  const packages = folders.map(packageAt);
  const refused = packages.filter((p) => !isAllowed(p.licence));
  if (refused.length > 0)
    throw new Error(
      `Licences that thirdPartyNotices.mjs does not allow: ${refused.map((p) => `${p.name} is under ${p.licence ?? 'none'}`).join('; ')}.`,
    );
  const sections = packages.map((p) => `${'-'.repeat(78)}\n${p.name} ${p.version} (${p.licence})\n${p.source}\n\n${p.text}\n`);
  return `Prewarm contains the following packages, each under its own licence.\n\n${sections.join('\n')}`;
}

/** @param {unknown} licence an SPDX expression of names, AND and OR */
export function isAllowed(licence, allowed = ALLOWED_LICENCES) {
  if (typeof licence !== 'string') return false;
  const alternatives = licence.replace(/[()]/g, ' ').split(/\bOR\b/);
  return alternatives.some((all) => all.split(/\bAND\b/).every((name) => allowed.includes(name.trim())));
}

function packageAt(folder) {
  const { name, version, license: licence, repository, homepage, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const source = homepage ?? (typeof repository === 'string' ? repository : repository?.url) ?? `https://www.npmjs.com/package/${name}`;
  const by = typeof author === 'string' ? author : author?.name;
  return { name, version, licence, source, text: licenceTextIn(folder) ?? `${by ? `By ${by}. ` : ''}${withoutText(licence)}` };
}

function withoutText(licence) {
  const names = ALLOWED_LICENCES.filter((name) => String(licence).includes(name));
  return `The package holds no text of its licence: ${names.map((name) => `https://spdx.org/licenses/${name}.html`).join(', ')}`;
}

/** Its licence and notice files; else what its read-me says under that heading. */
function licenceTextIn(folder) {
  const names = readdirSync(folder).sort();
  const files = names.filter((n) => /^(licen[cs]e|copying|notice)/i.test(n));
  if (files.length > 0) return files.map((n) => readFileSync(join(folder, n), 'utf8').trim()).join('\n\n');
  const readme = names.find((n) => /^readme/i.test(n));
  return readme && /^#+\s*licen[cs]e[^\n]*\n([\s\S]+)/im.exec(readFileSync(join(folder, readme), 'utf8'))?.[1]?.trim();
}
