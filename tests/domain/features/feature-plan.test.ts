import { expect, test } from 'vitest';
import type { FeatureSpec } from '../../../contracts/features.ts';
import { type FeaturePlan, planFeatures } from '../../../domain/features/feature-plan.ts';

const weekly = { frequency: 'week', horizon: 4, periods: 52, learnable: 36, modalities: [{ modality: 'text', dims: 2 }], priced: true, lines: true } as const;
const names = ({ shared, perStep }: FeaturePlan): string[] => [...shared, ...perStep].map(({ name }) => name);

test('a plan is a feature specification: sequence and statics are shared columns, names are unique, each has a meaning', () => {
  const plan = planFeatures(weekly);
  const spec: FeatureSpec = plan;
  const shared = spec.shared.map(({ name }) => name);
  expect(shared).toEqual(expect.arrayContaining([...spec.sequence, ...spec.statics]));
  expect(new Set(names(plan)).size).toBe(names(plan).length);
  expect([...spec.shared, ...spec.perStep].every(({ meaning }) => meaning.length > 5)).toBe(true);
  expect([spec.sequence[0], spec.sequence.at(-1)]).toEqual(['lag_15', 'lag_0']);
});

test('last year takes part only when the panel is longer than a year', () => {
  expect(names(planFeatures(weekly))).not.toContain('last_year');
  expect(names(planFeatures({ ...weekly, periods: 53 }))).toContain('last_year');
});

test('the time of the year takes part only when there is more than one year to learn it from', () => {
  const season = (learnable: number): string[] => names(planFeatures({ ...weekly, periods: 120, learnable })).filter((name) => name.startsWith('season_'));
  expect(season(52)).toEqual([]);
  expect(season(53)).toEqual(['season_sin', 'season_cos']);
});

test('a short history has fewer lags and no window that would never be full', () => {
  const plan = planFeatures({ ...weekly, periods: 24, learnable: 9 });
  expect(plan.lags).toBe(4);
  expect(plan.windows).toEqual([4, 8]);
});

test('days know their weekday and the same weekday of the last week', () => {
  expect(names(planFeatures({ ...weekly, frequency: 'day', periods: 300, learnable: 200 }))).toEqual(expect.arrayContaining(['weekday', 'last_week', 'mean_28']));
});

test('columns for prices, lines and texts are there only when the data have them', () => {
  const bare = names(planFeatures({ ...weekly, modalities: [], priced: false, lines: false }));
  expect(bare.filter((name) => /price|lines|largest|text/.test(name))).toEqual([]);
  expect(planFeatures({ ...weekly, modalities: [], priced: false }).statics).toEqual(['age']);
});
