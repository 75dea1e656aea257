import { expect, test } from 'vitest';

import { strayMonths } from '../../../domain/dataset-look/stray-months.ts';

const year = Array.from({ length: 12 }, (_, i) => ({ month: `2017-${String(i + 1).padStart(2, '0')}`, rows: 1000 }));

test('few rows long after or long before all others are strays', () => {
  expect(strayMonths([...year, { month: '2020-02', rows: 2 }, { month: '2020-04', rows: 2 }])).toEqual(['2020-02', '2020-04']);
  expect(strayMonths([{ month: '1970-01', rows: 3 }, ...year])).toEqual(['1970-01']);
});

test('a business that begins or ends slowly, or goes on after a pause, has none', () => {
  expect(strayMonths(year)).toEqual([]);
  expect(strayMonths([...year, { month: '2018-01', rows: 1 }])).toEqual([]);
  expect(strayMonths([...year, { month: '2018-09', rows: 1000 }])).toEqual([]);
  expect(strayMonths([])).toEqual([]);
});
