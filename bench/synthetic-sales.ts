import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Session } from '../adapters/duckdb/session.ts';
import { writeParquet } from '../adapters/duckdb/write-parquet.ts';
import { addPeriods, dayOfIso, isoOfDay, periodStart } from '../domain/calendar.ts';

/** The sales of one month, a row a product and day, in the schema of a snapshot's sales (contracts/data.ts). */
export interface MonthFile {
  /** ISO date of its first day. */
  readonly from: string;
  readonly file: string;
  readonly rows: number;
}

export interface SyntheticShop {
  readonly products: number;
  readonly days: number;
  readonly folder: string;
}

const start = '2019-01-01';

/**
 * Writes sales that look like a shop's: seasons of week and year, a level and a trend of each product, noise that grows with the level, days
 * without a sale, an order of thousands now and then, prices with cuts. The same for the same numbers, on any machine.
 */
export async function writeSyntheticSales(session: Session, { products, days, folder }: SyntheticShop): Promise<readonly MonthFile[]> {
  await mkdir(folder, { recursive: true });
  const first = dayOfIso(start) ?? Number.NaN;
  const months: MonthFile[] = [];
  for (let from = first; from < first + days;) {
    const next = Math.min(addPeriods(periodStart(from, 'month'), 1, 'month'), first + days);
    const name = isoOfDay(periodStart(from, 'month'));
    const file = join(folder, `sales-${name}-${String(next - from)}.parquet`);
    await writeParquet(session, { select: monthSql({ products, first, from, next }), out: file });
    months.push({ from: name, file, rows: products * (next - from) });
    from = next;
  }
  return months;
}

/** Random numbers between 0 and 1 that depend on product and day alone. */
const random = (salt: number): string => `((hash(product * 100003 + day * 7919 + ${String(salt)}) % 1000000) / 1000000.0)`;

function monthSql({ products, first, from, next }: { readonly products: number; readonly first: number; readonly from: number; readonly next: number }): string {
  const level = '(2 + 60 * pow((hash(product) % 1000) / 1000.0, 4))';
  const season = `(1 + 0.3 * sin(2 * pi() * day / 7.0 + product % 7) + 0.25 * sin(2 * pi() * day / 365.25 + (product % 40) / 6.0)) * (1 + (product % 11 - 5) * day / 20000.0)`;
  return `
    SELECT 'P' || lpad(CAST(product AS VARCHAR), 6, '0') AS series, CAST(DATE '1970-01-01' + CAST(${String(first)} + day AS INTEGER) AS TIMESTAMP) AS time,
           CASE WHEN ${random(1)} < 0.0015 THEN 2000 + round(6000 * ${random(2)})
                WHEN ${random(3)} < 0.18 THEN 0
                ELSE greatest(0, round(${level} * ${season} + sqrt(${level}) * 2.4 * (${random(4)} + ${random(5)} + ${random(6)} - 1.5))) END::DOUBLE AS target,
           round((3 + product % 90 + (product % 100) / 100.0) * CASE WHEN ${random(7)} < 0.06 THEN 0.8 ELSE 1 END, 2)::DOUBLE AS price,
           CAST(NULL AS DOUBLE) AS stock, false AS returned, true AS kept, 1::UBIGINT AS file, (product * 10000 + day + 1)::UBIGINT AS row
    FROM (SELECT p.range AS product, d.range AS day FROM range(${String(products)}) p, range(${String(from - first)}, ${String(next - first)}) d)
    ORDER BY series, time`;
}
