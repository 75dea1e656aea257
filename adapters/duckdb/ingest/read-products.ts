import { join } from 'node:path';
import { BadInput } from '../../../contracts/failure.ts';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { counted, numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { seriesCell, textCell, timeCell } from '../sources/cells.ts';
import { type OpenSource, openSource, reading, type SourceColumn } from '../sources/open-source.ts';
import { timeFormatOf } from '../sources/time-format.ts';
import { writeParquet } from '../write-parquet.ts';
import { longestName, plainText } from './plain-text.ts';
import type { FileToRead } from './read-source.ts';

export type Products = NonNullable<Sources['products']>;

/** Modalities whose files a products table names. */
export const mediaKinds = ['image', 'audio', 'video'] as const;

export interface ReadProductsRequest {
  readonly file: FileToRead;
  readonly products: Products;
  readonly normalizeSeries: boolean;
  /**
   * Where the file holds the sales, too, the parts that were read of it: what lines say that the sales filters leave out (damages,
   * corrections) says nothing about a product.
   */
  readonly salesParts: readonly string[];
  readonly outFolder: string;
}

export interface ReadProducts {
  readonly rows: number;
  readonly columns: readonly SourceColumn[];
  /**
   * Path of Parquet `key VARCHAR, kind VARCHAR, value VARCHAR, attributes VARCHAR[], known_from TIMESTAMP, row UBIGINT, bad VARCHAR`, what the
   * file says of each key: `text` and the media kinds (`value`: the text, the name of the file) and `static` (`attributes`: the columns in
   * their order), each of the row known earliest; the first row of a kind whose date can't be read, with what stands there in `bad`; a row
   * of kind `key` for every key, and one of kind `product` for those of which a row counts.
   */
  readonly facts: string;
}

/** Reads what one products file says of its keys. What has no time column has always been known (1970-01-01). */
export async function readProducts(session: Session, { file, products, normalizeSeries, salesParts, outFolder }: ReadProductsRequest): Promise<ReadProducts> {
  await session.run("SET TimeZone = 'UTC'");
  const source = await openSource(session, { ...file, csv: products.csv, format: products.format, excel: products.excel, scratch: outFolder, name: 'products' });
  const key = seriesCell(source, products.key, normalizeSeries, 'products.key');
  const time = products.time === undefined
    ? { value: "TIMESTAMP '1970-01-01'", text: 'NULL' }
    : timeCell(source, products.time, 'products.time', await timeFormatOf(session, source, products.time, 'products.time'));
  const kinds = kindsOf(source, products);
  await reading(file.uri, () => session.run(
    `CREATE OR REPLACE TEMP TABLE product_lines AS
     SELECT ${source.rowNumber} AS row, ${key} AS key, CAST(${time.value} AS TIMESTAMP) AS known_from, CAST(${time.text ?? 'NULL'} AS VARCHAR) AS time_text${kinds.map(({ kind, cell }) => `, ${cell} AS "${kind}"`).join('')}
     FROM ${source.relation}`,
    source.parameters,
  ));
  const counts = salesParts.length === 0 ? 'true' : `row IN (SELECT row FROM ${parquetFiles(salesParts)} WHERE kept)`;
  await session.run(`CREATE OR REPLACE TEMP VIEW product_facts AS SELECT *, ${counts} AS counts FROM product_lines WHERE key IS NOT NULL`);
  await refuseNul(session, file.uri, products.key);
  const facts = join(outFolder, 'products.parquet');
  const selects = [
    "SELECT DISTINCT key, 'key' AS kind, NULL AS value, NULL AS attributes, NULL AS known_from, 0 AS row, NULL AS bad FROM product_facts",
    "SELECT DISTINCT key, 'product', NULL, NULL, NULL, 0, NULL FROM product_facts WHERE counts",
    ...kinds.flatMap(({ kind, isList }) => {
      const cell = isList ? `NULL, "${kind}"` : `"${kind}", NULL`;
      const those = `FROM product_facts WHERE counts AND "${kind}" IS NOT NULL`;
      return [
        `SELECT key, '${kind}', ${cell}, known_from, row, NULL ${those} AND known_from IS NOT NULL QUALIFY row_number() OVER (PARTITION BY key ORDER BY known_from, row) = 1`,
        `SELECT key, '${kind}', NULL, NULL, NULL, row, time_text ${those} AND known_from IS NULL AND time_text IS NOT NULL QUALIFY row_number() OVER (PARTITION BY key ORDER BY row) = 1`,
      ];
    }),
  ];
  await writeParquet(session, {
    select: `SELECT key, CAST(kind AS VARCHAR) AS kind, CAST(value AS VARCHAR) AS value, CAST(attributes AS VARCHAR[]) AS attributes, CAST(known_from AS TIMESTAMP) AS known_from,
       CAST(row AS UBIGINT) AS row, CAST(bad AS VARCHAR) AS bad FROM (${selects.join(' UNION ALL ')}) ORDER BY key, kind, row, bad NULLS FIRST`,
    out: facts,
  });
  const { rows } = await session.row('SELECT count(*) AS rows FROM product_lines');
  return { rows: numberIn({ rows: rows ?? null }, 'rows'), columns: source.columns, facts };
}

interface Kind {
  readonly kind: (typeof mediaKinds)[number] | 'text' | 'static';
  readonly cell: string;
  readonly isList: boolean;
}

/** What the pipeline file names, as cells: NULL where a row has nothing of it. */
function kindsOf(source: OpenSource, products: Products): Kind[] {
  const texts = products.text?.map((name) => textCell(source, name, 'products.text'));
  const attributes = products.static?.map((name) => plainText(textCell(source, name, 'products.static')));
  return [
    ...(texts === undefined ? [] : [{ kind: 'text' as const, cell: plainText(`concat_ws(' ', ${texts.join(', ')})`), isList: false }]),
    ...mediaKinds.flatMap((kind) => {
      const column = products[kind];
      return column === undefined ? [] : [{ kind, cell: plainText(textCell(source, column, `products.${kind}`), longestName), isList: false }];
    }),
    ...(attributes === undefined ? [] : [{ kind: 'static' as const, cell: `CASE WHEN coalesce(${attributes.join(', ')}) IS NOT NULL THEN [${attributes.join(', ')}] END`, isList: true }]),
  ];
}

/** A key becomes the name of a series: what no database takes is no key. */
async function refuseNul(session: Session, uri: string, column: string): Promise<void> {
  const [first] = await session.rows('SELECT row FROM product_facts WHERE counts AND contains(key, chr(0)) ORDER BY row LIMIT 1');
  if (first === undefined) return;
  throw new BadInput(`${uri} row ${counted(numberIn(first, 'row'))}, column "${column}": the product's key holds a NUL character, which no database takes; take it out`);
}
