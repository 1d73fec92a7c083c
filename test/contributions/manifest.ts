import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../harness/workspace.mjs';

export interface Property {
  readonly type: string;
  readonly default: unknown;
  readonly markdownDescription: string;
  readonly scope: string;
  readonly enum?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

export interface Manifest {
  readonly [key: string]: unknown;
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; icon?: string; category?: string; enablement?: string }[];
    readonly views: Readonly<Record<string, readonly { id: string; when?: string; icon?: string }[]>>;
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly keybindings: readonly (MenuItem & { key: string; mac?: string })[];
    readonly configuration: { readonly properties: Readonly<Record<string, Property>> };
    readonly languageModelTools?: readonly { name: string }[];
  };
}

export const textOf = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
export const manifest = JSON.parse(textOf('package.json')) as Manifest;
export const nls = JSON.parse(textOf('package.nls.json')) as Readonly<Record<string, string>>;
/** `de` and what it says, for every translation of package.json's strings. */
export const nlsTranslations = readdirSync(ROOT).flatMap((name): [string, Readonly<Record<string, string>>][] => {
  const language = /^package\.nls\.(.+)\.json$/.exec(name)?.[1];
  return language ? [[language, JSON.parse(textOf(name))]] : [];
});

/** `%command.why%` → `Why…`. */
export const said = (text: string): string => text.replace(/^%(.+)%$/, (_all, key: string) => nls[key] ?? text);

/** The cells of the first README table whose head begins with this. */
export function readmeTable(head: string): readonly (readonly string[])[] {
  const lines = textOf('README.md').split('\n');
  const from = lines.findIndex((line) => line.startsWith(`| ${head}`));
  const rows = lines.slice(from + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}
