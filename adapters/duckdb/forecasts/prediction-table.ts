import { DOUBLE, FLOAT, INTEGER, USMALLINT, VARCHAR } from '@duckdb/node-api';
import type { PredictionTable } from '../../../contracts/prediction-table.ts';
import { fillTable } from '../fill-table.ts';
import { numberIn, textIn } from '../row-values.ts';
import { startNumberSql, startSql, unitOfColumn } from '../period-start.ts';
import type { Session } from '../session.ts';
import { identifier } from '../sql-text.ts';
import { copyNumbers } from '../typed-columns.ts';
import { writeParquet } from '../write-parquet.ts';

const levelColumn = (level: number): string => `q${String(level)}`;

/** Writes a Predictions file (contracts/modelling.ts). The order of the table's rows does not matter. */
export async function writePredictionTable(session: Session, { table, out }: { readonly table: PredictionTable; readonly out: string }): Promise<void> {
  await fillFrom(session, table);
  const levels = table.levels.map((level) => identifier(levelColumn(level)));
  await writeParquet(session, {
    select: `SELECT split, series, CAST(origin AS ${table.unit === 'hour' ? 'TIMESTAMP' : 'DATE'}) AS origin, step, ${startSql('ds', table.unit)} AS ds, ${['y_hat', ...levels].join(', ')},
                    CASE WHEN isnan(actual) THEN NULL ELSE actual END AS actual
             FROM predictions ORDER BY split, series, step`,
    out,
  });
}

/**
 * Writes one split as a forecast file: `unique_id, ds, y_hat, q0.1 …`, sorted by (unique_id, ds).
 * @returns how many series it holds
 */
export async function writeForecasts(session: Session, { table, split, out }: { readonly table: PredictionTable; readonly split: string; readonly out: string }): Promise<{ readonly series: number }> {
  await fillFrom(session, table);
  const columns = ['y_hat', ...table.levels.map((level) => identifier(levelColumn(level)))];
  await writeParquet(session, {
    select: `SELECT series AS unique_id, ${startSql('ds', table.unit)} AS ds, ${columns.join(', ')} FROM predictions WHERE split = $split ORDER BY unique_id, ds`,
    parameters: { split },
    out,
  });
  return { series: numberIn(await session.row('SELECT count(DISTINCT series) AS series FROM predictions WHERE split = $split', { split }), 'series') };
}

/** Reads a Predictions file into columns, sorted by (split, series, step). */
export async function readPredictions(session: Session, { file }: { readonly file: string }): Promise<PredictionTable> {
  const described = await session.rows('DESCRIBE SELECT * FROM read_parquet($file)', { file });
  const levelNames = described.map((row) => textIn(row, 'column_name')).filter((name) => /^q[\d.]+$/.test(name));
  const unit = unitOfColumn(described.map((row) => (row['column_name'] === 'ds' ? textIn(row, 'column_type') : '')).join(''));
  const splitRows = await session.rows(`SELECT split, strftime(min(origin), '${unit === 'hour' ? '%Y-%m-%dT%H:%M' : '%Y-%m-%d'}') AS cutoff FROM read_parquet($file) GROUP BY split ORDER BY split`, { file });
  const groups = await session.rows('SELECT split, series, count(*) AS rows FROM read_parquet($file) GROUP BY split, series ORDER BY split, series', { file });

  const splits = splitRows.map((row) => textIn(row, 'split'));
  const series = [...new Set(groups.map((row) => textIn(row, 'series')))];
  const numberOfSplit = new Map(splits.map((name, i) => [name, i]));
  const numberOfSeries = new Map(series.map((name, i) => [name, i]));
  const rows = groups.reduce((sum, row) => sum + numberIn(row, 'rows'), 0);
  const table = emptyTable(rows, { splits, cutoffs: splitRows.map((row) => textIn(row, 'cutoff')), series, levels: levelNames.map((name) => Number(name.slice(1))), unit });

  let filled = 0;
  for (const row of groups) {
    const end = filled + numberIn(row, 'rows');
    table.splitIndex.fill(numberOfSplit.get(textIn(row, 'split')) ?? 0, filled, end);
    table.seriesIndex.fill(numberOfSeries.get(textIn(row, 'series')) ?? 0, filled, end);
    filled = end;
  }
  await readNumbers(session, file, table, levelNames);
  return table;
}

function emptyTable(rows: number, names: Pick<PredictionTable, 'splits' | 'cutoffs' | 'series' | 'levels' | 'unit'>): PredictionTable {
  return {
    ...names,
    splitIndex: new Uint16Array(rows), seriesIndex: new Uint32Array(rows), step: new Uint16Array(rows), ds: new Int32Array(rows),
    yHat: new Float32Array(rows), quantiles: new Float32Array(rows * names.levels.length), actual: new Float64Array(rows),
  };
}

async function readNumbers(session: Session, file: string, table: PredictionTable, levelNames: readonly string[]): Promise<void> {
  const sql = `SELECT step, ${startNumberSql('ds', table.unit)}, y_hat, coalesce(actual, 'nan'::DOUBLE) ${levelNames.map((name) => `, ${identifier(name)}`).join('')}
               FROM read_parquet($file) ORDER BY split, series, step`;
  const width = levelNames.length;
  let offset = 0;
  for await (const chunk of session.chunks(sql, { file })) {
    [table.step, table.ds, table.yHat, table.actual].forEach((target, c) => { copyNumbers(chunk.getColumnVector(c), target, offset); });
    const level = new Float32Array(chunk.rowCount);
    for (let q = 0; q < width; q += 1) {
      copyNumbers(chunk.getColumnVector(4 + q), level, 0);
      level.forEach((value, i) => { table.quantiles[(offset + i) * width + q] = value; });
    }
    offset += chunk.rowCount;
  }
}

async function fillFrom(session: Session, table: PredictionTable): Promise<void> {
  const { splits, cutoffs, splitIndex, series, seriesIndex, step, ds, yHat, levels, quantiles, actual } = table;
  await fillTable(session, 'predictions', yHat.length, [
    { name: 'split', type: VARCHAR, value: (row) => splits[splitIndex[row] ?? -1] ?? null },
    { name: 'series', type: VARCHAR, value: (row) => series[seriesIndex[row] ?? -1] ?? null },
    { name: 'origin', type: VARCHAR, value: (row) => cutoffs[splitIndex[row] ?? -1] ?? null },
    { name: 'step', type: USMALLINT, value: (row) => step[row] ?? null },
    { name: 'ds', type: INTEGER, value: (row) => ds[row] ?? null },
    { name: 'y_hat', type: FLOAT, value: (row) => yHat[row] ?? null },
    ...levels.map((level, q) => ({ name: levelColumn(level), type: FLOAT, value: (row: number) => quantiles[row * levels.length + q] ?? null })),
    { name: 'actual', type: DOUBLE, value: (row) => actual[row] ?? null },
  ]);
}

