import { atuin } from './atuin.ts';
import { gitReflog } from './gitReflog.ts';
import type { Importer } from './importer.ts';
import { bash, fish, powershell, zsh } from './shells.ts';

/** The foreign formats by the name that the command line knows them by. */
export const IMPORTERS: Readonly<Record<string, Importer>> = { bash, zsh, fish, powershell, atuin, 'git-reflog': gitReflog };
