import { describe, expect, test } from 'vitest';
import type { PeriodLength } from '../../../domain/calendar.ts';
import { type FeaturePlan, planFeatures } from '../../../domain/features/feature-plan.ts';
import { reachOf } from '../../../domain/features/reach.ts';
import { kernelTable } from './kernel-table.ts';
import { somePanel } from './some-panel.ts';

const planOf = (frequency: PeriodLength, periods: number): FeaturePlan => planFeatures({ frequency, horizon: 2, periods, learnable: periods, priced: true, lines: true });
const isSeason = (name: string): boolean => name.startsWith('season_');

describe('periods that begin elsewhere', () => {
  test.each([['week-sunday', 'week', 70], ['month-26', 'month', 30], ['day@04:00', 'day', 80]] as const)('%s has the features of %s, over the same values', (aligned, plain, periods) => {
    const [ours, theirs] = [planOf(aligned, periods), planOf(plain, periods)];
    expect({ ...ours, frequency: plain }).toEqual(theirs);
    expect(reachOf(ours)).toEqual(reachOf(theirs));
    const panel = somePanel({ periods, series: 2 });
    const [a, b] = [kernelTable(panel, ours, periods), kernelTable(panel, theirs, periods)];
    const values = ({ names, rows }: typeof a) => [...rows].map(([row, all]) => [row, all.filter((_, i) => !isSeason(names[i] ?? ''))]);
    expect(values(a)).toEqual(values(b));
  });

  test('the time of the year is that of a period’s middle', () => {
    const angles = (frequency: PeriodLength, periods: number) => {
      const { names, rows } = kernelTable(somePanel({ periods, series: 1 }), planOf(frequency, periods), periods);
      const at = (name: string, t: number): number => rows.get(`s0 ${String(t)}`)?.[names.indexOf(name)] ?? Number.NaN;
      return Array.from({ length: periods }, (_, t) => Math.atan2(at('season_sin_1', t), at('season_cos_1', t)));
    };
    // Each Sunday is one day before its Monday.
    const [sundays, mondays] = [angles('week-sunday', 54), angles('week', 54)];
    expect(((mondays[5] ?? 0) - (sundays[5] ?? 0)) * (365.25 / (2 * Math.PI))).toBeCloseTo(1, 3);
    // The month from 26 December on lies in January for the most part.
    expect(angles('month-26', 30)[0]).toBeCloseTo(angles('month', 30)[0] ?? Number.NaN, 5);
  });
});
