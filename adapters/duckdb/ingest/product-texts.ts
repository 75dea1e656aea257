import { join } from 'node:path';
import { BadInput } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { counted, numberIn, quoted, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { literal, parquetFiles } from '../sql-text.ts';
import { seriesCell, textCell, timeCell } from '../sources/cells.ts';
import { openSource, reading, type SourceColumn } from '../sources/open-source.ts';
import { timeFormatOf } from '../sources/time-format.ts';
import { writeParquet } from '../write-parquet.ts';
import type { FileToRead } from './read-source.ts';

export interface ReadProductsRequest {
  readonly file: FileToRead;
  readonly products: NonNullable<Sources['products']>;
  readonly normalizeSeries: boolean;
  /**
   * Where the file holds the sales, too, the parts that were read of it: texts of lines that the sales filters leave out (damages,
   * corrections) say nothing about a product.
   */
  readonly salesParts: readonly string[];
  readonly outFolder: string;
}

export interface ReadProducts {
  readonly rows: number;
  readonly columns: readonly SourceColumn[];
  /**
   * Path of Parquet `key VARCHAR, text VARCHAR, known_from TIMESTAMP, row UBIGINT, bad VARCHAR`: for each key its earliest text, NULL without
   * one; and the first row whose date can't be read, with what stands there.
   */
  readonly texts: string;
}

/** Reads the texts and keys of one products file. A text without a time column has always been known (1970-01-01). */
export async function readProducts(session: Session, { file, products, normalizeSeries, salesParts, outFolder }: ReadProductsRequest): Promise<ReadProducts> {
  await session.run("SET TimeZone = 'UTC'");
  const source = await openSource(session, { ...file, csv: products.csv, format: products.format, excel: products.excel, scratch: outFolder, name: 'products' });
  const key = seriesCell(source, products.key, normalizeSeries, 'products.key');
  const texts = products.text.map((name) => textCell(source, name, 'products.text'));
  const time = products.time === undefined
    ? { value: "TIMESTAMP '1970-01-01'", text: 'NULL' }
    : timeCell(source, products.time, 'products.time', await timeFormatOf(session, source, products.time, 'products.time'));
  await reading(file.uri, () => session.run(
    `CREATE OR REPLACE TEMP TABLE product_lines AS
     SELECT ${source.rowNumber} AS row, ${key} AS key, nullif(concat_ws(' ', ${texts.join(', ')}), '') AS text,
            CAST(${time.value} AS TIMESTAMP) AS known_from, ${time.text ?? 'NULL'} AS time_text
     FROM ${source.relation}`,
    source.parameters,
  ));
  const counts = salesParts.length === 0 ? 'true' : `row IN (SELECT row FROM ${parquetFiles(salesParts)} WHERE kept)`;
  const out = join(outFolder, 'products.parquet');
  await writeParquet(session, {
    select: `
      WITH lines AS (SELECT *, ${counts} AND text IS NOT NULL AS has_text, CASE WHEN known_from IS NULL THEN time_text END AS bad FROM product_lines WHERE key IS NOT NULL),
           best AS (SELECT key, CASE WHEN usable THEN text END AS text, CASE WHEN usable THEN known_from END AS known_from, row, NULL AS bad
                    FROM (SELECT *, has_text AND known_from IS NOT NULL AS usable FROM lines)
                    QUALIFY row_number() OVER (PARTITION BY key ORDER BY usable DESC, CASE WHEN usable THEN known_from END, row) = 1),
           broken AS (SELECT key, NULL AS text, NULL AS known_from, row, bad FROM lines WHERE has_text AND bad IS NOT NULL QUALIFY row_number() OVER (PARTITION BY key ORDER BY row) = 1)
      SELECT key, text, CAST(known_from AS TIMESTAMP) AS known_from, CAST(row AS UBIGINT) AS row, CAST(bad AS VARCHAR) AS bad FROM (FROM best UNION ALL FROM broken) ORDER BY key, row, bad NULLS FIRST`,
    out,
  });
  const { rows } = await session.row('SELECT count(*) AS rows FROM product_lines');
  return { rows: numberIn({ rows: rows ?? null }, 'rows'), columns: source.columns, texts: out };
}

export interface JoinTextsRequest {
  readonly products: NonNullable<Sources['products']>;
  /** In the order that their addresses sort in. */
  readonly files: readonly { readonly uri: string; readonly texts: string }[];
  /** Relation with the column `series`: the series that have kept rows. */
  readonly series: string;
  /** A series key of several parts names the product by its first one. */
  readonly isComposite: boolean;
  readonly outFolder: string;
}

/**
 * The texts of the series, each the earliest one known, so that a later rename never leaks backwards; of those known since the same time
 * that of the earlier file. And the keys of all products.
 */
export async function joinTexts(session: Session, { products, files, series, isComposite, outFolder }: JoinTextsRequest): Promise<{ readonly texts: string; readonly products: string }> {
  const all = files.map(({ texts }, rank) => `SELECT *, ${String(rank)} AS rank FROM read_parquet(${literal(texts)})`).join(' UNION ALL ');
  const product = isComposite ? "split_part(series, ':', 1)" : 'series';
  await session.run(`CREATE OR REPLACE TEMP TABLE found_texts AS SELECT s.series, t.* FROM (SELECT series, ${product} AS product FROM ${series}) AS s JOIN (${all}) AS t ON s.product = t.key`);
  const [bad] = await session.rows('SELECT rank, row, bad FROM found_texts WHERE bad IS NOT NULL ORDER BY rank, row LIMIT 1');
  const uri = bad === undefined ? undefined : files[numberIn(bad, 'rank')]?.uri;
  if (bad !== undefined && uri !== undefined) {
    throw new BadInput(`${uri} row ${counted(numberIn(bad, 'row'))}, column "${products.time ?? ''}": ${quoted(textIn(bad, 'bad'))} is not a date; correct it, or set csv.timeFormat (for instance '%d/%m/%Y %H:%M')`);
  }
  const texts = join(outFolder, 'texts.parquet');
  const best = 'SELECT series, text, known_from FROM found_texts WHERE text IS NOT NULL QUALIFY row_number() OVER (PARTITION BY series ORDER BY known_from, rank, row) = 1';
  const { found } = await session.row(`SELECT count(*) AS found FROM (${best})`);
  if (found === 0) throw new BadInput(`${files.length === 1 ? (files[0]?.uri ?? products.uri) : products.uri}: no series of the sales has a text (key "${products.key}", text "${products.text.join('", "')}"); check products.key and products.text`);
  await writeParquet(session, { select: `${best} ORDER BY series`, out: texts });
  const keys = join(outFolder, 'products.keys.parquet');
  await writeParquet(session, { select: `SELECT DISTINCT key FROM (${all}) ORDER BY key`, out: keys });
  return { texts, products: keys };
}
