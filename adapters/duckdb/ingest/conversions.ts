import { BadInput } from '../../../contracts/failure.ts';
import { timeCell, textCell, numberCell } from '../sources/cells.ts';
import { openSource, reading, type OpenSource } from '../sources/open-source.ts';
import { counted, numberIn, quoted, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { type Binder, identifier } from '../sql-text.ts';
import { timeFormatOf } from '../sources/time-format.ts';
import type { FileToRead } from './read-source.ts';
import type { Problem } from './row-refusals.ts';
import type { Sales } from './sales-select.ts';

interface Conversion {
  /** Columns that the rows need for it. */
  readonly cells: readonly string[];
  readonly problems: readonly Problem[];
}

/** Quantities in the unit of the pipeline file. `factor` is SQL; target and stock are multiplied by it, prices divided. */
export function unitsSql(units: Sales['units'], source: OpenSource, binder: Binder): Conversion & { readonly factor: string } {
  if (units === undefined) return { cells: [], problems: [], factor: '1' };
  return {
    cells: [`${textCell(source, units.column, 'units.column')} AS unit`],
    factor: chosenSql('unit', { [units.to]: 1, ...units.factors }, binder),
    problems: [{ kind: 'unit', column: units.column, condition: `base AND ${chosenSql('unit', { [units.to]: 1, ...units.factors }, binder)} IS NULL`, found: 'unit' }],
  };
}

/** Prices in the currency of the pipeline file. `rate` and `join` are SQL; `rates` is the table of {@link readRates}. */
export function currencySql(currency: Sales['currency'], source: OpenSource, binder: Binder, rates?: string): Conversion & { readonly rate: string; readonly join: string } {
  if (currency === undefined) return { cells: [], problems: [], rate: '1', join: '' };
  const cells = [`${textCell(source, currency.column, 'currency.column')} AS currency`];
  const dated = rates !== undefined;
  const known = isFixed(currency.rates) ? { [currency.to]: 1, ...currency.rates } : { [currency.to]: 1 };
  const fixed = chosenSql('currency', known, binder);
  const rate = dated ? `coalesce(${fixed}, rate)` : fixed;
  return {
    cells, rate,
    join: dated ? `ASOF LEFT JOIN ${identifier(rates)} ON currency = rate_currency AND time >= rate_time` : '',
    problems: [{
      kind: 'rate', column: currency.column, condition: `base AND price IS NOT NULL AND ${rate} IS NULL`,
      found: `coalesce(currency, '') || ' on ' || coalesce(strftime(time, '%Y-%m-%d'), '')`,
    }],
  };
}

type Rates = NonNullable<Sales['currency']>['rates'];
export type RatesFile = Extract<Rates, { uri: string }>;

export function isFixed(rates: Rates): rates is Record<string, number> {
  // A map of rates may have a currency of any name, but no object.
  return typeof rates['columns'] !== 'object';
}

function chosenSql(value: string, choices: Readonly<Record<string, number>>, binder: Binder): string {
  const cases = Object.entries(choices).map(([name, number]) => `WHEN ${binder.add(name)} THEN CAST(${binder.add(number)} AS DOUBLE)`);
  return `CASE ${value} ${cases.join(' ')} END`;
}

/**
 * Reads files of rates into the temporary table `rates (rate_currency, rate_time, rate)`, one row for each currency and time: a later file or row with
 * the same time replaces the earlier one. A rate without a time holds always.
 */
export async function readRates(session: Session, { rates, files, scratch }: { readonly rates: RatesFile; readonly files: readonly FileToRead[]; readonly scratch: string }): Promise<string> {
  await session.run('CREATE OR REPLACE TEMP TABLE rate_lines (file INTEGER, row BIGINT, currency VARCHAR, time TIMESTAMP, time_text VARCHAR, rate DOUBLE, rate_text VARCHAR)');
  const { currency, time, rate } = rates.columns;
  for (const [i, file] of files.entries()) {
    const { uri } = file;
    const source = await openSource(session, { ...file, csv: rates.csv, format: rates.format, excel: rates.excel, scratch, name: `rates-${String(i)}` });
    const number = numberCell(source, rate, 'currency.rates.columns.rate');
    const moment = time === undefined
      ? { value: "TIMESTAMP '0001-01-01'", text: undefined }
      : timeCell(source, time, 'currency.rates.columns.time', await timeFormatOf(session, source, time, 'currency.rates.columns.time'));
    await reading(uri, () => session.run(
      `INSERT INTO rate_lines SELECT ${String(i)}, ${source.rowNumber}, ${textCell(source, currency, 'currency.rates.columns.currency')},
         CAST(${moment.value} AS TIMESTAMP), ${moment.text ?? 'NULL'}, ${number.value}, ${number.text ?? 'NULL'} FROM ${source.relation}`, source.parameters));
    const [bad] = await session.rows(
      `SELECT row, coalesce(time IS NULL, false) AS no_time, coalesce(time_text, rate_text, '') AS found FROM rate_lines
       WHERE file = ${String(i)} AND (currency IS NULL OR time IS NULL OR rate IS NULL OR rate <= 0) ORDER BY row LIMIT 1`);
    if (bad !== undefined) {
      throw new BadInput(`${uri} row ${counted(numberIn(bad, 'row'))}: a rate needs a currency, a date and a number above 0 (found ${quoted(textIn(bad, 'found'))}); correct the row, or take it out`);
    }
  }
  await session.run(`CREATE OR REPLACE TEMP TABLE rates AS SELECT currency AS rate_currency, time AS rate_time, rate FROM rate_lines QUALIFY row_number() OVER (PARTITION BY currency, time ORDER BY file DESC, row DESC) = 1`);
  return 'rates';
}
