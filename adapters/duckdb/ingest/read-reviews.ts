import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { counted, numberIn, quoted } from '../row-values.ts';
import type { Row, Session } from '../session.ts';
import { createBinder, parquetFiles } from '../sql-text.ts';
import { numberCell, seriesCell, textCell } from '../sources/cells.ts';
import { checkPattern, filterSql } from '../sources/filters.ts';
import { columnNamed, type OpenSource, openSource, reading, type SourceColumn } from '../sources/open-source.ts';
import { timeFormatOf } from '../sources/time-format.ts';
import { writeParquet } from '../write-parquet.ts';
import { checkZones, localTime } from './local-times.ts';
import { plainText } from './plain-text.ts';
import type { FileToRead } from './read-source.ts';
import { badRowSql, type Problem, refuseBadRows } from './row-refusals.ts';

export type Reviews = NonNullable<Sources['reviews']>;

export interface ReadReviewsRequest {
  readonly file: FileToRead;
  /** See `fileNumber`. */
  readonly number: number;
  readonly reviews: Reviews;
  readonly normalizeSeries: boolean;
  /** Of the business: a review belongs to the moment that it was there. */
  readonly zones: Pick<Sources['sales'], 'timezone' | 'recordedIn'>;
  readonly now: string;
  readonly outFolder: string;
}

export interface ReadReviews {
  readonly columns: readonly SourceColumn[];
  readonly rows: number;
  /** Rows that the filters keep. */
  readonly wanted: number;
  /** Of those, rows without a key or a time that can be read: they are left out. */
  readonly unusable: number;
  /** Of the others, ratings that are no number: such a review has none. */
  readonly unreadableRatings: number;
  /** Path of Parquet `key VARCHAR, known_from TIMESTAMP, text VARCHAR, rating DOUBLE, file UBIGINT, row UBIGINT`, in the order of the file. */
  readonly reviews: string;
}

/** A row group of the longest texts there can be fits into memory several times. */
export const reviewsPerGroup = 8192;

/** Reads one file of reviews. Throws `BadInput` for one of the future, and where no row is usable. */
export async function readReviews(session: Session, request: ReadReviewsRequest): Promise<ReadReviews> {
  const { file, number, reviews, zones, now, outFolder } = request;
  await session.run("SET TimeZone = 'UTC'");
  await checkZones(session, zones);
  const source = await openSource(session, { ...file, csv: reviews.csv, format: reviews.format, excel: reviews.excel, scratch: outFolder, name: 'reviews' });
  const { select, parameters, problems } = await reviewsSelect(session, source, request);
  // Never a table in memory: texts of millions of reviews are larger than it.
  const lines = join(outFolder, 'reviews.lines.parquet');
  await reading(file.uri, () => writeParquet(session, { select, parameters, out: lines, rowsPerGroup: reviewsPerGroup }));
  await session.run(`CREATE OR REPLACE TEMP VIEW review_lines AS SELECT * FROM ${parquetFiles([lines])}`);
  await refuseBadRows(session, { uri: file.uri, relation: 'review_lines', problems, now });
  const found = await session.row(
    `SELECT count(*) AS rows, count(*) FILTER (base) AS wanted, count(*) FILTER (base AND (key IS NULL OR known_from IS NULL)) AS unusable,
       count(rating) FILTER (base) AS rated, count(*) FILTER (base AND rating IS NULL AND rating_text IS NOT NULL) AS "unreadableRatings" FROM review_lines`);
  await refuseUseless(session, file.uri, reviews, found);
  const out = join(outFolder, 'reviews.parquet');
  await writeParquet(session, {
    select: `SELECT key, known_from, text, rating, CAST(${String(number)} AS UBIGINT) AS file, CAST(row AS UBIGINT) AS row FROM review_lines
       WHERE base AND key IS NOT NULL AND known_from IS NOT NULL`,
    out, rowsPerGroup: reviewsPerGroup,
  });
  await rm(lines);
  const count = (name: string): number => numberIn(found, name);
  return { columns: source.columns, rows: count('rows'), wanted: count('wanted'), unusable: count('unusable'), unreadableRatings: count('unreadableRatings'), reviews: out };
}

/** One row per data row: `row`, `key`, `known_from`, `time_text`, `text`, `rating`, `rating_text`, `base` (the filters keep it), `bad`. */
async function reviewsSelect(session: Session, source: OpenSource, { reviews, normalizeSeries, zones, now }: ReadReviewsRequest) {
  const binder = createBinder();
  const scope = { source, seriesColumn: reviews.key, normalizeSeries, binder };
  for (const filter of reviews.filters) {
    columnNamed(source, filter.column, `${filter.rule} filter`);
    if ('pattern' in filter) await checkPattern(session, filter.pattern, `filter on "${filter.column}"`);
  }
  const conditions = reviews.filters.map((filter) => filterSql(filter, scope));
  const time = localTime({ source, column: reviews.time, role: 'reviews.time', format: await timeFormatOf(session, source, reviews.time, 'reviews.time'), zones, binder });
  const texts = reviews.text?.map((name) => textCell(source, name, 'reviews.text'));
  const rating = reviews.rating === undefined ? undefined : numberCell(source, reviews.rating, 'reviews.rating');
  const cells = conditions.flatMap(({ cell }) => (cell === undefined ? [] : [cell]));
  const holds = conditions.length === 0 ? 'true' : conditions.map((_, i) => `holds_${String(i)}`).join(' AND ');
  const problems: Problem[] = [
    ...cells.map(({ column }, i): Problem => ({ kind: 'number', column, condition: `in_scope AND text_${String(i)} IS NOT NULL AND value_${String(i)} IS NULL`, found: `text_${String(i)}` })),
    { kind: 'future', column: reviews.time, condition: `base AND key IS NOT NULL AND CAST(known_from AS DATE) > CAST(${binder.add(now.slice(0, 10))} AS DATE) + 1`, found: `strftime(known_from, '%Y-%m-%d')` },
  ];
  const lines = `SELECT ${[
    `${source.rowNumber} AS row`, `${seriesCell(source, reviews.key, normalizeSeries, 'reviews.key')} AS key`,
    `CAST(${time.value} AS TIMESTAMP) AS known_from`, `CAST(${time.text ?? 'NULL'} AS VARCHAR) AS time_text`,
    `${texts === undefined ? 'CAST(NULL AS VARCHAR)' : plainText(`concat_ws(' ', ${texts.join(', ')})`)} AS text`,
    `${rating?.value ?? 'CAST(NULL AS DOUBLE)'} AS rating`, `CAST(${rating?.text ?? 'NULL'} AS VARCHAR) AS rating_text`,
    ...conditions.map(({ condition }, i) => `(${condition}) AS holds_${String(i)}`),
    ...cells.map(({ text, value }, i) => `${text ?? 'NULL'} AS text_${String(i)}, ${value} AS value_${String(i)}`),
  ].join(', ')} FROM ${source.relation}`;
  return {
    select: `SELECT row, key, known_from, time_text, text, rating, rating_text, base, ${badRowSql(problems)} AS bad
      FROM (SELECT *, (${holds}) IS NOT FALSE AS in_scope, coalesce(${holds}, false) AS base FROM (${lines}))`,
    parameters: { ...source.parameters, ...binder.values }, problems,
  };
}

async function refuseUseless(session: Session, uri: string, reviews: Reviews, found: Row): Promise<void> {
  const [wanted, unusable] = [numberIn(found, 'wanted'), numberIn(found, 'unusable')];
  if (wanted > 0 && unusable === wanted) {
    const first = await session.row('SELECT row, key IS NULL AS keyless, time_text FROM review_lines WHERE base ORDER BY row LIMIT 1');
    const where = `${uri} row ${counted(numberIn(first, 'row'))}, column "${first['keyless'] === true ? reviews.key : reviews.time}"`;
    const what = first['keyless'] === true
      ? 'the key is empty'
      : typeof first['time_text'] === 'string' ? `${quoted(first['time_text'])} is not a date` : 'the date is empty';
    throw new BadInput(`${where}: ${what}, and none of ${counted(wanted)} reviews has both a key and a date; check reviews.key, reviews.time and csv.timeFormat`);
  }
  const unreadable = numberIn(found, 'unreadableRatings');
  if (unreadable > 0 && numberIn(found, 'rated') === 0) {
    const first = await session.row('SELECT row, rating_text FROM review_lines WHERE base AND rating_text IS NOT NULL ORDER BY row LIMIT 1');
    const text = String(first['rating_text']);
    throw new BadInput(`${uri} row ${counted(numberIn(first, 'row'))}, column "${reviews.rating ?? ''}": ${quoted(text)} is not a number, and no rating is${/^-?\d+,\d+$/.test(text) ? " (decimal comma? set csv.decimal: ',')" : '; check reviews.rating'}`);
  }
}

