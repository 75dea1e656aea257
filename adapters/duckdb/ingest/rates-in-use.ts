import { join } from 'node:path';
import type { Session } from '../session.ts';
import { createBinder } from '../sql-text.ts';
import { openSource, reading } from '../sources/open-source.ts';
import { timeFormatOf } from '../sources/time-format.ts';
import { isFixed, readRates } from './conversions.ts';
import { checkZones, localTime } from './local-times.ts';
import type { FileToRead } from './read-source.ts';
import type { Sales } from './sales-select.ts';

export interface SalesFile {
  readonly file: FileToRead;
  readonly sales: Sales;
  readonly outFolder: string;
}

/** The newest time in a sales file as ISO timestamp, empty without one: rates from after it do not matter to the file. */
export async function newestTime(session: Session, { file, sales, outFolder }: SalesFile): Promise<string> {
  await session.run("SET TimeZone = 'UTC'");
  await checkZones(session, sales);
  const source = await openSource(session, { ...file, csv: sales.csv, format: sales.format, excel: sales.excel, scratch: join(outFolder, 'newest'), name: 'sales' });
  const binder = createBinder();
  const { time } = sales.columns;
  const cell = localTime({ source, column: time, role: 'columns.time', format: await timeFormatOf(session, source, time, 'columns.time'), zones: sales, binder });
  const { newest } = await reading(file.uri, () => session.row(`SELECT CAST(max(CAST(${cell.value} AS TIMESTAMP)) AS VARCHAR) AS newest FROM ${source.relation}`, { ...source.parameters, ...binder.values }));
  return typeof newest === 'string' ? newest.replace(' ', 'T') : '';
}

/** A digest of the rates that hold up to a time: the same as long as what was added to the files is newer. */
export async function ratesDigest(session: Session, { sales, files, until, outFolder }: Omit<SalesFile, 'file'> & { readonly files: readonly FileToRead[]; readonly until: string }): Promise<string> {
  if (sales.currency === undefined || isFixed(sales.currency.rates) || until === '') return '';
  await session.run("SET TimeZone = 'UTC'");
  const rates = await readRates(session, { rates: sales.currency.rates, files, scratch: join(outFolder, 'rates') });
  const { digest } = await session.row(
    `SELECT sha256(coalesce(string_agg(concat_ws(' ', rate_currency, epoch_us(rate_time), rate), chr(10) ORDER BY rate_currency, rate_time), '')) AS digest FROM ${rates} WHERE rate_time <= CAST($until AS TIMESTAMP)`, { until });
  return typeof digest === 'string' ? digest : '';
}
