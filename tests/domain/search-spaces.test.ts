import { describe, expect, test } from 'vitest';
import type { Distribution as FileDistribution } from '../../contracts/pipeline.schema.ts';
import { defaultParameters, defaultSpace, parameterProblems, resolveSpace } from '../../domain/search-spaces.ts';
import type { Distribution, Family } from '../../domain/search-spaces.ts';

const families: readonly Family[] = ['lightgbm', 'lstm'];

function holds(distribution: Distribution, value: unknown): boolean {
  if ('choice' in distribution) return distribution.choice.some((choice) => choice === value);
  const [least, most] = 'int' in distribution ? distribution.int : distribution.float;
  return typeof value === 'number' && value >= least && value <= most;
}

describe.each(families)('the space of %s', (family) => {
  test('contains its own defaults, which have no problem', () => {
    const defaults = defaultParameters(family);
    expect(parameterProblems(family, defaults)).toEqual([]);
    for (const [name, distribution] of Object.entries(defaultSpace(family)))
      expect(holds(distribution, defaults[name])).toBe(true);
  });

  test('has only ends that a pipeline file may write too', () => {
    expect(resolveSpace(family, defaultSpace(family)).problems).toEqual([]);
  });

  test('splits every parameter into searched and fixed', () => {
    const { space, fixed, first } = resolveSpace(family, {});
    expect([...Object.keys(space), ...Object.keys(fixed)].sort()).toEqual(
      Object.keys(defaultParameters(family)).sort(),
    );
    expect(first).toEqual(defaultParameters(family));
  });
});

test('a distribution of a pipeline file is one of ours', () => {
  const fromFile: FileDistribution = { int: [16, 48], log: true };
  expect(resolveSpace('lightgbm', { num_leaves: fromFile }).space['num_leaves']).toEqual(fromFile);
});

test('a value fixes a parameter and takes it out of the search', () => {
  const { space, fixed, first, problems } = resolveSpace('lightgbm', { num_leaves: 15, objective: 'tweedie' });
  expect(problems).toEqual([]);
  expect(space).not.toHaveProperty('num_leaves');
  expect(fixed).toMatchObject({ num_leaves: 15, objective: 'tweedie' });
  expect(first).toMatchObject({ num_leaves: 15, objective: 'tweedie' });
});

test('the first trial stays inside a replaced distribution', () => {
  const { first } = resolveSpace('lightgbm', {
    num_leaves: { int: [64, 128], log: false },
    objective: { choice: ['tweedie', 'poisson'] },
  });
  expect(first).toMatchObject({ num_leaves: 64, objective: 'tweedie' });
});

test.each([
  [{ leaves: 3 }, /lightgbm\.leaves: unknown parameter; known are .*num_leaves/],
  [{ num_leaves: 2.5 }, /num_leaves: 2.5 is not a whole number/],
  [{ num_leaves: 'many' }, /many is not a whole number/],
  [{ learning_rate: 0 }, /learning_rate: 0 is not a number from/],
  [{ objective: 'mape' }, /mape is not one of l1, l2/],
  [{ objective: { int: [1, 2] as const, log: false } }, /is a choice/],
  [{ num_leaves: { float: [2, 30] as const, log: false } }, /write int/],
  [{ num_leaves: { int: [30, 2] as const, log: false } }, /backwards/],
  [{ lambda_l2: { float: [0, 1] as const, log: true } }, /begin above 0/],
  [{ num_leaves: { choice: [8, 1] } }, /num_leaves: 1 is not/],
] as const)('%j is told in one line', (overrides, message) => {
  expect(resolveSpace('lightgbm', overrides).problems).toEqual([expect.stringMatching(message)]);
});
