import type { Part } from './content.ts';

/** What people read of a Parquet file that cannot be read. */
export const parquetDamage = ({ name }: Part, error: unknown): string =>
  `${name} is damaged: it cannot be read as Parquet (${(error as Error).message.split('\n')[0]?.slice(0, 200)}).`;
