import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readMatrix } from '../../adapters/read-matrix.ts';
import { columnOf } from '../../domain/origin-rows.ts';
import { writeSyntheticMatrix } from './synthetic-matrix.ts';

test('a matrix folder is read by column name, and one that was cut short is corrupt', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'matrix-'));
  try {
    const matrix = await writeSyntheticMatrix(folder, { series: 2, periods: 8, horizon: 1, lags: 2 });
    const table = await readMatrix(matrix);
    // Series 0 starts at period 0, series 1 at period 1.
    expect([...table.series]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
    expect([...(columnOf(table, 'age') ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6]);
    await truncate(join(folder, 'origin.i32'), 8);
    await expect(readMatrix(matrix)).rejects.toMatchObject({
      code: 'ArtifactCorrupt',
      message: expect.stringContaining('origin.i32: 8 bytes'),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
