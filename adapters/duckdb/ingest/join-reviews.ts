import { join } from 'node:path';
import { BadInput } from '../../../contracts/failure.ts';
import { quoted } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { writeParquet } from '../write-parquet.ts';
import { type Reviews, reviewsPerGroup } from './read-reviews.ts';

export interface JoinReviewsRequest {
  readonly reviews: Reviews;
  /** Paths, see `readReviews`; each of another file. */
  readonly files: readonly string[];
  readonly outFolder: string;
}

/** The reviews of the series in the table `owners`, as `Snapshot` documents them. Throws `BadInput` where the sales know none of the keys. */
export async function joinReviews(session: Session, { reviews, files, outFolder }: JoinReviewsRequest): Promise<string> {
  const out = join(outFolder, 'series.reviews.parquet');
  const all = parquetFiles(files);
  await writeParquet(session, {
    select: `SELECT series, known_from, text, rating, file, row FROM owners JOIN ${all} AS r ON product = r.key ORDER BY series, known_from, file, row`,
    out, rowsPerGroup: reviewsPerGroup,
  });
  const { found } = await session.row(`SELECT count(*) AS found FROM ${parquetFiles([out])}`);
  if (found === 0) {
    const { key, product } = await session.row(`SELECT (SELECT min(key) FROM ${all}) AS key, (SELECT min(product) FROM owners) AS product`);
    if (typeof key !== 'string') throw new BadInput(`${reviews.uri}: no review is left to count; loosen sources.reviews.filters, or take sources.reviews out`);
    throw new BadInput(`${reviews.uri}, column "${reviews.key}": the sales know none of these products (a review is of ${quoted(key)}, a sale of ${quoted(String(product))}); check reviews.key`);
  }
  return out;
}
