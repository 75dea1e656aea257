import { join } from 'node:path';
import type { IngestInput, SourceFile } from '../../../contracts/data.ts';
import { completePeriods } from '../clean/complete-periods.ts';
import { refuseShortHistory } from '../clean/history-check.ts';
import { openSource, type SourceColumn } from '../sources/open-source.ts';
import { readProductTexts } from './product-texts.ts';
import { refuseBadRows, refuseSingleDays } from './row-refusals.ts';
import { numberIn, textIn } from '../row-values.ts';
import { readSalesRows } from './sales-rows.ts';
import type { Session } from '../session.ts';
import { fingerprintSources } from '../sources/source-files.ts';
import { writeParquet } from '../write-parquet.ts';

export interface IngestRequest extends Omit<IngestInput, 'context'> {
  readonly outFolder: string;
}

export interface Ingested {
  /** Paths of the Parquet files documented on `Snapshot`. */
  readonly sales: string;
  readonly texts?: string;
  readonly files: readonly SourceFile[];
  /** Columns of the source files as they were found. */
  readonly columns: Readonly<Record<string, readonly SourceColumn[]>>;
  readonly rows: number;
  readonly keptRows: number;
  readonly series: number;
  readonly from: string;
  readonly to: string;
}

/** Reads the sources of a pipeline file into a snapshot. Anything unusable is `BadInput` or `DatasetMissing`, before a file is written. */
export async function ingest(session: Session, request: IngestRequest): Promise<Ingested> {
  const { sources, outFolder, frequency, horizon, folds, now } = request;
  const [salesFile, productsFile] = await fingerprintSources(request);
  if (salesFile === undefined) throw new TypeError('a pipeline has a sales source');
  const { uri, path } = salesFile;

  const source = await openSource(session, { uri, path, csv: sources.sales.csv, scratch: outFolder, name: 'sales' });
  const rows = await readSalesRows(session, source, sources.sales);
  await refuseBadRows(session, { uri, columns: sources.sales.columns, rows, now });
  const periods = await completePeriods(session, { relation: 'lines', condition: 'kept', frequency });
  refuseShortHistory({ where: uri, frequency, horizon, folds, periods: periods.count, from: periods.from, to: periods.to });
  await refuseSingleDays(session, { uri, column: sources.sales.columns.series });

  const products = productsFile === undefined || sources.products === undefined
    ? undefined
    : await readProductTexts(session, {
        products: sources.products, file: productsFile, scratch: outFolder, normalizeSeries: sources.sales.normalizeSeries, sameAsSales: productsFile.path === path,
      });

  const sales = join(outFolder, 'sales.parquet');
  await writeParquet(session, {
    select: 'SELECT series, time, target, price, returned, 0::UTINYINT AS file, row::UBIGINT AS row, kept FROM lines ORDER BY series, time, row',
    out: sales,
  });
  const texts = products === undefined ? undefined : join(outFolder, 'texts.parquet');
  if (texts !== undefined) await writeParquet(session, { select: 'SELECT series, text, known_from FROM texts ORDER BY series', out: texts });

  const facts = await session.row(`
    SELECT count(*) AS rows, count(*) FILTER (kept) AS kept, count(DISTINCT series) FILTER (kept) AS series,
           strftime(min(time) FILTER (kept), '%Y-%m-%dT%H:%M:%S') AS low, strftime(max(time) FILTER (kept), '%Y-%m-%dT%H:%M:%S') AS high
    FROM lines`);
  const salesRows = numberIn(facts, 'rows');
  const file = ({ source: name, uri: written, sha256, bytes }: typeof salesFile, count: number): SourceFile => ({ source: name, uri: written, sha256, bytes, rows: count });
  return {
    sales,
    ...(texts !== undefined && { texts }),
    files: [file(salesFile, salesRows), ...(productsFile !== undefined && products !== undefined ? [file(productsFile, products.rows)] : [])],
    columns: { sales: source.columns, ...(products !== undefined && { products: products.columns }) },
    rows: salesRows,
    keptRows: numberIn(facts, 'kept'),
    series: numberIn(facts, 'series'),
    from: textIn(facts, 'low'),
    to: textIn(facts, 'high'),
  };
}
