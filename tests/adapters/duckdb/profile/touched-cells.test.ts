import { join } from 'node:path';

import { expect, test } from 'vitest';

import { touchedCells } from '../../../../adapters/duckdb/profile/touched-cells.ts';
import { useSessions } from './scratch-sessions.ts';

const scratch = useSessions();

/** Two parts of a panel: O'Hara's cell 2 was clipped, his cell 4 is unknown, and another series had no sale in cell 3. */
async function panel(type: 'DATE' | 'TIMESTAMP' = 'DATE'): Promise<string[]> {
  const paths = ['a', 'b'].map((name) => join(scratch().folder, `panel-${type}-${name}.parquet`));
  const cell = (series: string, ds: string, raw: string, y: string, touched: number): string => `('${series}', CAST('${ds}' AS ${type}), CAST(${raw} AS DOUBLE), CAST(${y} AS DOUBLE), CAST(${String(touched)} AS UTINYINT))`;
  const parts = [
    [cell("O''Hara", '2024-01-01', '5', '5', 0), cell("O''Hara", '2024-01-02', '500', '20', 2), cell('b', '2024-01-02', '3', '3', 0)],
    [cell("O''Hara", '2024-02-01', 'NULL', 'NULL', 4), cell('b', '2024-02-01', '0', '0', 1)],
  ];
  for (const [i, rows] of parts.entries()) {
    await scratch().run((session, sql: string) => session.run(sql), `COPY (SELECT * FROM (VALUES ${rows.join(', ')}) t(series, ds, y_raw, y, touched) ORDER BY series, ds) TO '${paths[i] ?? ''}' (FORMAT parquet)`);
  }
  return paths;
}

test('every touched cell is counted by code and listed by series and period, with what was sold and what is used', async () => {
  expect(await scratch().run(touchedCells, { panel: await panel(), limit: 10 })).toEqual({
    cells: 5,
    counts: [{ code: 1, cells: 1 }, { code: 2, cells: 1 }, { code: 4, cells: 1 }],
    first: [
      { series: "O'Hara", period: '2024-01-02', sold: 500, used: 20, code: 2 },
      { series: "O'Hara", period: '2024-02-01', sold: null, used: null, code: 4 },
      { series: 'b', period: '2024-02-01', sold: 0, used: 0, code: 1 },
    ],
  });
});

test('a series narrows counts and list, codes and limit the list alone; an unknown series has no cells', async () => {
  const files = await panel();
  const one = await scratch().run(touchedCells, { panel: files, series: "O'Hara", codes: [4], limit: 10 });
  expect(one).toMatchObject({ cells: 3, counts: [{ code: 2, cells: 1 }, { code: 4, cells: 1 }], first: [{ code: 4 }] });
  expect((await scratch().run(touchedCells, { panel: files, limit: 1 })).first).toHaveLength(1);
  expect((await scratch().run(touchedCells, { panel: files, codes: [], limit: 9 })).first).toEqual([]);
  expect(await scratch().run(touchedCells, { panel: files, series: "x' OR 1=1 --", limit: 9 })).toEqual({ cells: 0, counts: [], first: [] });
});

test('periods of hours carry their hour', async () => {
  expect((await scratch().run(touchedCells, { panel: await panel('TIMESTAMP'), limit: 1 })).first[0]?.period).toBe('2024-01-02T00:00');
});
