import { expect, test } from 'vitest';
import { dateOf, type PanelRow } from '../../domain/features/some-panel.ts';
import { writePanel } from './panel-file.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();

test('scales are the naive error up to the cutoff; without variation or history there is none', async () => {
  const rows = (series: string, values: readonly number[], start = 0): PanelRow[] =>
    values.map((yRaw, i) => ({ series, t: start + i, yRaw, y: 0, price: undefined, lines: 1, largest: 1 }));
  const panel = [await writePanel(scratch(), 'scales', [...rows('a', [1, 4, 2, 90]), ...rows('flat', [5, 5, 5, 1]), ...rows('young', [3, 8], 2), ...rows('zlater', [9], 3)])];
  const [early, late] = await scratch().duckdb.seasonalScales({ panel, cutoffs: [dateOf(2), dateOf(3)], season: 1 });
  expect(early).toEqual({ series: ['a', 'flat', 'young'], scale: Float64Array.of(2.5, NaN, NaN), periods: Uint32Array.of(3, 3, 1) });
  expect(late?.scale).toEqual(Float64Array.of(31, 4 / 3, 5, NaN));
  const [seasonal] = await scratch().duckdb.seasonalScales({ panel, cutoffs: [dateOf(3)], season: 2 });
  expect(seasonal?.scale).toEqual(Float64Array.of(43.5, 2, NaN, NaN));
});
