import type { MediaProfile, ProductsProfile } from '../../../contracts/profile.ts';
import { numberIn, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier, literal } from '../sql-text.ts';

/** Paths of a snapshot's tables beside the sales; absent where it has no such table. */
export interface ProfileProductsRequest {
  readonly texts?: string;
  readonly media?: string;
  readonly statics?: string;
  readonly reviews?: string;
}

const parquet = (path: string): string => `read_parquet(${literal(path)})`;
const count = (session: Session, path: string): Promise<number> => session.row(`SELECT count(*) AS n FROM ${parquet(path)}`).then((row) => numberIn(row, 'n'));

/** Counts of what is known of the products besides their sales. */
export async function profileProducts(session: Session, { texts, media, statics, reviews }: ProfileProductsRequest): Promise<ProductsProfile> {
  return {
    ...(texts !== undefined && { texts: { series: await count(session, texts) } }),
    ...(media !== undefined && { media: await profileMedia(session, parquet(media)) }),
    ...(statics !== undefined && { statics: { series: await count(session, statics), columns: await profileStatics(session, parquet(statics)) } }),
    ...(reviews !== undefined && { reviews: await profileReviews(session, parquet(reviews)) }),
  };
}

const problemsShown = 3;

async function profileMedia(session: Session, media: string): Promise<readonly MediaProfile[]> {
  const found = await session.rows(
    `SELECT modality, count(*) AS named, count(DISTINCT sha256) AS files, count(problem) AS problems,
       coalesce((SELECT CAST(sum(bytes) AS DOUBLE) FROM (SELECT DISTINCT sha256, bytes FROM ${media} AS inside WHERE inside.modality = outside.modality)), 0) AS bytes
     FROM ${media} AS outside GROUP BY modality ORDER BY modality`);
  const profiles: MediaProfile[] = [];
  for (const row of found) {
    const modality = (['image', 'audio', 'video'] as const).find((one) => one === row['modality']);
    if (modality === undefined) continue;
    const first = await session.rows(`SELECT series, name, problem FROM ${media} WHERE modality = $modality AND problem IS NOT NULL ORDER BY series LIMIT ${String(problemsShown)}`, { modality });
    profiles.push({
      modality, named: numberIn(row, 'named'), files: numberIn(row, 'files'), bytes: numberIn(row, 'bytes'), problems: numberIn(row, 'problems'),
      first: first.map((one) => ({ series: textIn(one, 'series'), name: textIn(one, 'name'), problem: textIn(one, 'problem') })),
    });
  }
  return profiles;
}

async function profileStatics(session: Session, statics: string): Promise<NonNullable<ProductsProfile['statics']>['columns']> {
  const described = await session.rows(`DESCRIBE SELECT * EXCLUDE (series, known_from) FROM ${statics}`);
  const columns = [];
  for (const row of described) {
    const name = textIn(row, 'column_name');
    const found = await session.row(`SELECT count(${identifier(name)}) AS filled, count(DISTINCT ${identifier(name)}) AS "distinct" FROM ${statics}`);
    columns.push({ name, filled: numberIn(found, 'filled'), distinct: numberIn(found, 'distinct') });
  }
  return columns;
}

async function profileReviews(session: Session, reviews: string): Promise<NonNullable<ProductsProfile['reviews']>> {
  const iso = (value: string): string => `coalesce(replace(CAST(${value} AS VARCHAR), ' ', 'T'), '')`;
  const found = await session.row(
    `SELECT count(*) AS count, count(DISTINCT series) AS series, ${iso('min(known_from)')} AS "from", ${iso('max(known_from)')} AS "to",
       count(text) AS texts, count(rating) AS rated, CAST(sum(CAST(rating AS DECIMAL(38, 6))) AS DOUBLE) / nullif(count(rating), 0) AS mean FROM ${reviews}`);
  const { mean } = found;
  return {
    count: numberIn(found, 'count'), series: numberIn(found, 'series'), from: textIn(found, 'from'), to: textIn(found, 'to'),
    withText: numberIn(found, 'texts'), rated: numberIn(found, 'rated'), meanRating: typeof mean === 'number' ? mean : null,
  };
}
