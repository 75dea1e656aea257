import { BadInput } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { seriesCell, textCell, timeCell } from '../sources/cells.ts';
import { openSource, reading, type SourceColumn } from '../sources/open-source.ts';
import { counted, numberIn, quoted, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import type { Fingerprint } from '../sources/source-files.ts';
import { timeFormatOf } from '../sources/time-format.ts';

export interface ProductTextsRequest {
  readonly products: NonNullable<Sources['products']>;
  readonly file: Fingerprint;
  readonly scratch: string;
  readonly normalizeSeries: boolean;
  /** Texts of lines that the sales filters leave out (damages, corrections) say nothing about a product. */
  readonly sameAsSales: boolean;
}

/**
 * Reads the texts of the series in `lines` into the temporary table `texts (series, text, known_from)`: the earliest non-empty text of
 * each series, so that a later rename never leaks backwards. A text without a time column has always been known (1970-01-01).
 */
export async function readProductTexts(
  session: Session, { products, file, scratch, normalizeSeries, sameAsSales }: ProductTextsRequest,
): Promise<{ readonly rows: number; readonly columns: readonly SourceColumn[] }> {
  const source = await openSource(session, { uri: file.uri, path: file.path, csv: products.csv, scratch, name: 'products' });
  const key = seriesCell(source, products.key, normalizeSeries, 'products.key');
  const texts = products.text.map((name) => textCell(source, name, 'products.text'));
  const time = products.time === undefined
    ? { value: "TIMESTAMP '1970-01-01'", text: 'NULL' }
    : timeCell(source, products.time, 'products.time', await timeFormatOf(session, source, products.time, 'products.time'));
  await reading(file.uri, () => session.run(
    `CREATE OR REPLACE TEMP TABLE product_lines AS
     SELECT ${source.rowNumber} AS row, ${key} AS series, nullif(concat_ws(' ', ${texts.join(', ')}), '') AS text,
            ${time.value} AS known_from, ${time.text ?? 'NULL'} AS time_text
     FROM ${source.relation}`,
    source.parameters,
  ));
  const kept = sameAsSales ? 'row IN (SELECT row FROM lines WHERE kept)' : 'series IN (SELECT series FROM lines WHERE kept)';
  const [bad] = await session.rows(`SELECT row, time_text FROM product_lines WHERE ${kept} AND text IS NOT NULL AND known_from IS NULL AND time_text IS NOT NULL ORDER BY row LIMIT 1`);
  if (bad !== undefined) {
    throw new BadInput(`${file.uri} row ${counted(numberIn(bad, 'row'))}, column "${products.time ?? ''}": ${quoted(textIn(bad, 'time_text'))} is not a date; correct it, or set csv.timeFormat (for instance '%d/%m/%Y %H:%M')`);
  }
  await session.run(
    `CREATE OR REPLACE TEMP TABLE texts AS
     SELECT series, text, known_from FROM product_lines
     WHERE ${kept} AND text IS NOT NULL AND known_from IS NOT NULL
     QUALIFY row_number() OVER (PARTITION BY series ORDER BY known_from, row) = 1`,
  );
  const found = await session.row('SELECT (SELECT count(*) FROM product_lines) AS rows, (SELECT count(*) FROM texts) AS texts');
  if (numberIn(found, 'texts') === 0) throw new BadInput(`${file.uri}: no series of the sales has a text (key "${products.key}", text "${products.text.join('", "')}"); check products.key and products.text`);
  return { rows: numberIn(found, 'rows'), columns: source.columns };
}
