import { type DuckDBValue, DuckDBDataChunk, INTEGER, TIMESTAMP, VARCHAR } from '@duckdb/node-api';

import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { textsOf } from '../typed-columns.ts';
import { writeParquet } from '../write-parquet.ts';
import { type Item, mediaContent } from './wanted-items.ts';

export interface ViewsRequest {
  readonly source: { readonly texts: string } | { readonly media: string; readonly modality: string };
  readonly copies: number;
  /** The changed copy: its key in the cache, and what the encoder is given. */
  readonly change: (of: { readonly series: string; readonly content: string; readonly view: number }) => Item;
  readonly out: string;
}

interface Page {
  readonly series: readonly string[];
  readonly knownFrom: readonly DuckDBValue[];
  readonly contents: readonly string[];
}

const pageRows = 16_384;

/** Writes `series, known_from, view (from 0), key, content`, sorted by (series, view): changed copies of every item that there is. */
export async function writeViews(session: Session, request: ViewsRequest): Promise<void> {
  const { source, copies, change, out } = request;
  await session.run('CREATE OR REPLACE TEMP TABLE copies (series VARCHAR, known_from TIMESTAMP, view INTEGER, key VARCHAR, content VARCHAR)');
  const appender = await session.connection.createAppender('copies', null, 'temp');
  for await (const page of pages(session, source)) {
    for (let view = 0; view < copies; view += 1) appender.appendDataChunk(copiesOf(page, view, change));
  }
  appender.closeSync();
  await writeParquet(session, { select: 'SELECT * FROM copies ORDER BY series, view, known_from, key', out });
}

/** A result that still streams ends without a word when rows are appended on its connection: so each page is read to its end first. */
async function* pages(session: Session, source: ViewsRequest['source']): AsyncGenerator<Page> {
  const [content, where, file, parameters] = 'texts' in source
    ? ['text', 'text IS NOT NULL', source.texts, {}]
    : [mediaContent, 'modality = $modality AND problem IS NULL', source.media, { modality: source.modality }];
  const rows = numberIn(await session.row('SELECT count(*) AS count FROM read_parquet($file)', { file }), 'count');
  const select = `SELECT series, known_from, ${content} AS content FROM read_parquet($file, file_row_number = true) WHERE ${where} AND file_row_number >= $from AND file_row_number < $to`;
  for (let from = 0; from < rows; from += pageRows) {
    const found: Page[] = [];
    for await (const chunk of session.chunks(select, { ...parameters, file, from, to: from + pageRows })) {
      found.push({ series: textsOf(chunk.getColumnVector(0)), knownFrom: chunk.getColumnVector(1).toArray(), contents: textsOf(chunk.getColumnVector(2)) });
    }
    yield* found;
  }
}

function copiesOf({ series, knownFrom, contents }: Page, view: number, change: ViewsRequest['change']): DuckDBDataChunk {
  const made = series.map((name, i) => change({ series: name, content: contents[i] ?? '', view }));
  const chunk = DuckDBDataChunk.create([VARCHAR, TIMESTAMP, INTEGER, VARCHAR, VARCHAR], series.length);
  const columns: readonly (readonly DuckDBValue[])[] = [series, knownFrom, series.map(() => view), made.map(({ key }) => key), made.map(({ content }) => content)];
  columns.forEach((values, c) => { chunk.setColumnValues(c, values); });
  return chunk;
}
