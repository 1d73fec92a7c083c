import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../replaceFile.ts';
import type { Content, Part } from './content.ts';

/** What is known of a source: the content that it last gave, and by what the source tells whether that changed. */
export interface Known {
  readonly content: Content;
  /** An entity tag or date of HTTP, a manifest's digest, or sizes and times of files: the same stamp, the same content. */
  readonly stamp?: string;
}

/**
 * Content by its SHA-256, shared by all workspaces of this user, and an index from sources to what they last gave. Everything
 * is written beside its place and renamed, so that several windows may write at once and nothing half is ever seen.
 */
export interface DatasetCache {
  /** What the source last gave; undefined where it gave nothing yet or its content is gone or has another length. */
  recall(source: string): Promise<Known | undefined>;
  remember(source: string, known: Known): Promise<void>;
  forget(source: string): Promise<void>;
  /** Content of this digest, whatever source it came from. */
  find(digest: string, name: string): Promise<Content | undefined>;
  /** Where the content of a source is written until it is whole; it is kept over failures, to resume. */
  draft(source: string): Promise<{ readonly file: string; readonly validator: string }>;
  /** Takes a whole draft in. */
  adopt(draft: string, digest: string, name: string): Promise<Content>;
  /** Takes damaged content away, where it is the cache's own. */
  discard(content: Content): Promise<void>;
}

export function createDatasetCache(folder: string): DatasetCache {
  const content = (digest: string): string => join(folder, 'content', digest);
  const indexed = (source: string): string => join(folder, 'index', `${keyOf(source)}.json`);

  async function find(digest: string, name: string): Promise<Content | undefined> {
    const seen = await stat(content(digest)).catch(() => undefined);
    return seen?.isFile() ? single({ file: content(digest), name, bytes: seen.size, digest }) : undefined;
  }

  return {
    async recall(source) {
      const known = parsed(await readFile(indexed(source), 'utf8').catch(() => ''));
      if (!known) return undefined;
      for (const part of known.content.parts) {
        const seen = await stat(part.file).catch(() => undefined);
        if (seen?.size !== part.bytes) return undefined;
      }
      return known;
    },
    remember: (source, known) => replaceFile(indexed(source), JSON.stringify(known)),
    forget: (source) => rm(indexed(source), { force: true }),
    find,
    async draft(source) {
      await mkdir(join(folder, 'partial'), { recursive: true });
      const file = join(folder, 'partial', keyOf(source));
      return { file, validator: `${file}.validator` };
    },
    async adopt(draft, digest, name) {
      await mkdir(join(folder, 'content'), { recursive: true });
      await rename(draft, content(digest));
      return (await find(digest, name)) as Content;
    },
    async discard({ parts }) {
      for (const { file, digest } of parts) if (file === content(digest)) await rm(file, { force: true });
    },
  };
}

export const keyOf = (source: string): string => createHash('sha256').update(source).digest('hex').slice(0, 40);

const single = (part: Part): Content => ({ digest: part.digest, bytes: part.bytes, parts: [part], name: part.name });

/** A file that was cut or meddled with is as none. */
function parsed(text: string): Known | undefined {
  try {
    const known = JSON.parse(text) as Known;
    return Array.isArray(known.content.parts) && typeof known.content.digest === 'string' ? known : undefined;
  } catch {
    return undefined;
  }
}
