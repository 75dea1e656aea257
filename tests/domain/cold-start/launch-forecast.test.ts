import { describe, expect, test } from 'vitest';

import { LaunchForecaster } from '../../../domain/cold-start/launch-forecast.ts';
import { marketRatio } from '../../../domain/cold-start/market-level.ts';
import { historyOf, type SomeLaunch } from './some-history.ts';

const at = (cutoff: number, marketExponent = 0) => ({ cutoff, marketExponent });
const launch = (start: number, ...curve: number[]): SomeLaunch => ({ launch: start, curve });

describe('averages of earlier launches', () => {
  const history = historyOf([launch(2, 4, 2), launch(3, 8, 6), launch(4, 30, 10), launch(1, 999, 999), launch(9, 777, 777)]);
  const forecaster = new LaunchForecaster(history, ['a', 'a', 'b', 'a', 'a'], [0.1, 0.5, 0.9], at(8));

  test('are of the category, and of all where no earlier product had it', () => {
    expect(Array.from(forecaster.average('a').mean)).toEqual([6, 4]);
    expect(Array.from(forecaster.average('a').quantiles)).toEqual([4, 4, 8, 2, 2, 6]);
    expect(forecaster.average('new')).toEqual(forecaster.average(undefined));
    expect(Array.from(forecaster.average(undefined).mean)).toEqual([14, 6]);
  });

  test('know launches neither before they are over nor from the first horizon of the data', () => {
    const late = new LaunchForecaster(history, [], [0.5], at(10));
    expect(late.average(undefined).mean[0]).toBe((4 + 8 + 30 + 777) / 4);
    const gapped = new LaunchForecaster({ ...history, gap: 4 }, [], [0.5], at(8));
    expect(gapped.average(undefined).mean[0]).toBe(6);
  });
});

test('one order beyond all others does not make every forecast', () => {
  const many = Array.from({ length: 200 }, () => launch(3, 10, 10));
  const { mean } = new LaunchForecaster(historyOf([...many, launch(3, 70_000, 10)]), [], [0.5], at(8)).average(undefined);
  expect(mean[0]).toBeCloseTo(10, 9);
});

test('without an earlier launch nothing is known, and nothing fails', () => {
  const forecaster = new LaunchForecaster(historyOf([launch(9, 1, 1)]), ['a'], [0.5], at(5, 1));
  expect(Array.from(forecaster.average('a').mean)).toEqual([Number.NaN, Number.NaN]);
  expect(Array.from(forecaster.byAnalogues(forecaster.curves(new Uint32Array()), new Float64Array(), 'a', 0).quantiles)).toEqual([Number.NaN, Number.NaN]);
});

describe('the market', () => {
  const history = historyOf([launch(2, 10, 10)]);
  test('scales a launch by how much more is sold now, as far as asked', () => {
    history.market.fill(400, 6);
    expect([0, 0.5, 1].map((exponent) => marketRatio(history, 2, 8, exponent))).toEqual([1, 2, 4]);
    const { mean } = new LaunchForecaster(history, [], [0.5], at(8, 1)).average(undefined);
    expect(Array.from(mean)).toEqual([40, 40]);
  });

  test('scales nothing where it sold nothing or is unknown, and never beyond tenfold', () => {
    for (const sold of [0, Number.NaN]) expect(marketRatio(historyOf([launch(2, 1, 1)], { market: sold }), 2, 8, 1)).toBe(1);
    const grown = historyOf([launch(2, 1, 1)]);
    grown.market.fill(1e6, 6);
    expect(marketRatio(grown, 2, 8, 1)).toBe(10);
  });

  test('of later periods has no part', () => {
    const [some, other] = [historyOf([launch(2, 10, 10)]), historyOf([launch(2, 10, 10)])];
    other.market.fill(5_000, 9);
    const mean = (of: typeof some) => new LaunchForecaster(of, [], [0.5], at(8, 1)).average(undefined).mean;
    expect(mean(other)).toEqual(mean(some));
  });
});
