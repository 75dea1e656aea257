import { expect, test } from 'vitest';

import { demandProfile, profileNames } from '../../../domain/tuning/demand-profile.ts';

const sales = { periods: 20, total: 100, earlierPeriods: 12, earlierTotal: 40, idle: 5, price: Math.E - 1 };

test('a profile tells the level, what has come since, how often nothing sells, and the price', () => {
  expect(profileNames).toEqual(['level', 'trend', 'idle share', 'price level']);
  const profile = demandProfile(sales);
  [Math.log(6), Math.log(8.5) - Math.log(6), 0.25, 1].forEach((expected, i) => expect(profile[i]).toBeCloseTo(expected, 12));
});

test('a product younger than the recent periods has no trend, and one without a price no price level', () => {
  const [level, trend, idle, price] = demandProfile({ ...sales, earlierPeriods: 0, earlierTotal: 0, price: Number.NaN });
  expect([level, trend, idle]).toEqual([Math.log(6), 0, 0.25]);
  expect(price).toBeNaN();
  expect(demandProfile({ ...sales, periods: 12, total: 40 })[1]).toBeNaN();
});

test('more returns than sales count as nothing sold', () => {
  expect(demandProfile({ ...sales, total: -100 })[0]).toBe(0);
});
