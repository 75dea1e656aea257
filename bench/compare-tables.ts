import { join } from 'node:path';

import { createSessions } from '../adapters/duckdb/session.ts';
import { identifier, literal, parquetFiles } from '../adapters/duckdb/sql-text.ts';

/** Relative difference that the rounding of 32-bit values and another order of addition explain. */
const tolerance = 1e-4;

/**
 * Compares origin tables of two makers: rows, and per column how many values are known, their sum, and the largest difference between single
 * values of some series. @returns what differs, in words; empty for equal tables
 */
export async function compareTables({ ours, peer, folder }: { readonly ours: readonly string[]; readonly peer: string; readonly folder: string }): Promise<readonly string[]> {
  const sessions = createSessions({ memoryLimitMiB: 4096, threads: 2, tempFolder: join(folder, 'compare') });
  try {
    return await sessions.use(undefined, async (session) => {
      const [a, b] = [parquetFiles(ours), `read_parquet(${literal(`${peer}/**/*.parquet`)}, hive_partitioning = false)`];
      const described = await session.rows(`DESCRIBE SELECT * FROM ${a}`);
      const columns = described.map((row) => String(row['column_name'])).filter((name) => name !== 'series' && name !== 'origin');
      const value = (name: string, of = ''): string => `CASE WHEN isnan(${of}${identifier(name)}) THEN NULL ELSE CAST(${of}${identifier(name)} AS DOUBLE) END`;
      const figures = ['count(*) AS rows', ...columns.flatMap((name, i) => [`count(${value(name)}) AS known_${String(i)}`, `sum(${value(name)}) AS sum_${String(i)}`])].join(', ');
      const [x, y] = [await session.row(`SELECT ${figures} FROM ${a}`), await session.row(`SELECT ${figures} FROM ${b}`)];
      // One series in 500 is compared value by value.
      const gaps = columns.map((name, i) => `max(abs(${value(name, 'a.')} - ${value(name, 'b.')}) / (1 + abs(${value(name, 'a.')}))) AS gap_${String(i)}`).join(', ');
      const single = await session.row(`SELECT ${gaps} FROM (SELECT * FROM ${a} WHERE hash(series) % 500 = 0) a JOIN ${b} b ON a.series = b.series AND CAST(a.origin AS DATE) = CAST(b.origin AS DATE)`);
      const far = (p: unknown, q: unknown): boolean => Math.abs(Number(p) - Number(q)) > tolerance * (1 + Math.abs(Number(p)));
      return [
        ...(x['rows'] === y['rows'] ? [] : [`rows: ${String(x['rows'])}, peer ${String(y['rows'])}`]),
        ...columns.flatMap((name, i) => {
          const n = String(i);
          return [
            ...(x[`known_${n}`] === y[`known_${n}`] ? [] : [`${name}: ${String(x[`known_${n}`])} known values, peer ${String(y[`known_${n}`])}`]),
            ...(far(x[`sum_${n}`], y[`sum_${n}`]) ? [`${name}: sum ${String(x[`sum_${n}`])}, peer ${String(y[`sum_${n}`])}`] : []),
            ...(Number(single[`gap_${n}`] ?? 0) > tolerance * 10 ? [`${name}: single values differ by up to ${String(single[`gap_${n}`])}`] : []),
          ];
        }),
      ];
    });
  } finally {
    await sessions.close();
  }
}
