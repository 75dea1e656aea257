import { describe, expect, test } from 'vitest';
import { levelFactor } from '../../domain/level-factor.ts';
import { wape } from '../../domain/metrics.ts';
import { createRandom } from '../../domain/random.ts';

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const error = (actual: readonly number[], forecast: readonly number[], factor: number): number => wape(actual, forecast.map((value) => factor * value)) ?? Number.NaN;

describe('levelFactor', () => {
  test('removes the bias where that costs no accuracy', () => {
    expect(levelFactor([10, 20, 40], [5, 10, 20])).toBe(2);
    expect(levelFactor([5, 10, 20], [10, 20, 40])).toBe(0.5);
  });

  test('goes as far towards the sold total as 1 % of WAPE allows, and no further', () => {
    const random = createRandom(5);
    for (let round = 0; round < 50; round++) {
      // Skewed demand and its median for a forecast: too low in total, as medians are.
      const actual = Array.from({ length: 400 }, () => Math.exp(1.2 * random.normal()) * 10);
      const forecast = actual.map(() => 10 * Math.exp(0.1 * random.normal()));
      const factor = levelFactor(actual, forecast);
      const best = error(actual, forecast, 1);
      expect(factor).toBeGreaterThan(1);
      expect(factor).toBeLessThan(total(actual) / total(forecast));
      expect(error(actual, forecast, factor)).toBeLessThanOrEqual(1.01 * best + 1e-12);
      expect(error(actual, forecast, factor + 0.001)).toBeGreaterThan(1.01 * best);
    }
  });

  test('ignores rows whose actual is not known', () => {
    expect(levelFactor([10, Number.NaN, 40], [5, 1_000, 20])).toBe(2);
  });

  test('changes nothing where nothing was sold, nothing was forecast, or nothing is known', () => {
    expect(levelFactor([0, 0], [1, 2])).toBe(1);
    expect(levelFactor([1, 2], [0, 0])).toBe(1);
    expect(levelFactor([Number.NaN], [1])).toBe(1);
    expect(levelFactor([], [])).toBe(1);
  });
});
