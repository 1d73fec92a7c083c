/** How the content of a dataset is read; guessed from its name and its first bytes where it is not declared. `files`: not at all, for a volume. */
export const DATASET_FORMATS = ['sql', 'csv', 'parquet', 'pg_dump', 'files'] as const;
export type DatasetFormat = (typeof DATASET_FORMATS)[number];

/**
 * Where a dataset comes from. A URL holds no secret: `${NAME}` in it stands for a variable of the environment, which is filled in
 * at the moment of the request and nowhere written.
 */
export type DatasetSource =
  /** An absolute path of a file or folder; `deep`: with the folders in it. */
  | { readonly type: 'path'; readonly path: string; readonly deep?: true }
  | { readonly type: 'http'; readonly url: string }
  /** `endpoint` is the URL of an S3-compatible store; undefined: Amazon's. */
  | { readonly type: 's3'; readonly bucket: string; readonly key: string; readonly endpoint?: string }
  /** `reference` is a tag, or a digest `sha256:…`. */
  | { readonly type: 'oci'; readonly registry: string; readonly repository: string; readonly reference: string };
