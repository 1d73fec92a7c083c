import { createHash } from 'node:crypto';
import { canonical, LABEL, OWNER } from '../ownership.ts';
import type { Content } from './content.ts';

/**
 * What fills a declared volume lies in volumes beside it, one for each content. The declared volume is a mount of where the *pointer*
 * (a symbolic link in a volume of its own) leads, so that to turn the pointer is all that brings another content in, and a container that
 * runs keeps what it mounted. Labels of a volume can't change, so empty volumes tell the rest: `whole`, that a content was loaded to
 * its end; `current`, that the pointer leads to it.
 */
export type Piece = 'declared' | 'pointer' | 'content' | 'whole' | 'current';

export const SHELF = { volume: 'dev.prewarm.dataset', piece: 'dev.prewarm.dataset.piece', key: 'dev.prewarm.dataset.key' } as const;

/** A volume as the engine lists it. */
export interface Listed {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

export interface Shelf {
  /** The declared volume is there. */
  readonly declared: boolean;
  /** And so is its pointer. */
  readonly stands: boolean;
  /** The key of what the pointer leads to. */
  readonly current: string | undefined;
  /** Keys of contents that are there to their end. */
  readonly whole: ReadonlySet<string>;
  /** Names of volumes of contents. */
  readonly contents: readonly { readonly name: string; readonly key: string }[];
}

export const nameOf = (volume: string, piece: Exclude<Piece, 'declared'>, key = ''): string =>
  piece === 'pointer' ? `prewarm-dataset-${volume}.pointer` : `prewarm-dataset-${volume}.${key.slice(0, 16)}${MARK[piece]}`;
const MARK = { content: '', whole: '.whole', current: '.current' } as const;

/** No workspace: like the volume, they are the whole engine's. */
export const pieceLabels = (volume: string, piece: Piece, key = ''): Readonly<Record<string, string>> => ({
  [LABEL.owner]: OWNER,
  [SHELF.volume]: volume,
  [SHELF.piece]: piece,
  [SHELF.key]: key,
});

export const isOurs = ({ Labels }: Listed): boolean => Labels?.[LABEL.owner] === OWNER && Labels[SHELF.piece] === 'declared';

/** What fills a volume: the same key, the same files. The name of a single file is not in its digest. */
export const keyOfFiles = ({ digest, parts }: Content, unpack: boolean): string =>
  createHash('sha256')
    .update(canonical([digest, unpack, unpack ? [] : parts.map((p) => p.name)]))
    .digest('hex');

export function shelfOf(listed: readonly Listed[]): Shelf {
  const of = (piece: Piece): readonly Listed[] => listed.filter((v) => v.Labels?.[SHELF.piece] === piece);
  const keys = (piece: Piece): readonly string[] => of(piece).map((v) => v.Labels?.[SHELF.key] ?? '');
  const there = new Set(keys('content'));
  const whole = new Set([...keys('whole'), ...keys('current')].filter((key) => there.has(key)));
  const declared = of('declared').length > 0;
  return {
    declared,
    stands: declared && of('pointer').length > 0,
    current: keys('current').find((key) => whole.has(key)),
    whole,
    contents: of('content').map((v) => ({ name: v.Name, key: v.Labels?.[SHELF.key] ?? '' })),
  };
}
