/**
 * The comment that a table or database bears whose content is ours: what it was loaded from, and whether we made it or found it
 * empty and filled it. Without it nothing that has content is ever replaced.
 */
export interface Mark {
  readonly dataset: string;
  readonly digest: string;
  readonly origin: 'made' | 'filled';
}

export const markText = ({ dataset, digest, origin }: Mark): string => `prewarm dataset ${dataset} sha256:${digest} ${origin}`;

export function markOf(comment: string): Mark | undefined {
  const [, dataset, digest, origin] = /^prewarm dataset (\S+) sha256:([0-9a-f]{64}) (made|filled)$/.exec(comment.trim()) ?? [];
  return dataset && digest ? { dataset, digest, origin: origin as Mark['origin'] } : undefined;
}
