import { isoOfStart } from '../../../domain/calendar.ts';
import { textIn } from '../row-values.ts';
import { startNumberSql, unitOfColumn } from '../period-start.ts';
import type { Session, Sessions } from '../session.ts';
import { identifier } from '../sql-text.ts';
import { copyNumbers, textsOf } from '../typed-columns.ts';
import { writeCsv, writeParquet } from '../write-parquet.ts';

export interface ForecastRow {
  readonly series: string;
  /** Start of the period: an ISO date, for hours `2011-10-03T14:00`. */
  readonly ds: string;
  readonly yHat: number;
  readonly quantiles: readonly number[];
}

/** Copies a forecast file for people and other programs; sorted by (unique_id, ds). */
export async function exportForecasts(session: Session, { file, out, format }: { readonly file: string; readonly out: string; readonly format: 'csv' | 'parquet' }): Promise<void> {
  const write = format === 'csv' ? writeCsv : writeParquet;
  await write(session, { select: 'SELECT * FROM read_parquet($file) ORDER BY unique_id, ds', parameters: { file }, out });
}

/** The rows of a forecast file in batches, sorted by (series, ds). */
export async function* forecastRows(sessions: Sessions, { file, signal }: { readonly file: string; readonly signal?: AbortSignal | undefined }): AsyncGenerator<readonly ForecastRow[]> {
  const session = await sessions.open(signal);
  try {
    const described = await session.rows('DESCRIBE SELECT * FROM read_parquet($file)', { file });
    const levels = described.map((row) => textIn(row, 'column_name')).filter((name) => /^q[\d.]+$/.test(name));
    const unit = unitOfColumn(described.map((row) => (row['column_name'] === 'ds' ? textIn(row, 'column_type') : '')).join(''));
    const numbers = ['y_hat', ...levels].map((name) => `CAST(${identifier(name)} AS DOUBLE)`);
    const sql = `SELECT unique_id, ${startNumberSql('ds', unit)}, ${numbers.join(', ')} FROM read_parquet($file) ORDER BY unique_id, ds`;
    for await (const chunk of session.chunks(sql, { file })) {
      const series = textsOf(chunk.getColumnVector(0));
      const starts = new Int32Array(chunk.rowCount);
      copyNumbers(chunk.getColumnVector(1), starts, 0);
      const [yHat, ...quantiles] = numbers.map((_, c) => {
        const values = new Float64Array(chunk.rowCount);
        copyNumbers(chunk.getColumnVector(2 + c), values, 0);
        return values;
      });
      yield series.map((name, i) => ({
        series: name, ds: isoOfStart(starts[i] ?? Number.NaN, unit), yHat: yHat?.[i] ?? Number.NaN, quantiles: quantiles.map((level) => level[i] ?? Number.NaN),
      }));
    }
  } finally {
    session.close();
  }
}
