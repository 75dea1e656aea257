import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { numberIn, textIn } from '../adapters/duckdb/row-values.ts';
import type { Session } from '../adapters/duckdb/session.ts';
import { writeParquet } from '../adapters/duckdb/write-parquet.ts';
import { DatasetMissing } from '../contracts/failure.ts';
import { packageRoot } from '../infra/toolchain/paths.ts';

/**
 * Protocol P2: the 1,000 best-selling products of UCI Online Retail, weekly units, four weeks ahead, from three origins. Products are chosen
 * per origin by what was sold before it. Row for row what the protocol's own Python makes (tests/bench/protocol-p2.test.ts holds the sums).
 */
export const p2 = {
  /** First forecast week (its Monday) of each origin. */
  origins: ['2011-11-07', '2011-10-10', '2011-09-12'],
  horizon: 4,
  series: 1000,
  quantiles: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
} as const;

/** The first complete week of the data. */
const firstWeek = '2010-12-06';

export interface P2Problem {
  /** Path of the training file: Parquet `unique_id, ds, y, observed`, sorted by (unique_id, ds), from each product's first sale to the origin. */
  readonly train: string;
  /** Path of the order lines behind it: Parquet `unique_id, time, y, price`, a row a line. What a user has; the protocol only has the sums. */
  readonly lines: string;
  /** What was sold afterwards: what forecasts are scored on. */
  readonly actuals: readonly ActualRow[];
  /** Per product, its weekly units before the origin, oldest first. */
  readonly history: ReadonlyMap<string, readonly number[]>;
}

export interface ActualRow {
  readonly series: string;
  /** ISO date of the week's Monday. */
  readonly ds: string;
  readonly y: number;
}

/** Path of the sales file: in a folder of data sets or, without one, this repository's own copy. @throws DatasetMissing when it is not there */
export function onlineRetailFile(dataFolder?: string): string {
  const file = dataFolder === undefined ? join(packageRoot, 'examples/online-retail/data/online_retail.parquet') : join(dataFolder, 'OnlineRetail_UCI/online_retail.parquet');
  if (existsSync(file)) return file;
  throw new DatasetMissing(`${file} is not there: give the folder that holds OnlineRetail_UCI/online_retail.parquet, or nothing for the copy in examples/`);
}

/** Cuts one origin of P2 out of the order lines. `outFolder` gets the training files. */
export async function cutP2(session: Session, { sales, firstTestWeek, outFolder }: { readonly sales: string; readonly firstTestWeek: string; readonly outFolder: string }): Promise<P2Problem> {
  await session.run(linesSql, { sales, firstWeek });
  await session.run('CREATE OR REPLACE TEMP TABLE weeks AS SELECT unique_id, ds, CAST(sum(y) AS DOUBLE) AS y FROM order_lines GROUP BY unique_id, ds');
  await session.run(gridSql, { firstTestWeek, firstWeek, series: p2.series, lastStep: p2.horizon - 1 });
  const train = join(outFolder, `p2-${firstTestWeek}.parquet`);
  await writeParquet(session, { select: `SELECT unique_id, CAST(ds AS TIMESTAMP) AS ds, y, CAST(1 AS BIGINT) AS observed FROM grid WHERE NOT ahead ORDER BY unique_id, ds`, out: train });
  const lines = join(outFolder, `p2-lines-${firstTestWeek}.parquet`);
  await writeParquet(session, {
    select: `SELECT unique_id, time, y, price FROM order_lines SEMI JOIN grid USING (unique_id) WHERE ds < CAST($firstTestWeek AS DATE) ORDER BY row`,
    parameters: { firstTestWeek },
    out: lines,
  });

  const rows = await session.rows('SELECT unique_id, CAST(ds AS VARCHAR) AS ds, y, ahead FROM grid ORDER BY unique_id, ds');
  const history = new Map<string, number[]>();
  const actuals: ActualRow[] = [];
  for (const row of rows) {
    const series = textIn(row, 'unique_id');
    const y = numberIn(row, 'y');
    if (row['ahead'] === true) actuals.push({ series, ds: textIn(row, 'ds'), y });
    else history.set(series, [...(history.get(series) ?? []), y]);
  }
  return { train, lines, actuals, history };
}

/** Sales of products: no cancellations (C…), bad-debt adjustments (A…), write-offs, free lines, or codes that are no product. */
const linesSql = `
  CREATE OR REPLACE TEMP TABLE order_lines AS
  SELECT * FROM (
    SELECT upper(trim(CAST(StockCode AS VARCHAR))) AS unique_id, CAST(InvoiceDate AS TIMESTAMP) AS time, CAST(date_trunc('week', InvoiceDate) AS DATE) AS ds,
           Quantity AS y, UnitPrice AS price, file_row_number AS row
    FROM read_parquet($sales, file_row_number = true)
    WHERE NOT regexp_matches(CAST(InvoiceNo AS VARCHAR), '^[CA]') AND Quantity > 0 AND UnitPrice > 0)
  WHERE regexp_full_match(unique_id, '[0-9]{5}[A-Z]{0,2}') AND ds >= CAST($firstWeek AS DATE)`;

/** Every week from a product's first sale to the end of the horizon; weeks without a sale are zero. Ties in the choice go to the lower code. */
const gridSql = `
  CREATE OR REPLACE TEMP TABLE grid AS
  WITH chosen AS (
    SELECT unique_id, min(ds) AS first FROM weeks WHERE ds < CAST($firstTestWeek AS DATE)
    GROUP BY unique_id ORDER BY sum(y) DESC, unique_id LIMIT CAST($series AS BIGINT)
  ), calendar AS (
    SELECT CAST(unnest(generate_series(CAST($firstWeek AS TIMESTAMP), CAST($firstTestWeek AS TIMESTAMP) + CAST($lastStep AS INTEGER) * INTERVAL 7 DAY, INTERVAL 7 DAY)) AS DATE) AS ds
  )
  SELECT unique_id, ds, coalesce(y, 0) AS y, ds >= CAST($firstTestWeek AS DATE) AS ahead
  FROM chosen CROSS JOIN calendar LEFT JOIN weeks USING (unique_id, ds)
  WHERE ds >= first`;
