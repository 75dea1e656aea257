import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { launchHistory } from '../../../../adapters/duckdb/cold-start/launch-history.ts';
import { recentSales } from '../../../../adapters/duckdb/cold-start/recent-sales.ts';
import { staticAttributes } from '../../../../adapters/duckdb/cold-start/static-attributes.ts';
import { addPeriods } from '../../../../domain/calendar.ts';
import { useOwnSession } from '../own-session.ts';
import { firstWeek, weekStart, writePanelPart, writeStaticsFile, writeVectorFile } from './product-files.ts';

const own = useOwnSession();
let panel: readonly string[];
beforeAll(async () => {
  const products = [
    { series: 'b', from: 0, sold: [1, 2, 3, 4, 5, 6] },
    { series: 'a', from: 3, sold: [7, null, 9] },
    { series: 'c', from: 5, sold: [2] },
    { series: 'old', from: -4, sold: [1, 1, 1, 1, 5, 0, 0, 0, 0, 1] },
  ];
  panel = [await writePanelPart(join(own().folder, 'p1.parquet'), products, { first: 0, last: 3 }), await writePanelPart(join(own().folder, 'p2.parquet'), products, { first: 4, last: 5 })];
});

describe('the history of launches', () => {
  test('has the first periods of every product, over the parts of the panel, and the sales of all', async () => {
    const { history, first, last } = await own().use((session) => launchHistory(session, { panel, products: [], frequency: 'week', horizon: 2, gap: 1 }));
    expect([first, last, history.periods, history.sold, history.gap]).toEqual([firstWeek, addPeriods(firstWeek, 5, 'week'), 6, 4, 1]);
    expect(history.series).toEqual(['a', 'b', 'c', 'old']);
    expect(Array.from(history.launch)).toEqual([3, 0, 5, -4]);
    expect(Array.from(history.curves)).toEqual([7, Number.NaN, 1, 2, 2, Number.NaN, Number.NaN, Number.NaN]);
    expect(Array.from(history.market)).toEqual([6, 2, 3, 11, 5, 18]);
  });

  test('ends with products that are known but were never sold; those to be known later are not there yet', async () => {
    const vectors = await writeVectorFile(join(own().folder, 'v.parquet'), [{ series: 'a', vector: [1] }, { series: 'z', vector: [1] }, { series: 'later', vector: [1], knownFrom: `${weekStart(6)} 00:00:00` }, { series: 'just', vector: [1], knownFrom: `${weekStart(5)} 23:59:00` }], 1);
    const statics = await writeStaticsFile(join(own().folder, 's.parquet'), ['colour'], [{ series: 'y', values: ['red'] }, { series: 'z', values: ['red'] }]);
    const { history } = await own().use((session) => launchHistory(session, { panel, products: [vectors, statics], frequency: 'week', horizon: 2, gap: 0 }));
    expect(history.series).toEqual(['a', 'b', 'c', 'old', 'just', 'y', 'z']);
    expect([history.sold, ...history.launch.subarray(4)]).toEqual([4, 6, 6, 6]);
  });
});

test('recent sales are those of the last periods up to each cutoff; unknown before the first sale', async () => {
  const cutoffs = [1, 4].map((period) => addPeriods(firstWeek, period, 'week'));
  const sold = await own().use((session) => recentSales(session, { panel, series: ['a', 'b', 'old', 'nobody'], cutoffs, periods: 2, frequency: 'week' }));
  expect(sold.map((values) => Array.from(values))).toEqual([[Number.NaN, 3, 5, Number.NaN], [7, 9, 0, Number.NaN]]);
});

test('attributes come with the period that they became known in; of several rows the first counts', async () => {
  const statics = await writeStaticsFile(join(own().folder, 'st.parquet'), ['colour', 'its size'], [
    { series: 'a', knownFrom: `${weekStart(2)} 13:00:00`, values: ['red', ' '] },
    { series: 'a', knownFrom: `${weekStart(4)} 00:00:00`, values: ['blue', '7'] },
    { series: 'b', values: [null, '5'] },
    { series: 'unheard of', values: ['x', 'y'] },
  ]);
  const { names, values, knownIn } = await own().use((session) => staticAttributes(session, { statics, series: ['b', 'a', 'c'], frequency: 'week', first: firstWeek }));
  expect(names).toEqual(['colour', 'its size']);
  expect(values).toEqual([[undefined, 'red', undefined], ['5', undefined, undefined]]);
  expect([(knownIn[0] ?? 0) < 0, knownIn[1]]).toEqual([true, 2]);
});
