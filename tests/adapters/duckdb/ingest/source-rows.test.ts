import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { query, useScratch } from '../scratch.ts';

const scratch = useScratch();
const columns = "series VARCHAR, time TIMESTAMP, target DOUBLE, price DOUBLE, stock DOUBLE, returned BOOLEAN, kept BOOLEAN, file UBIGINT, row UBIGINT, seller VARCHAR";

/** Two parts of a snapshot whose rows come from files 7 and 187649984473770. */
async function parts(): Promise<readonly string[]> {
  const write = async (name: string, rows: readonly string[]): Promise<string> => {
    const out = join(scratch().folder, `${name}.parquet`);
    await query(`COPY (SELECT * FROM (VALUES ${rows.join(', ')}) t(${columns.replace(/ [A-Z]+/g, '')})) TO '${out}' (FORMAT parquet)`);
    return out;
  };
  const row = (series: string, time: string, target: string, kept: boolean, file: string, number: number) =>
    `('${series}', TIMESTAMP '${time}', ${target}::DOUBLE, 1.5::DOUBLE, NULL::DOUBLE, false, ${String(kept)}, ${file}::UBIGINT, ${String(number)}::UBIGINT, 'Bob')`;
  return [
    await write('rows-1', [row('A', '2024-01-30 00:00:00', '1', true, '7', 1), row('B', '2024-01-31 12:30:00.5', '2', true, '7', 2), row('B', '2024-01-31 23:00:00', 'NULL', false, '187649984473770', 1)]),
    await write('rows-2', [row('B', '2024-02-01 00:00:00', '4', true, '7', 3), row('B', '2024-02-02 00:00:00', '5', true, '187649984473770', 2)]),
  ];
}
const files = new Map([[7, 'old.csv'], [187_649_984_473_770, 'new.csv']]);

test('the rows behind a series are the newest of those in a time, oldest first, also the ones that take no part', async () => {
  const sales = await parts();
  const { total, rows } = await scratch().duckdb.sourceRows({ sales, files, series: 'B', to: '2024-02-01', limit: 2 });
  expect(total).toBe(3);
  expect(rows).toMatchObject([
    { file: 'new.csv', row: 1, time: '2024-01-31T23:00:00', target: NaN, price: 1.5, returned: false, kept: false },
    { file: 'old.csv', row: 3, time: '2024-02-01T00:00:00', target: 4, kept: true },
  ]);
  expect((await scratch().duckdb.sourceRows({ sales, files, series: 'B', from: '2024-02-02', limit: 9 })).rows.map(({ row }) => row)).toEqual([2]);
  expect(await scratch().duckdb.sourceRows({ sales: [], files, series: 'B', limit: 9 })).toEqual({ total: 0, rows: [] });
});

test('a row has the digest of its values, whatever file it stands in and whether it counts', async () => {
  const { rows } = await scratch().duckdb.sourceRows({ sales: await parts(), files, series: 'B', limit: 9 });
  const values = '{"price":1.5,"returned":false,"seller":"Bob","series":"B","stock":null,"target":2,"time":"2024-01-31T12:30:00.5"}';
  expect(rows[0]?.digest).toBe(createHash('sha256').update(values).digest('hex'));
  expect(new Set(rows.map(({ digest }) => digest)).size).toBe(4);
});
