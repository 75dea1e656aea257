import { expect, test } from 'vitest';

import { retrainDag, stepNames } from '../../contracts/steps.ts';
import { searchedFamilies } from '../../contracts/training.ts';

test('every step waits only for steps that are named before it: the names are an order in which they can run', () => {
  stepNames.forEach((step, i) => {
    for (const earlier of retrainDag[step]) expect(stepNames.indexOf(earlier), `${step} waits for ${earlier}`).toBeLessThan(i);
    for (const earlier of retrainDag[step]) expect(stepNames).toContain(earlier);
  });
});

test('every step but the last is waited for, so that no work is for nothing', () => {
  const waitedFor = new Set<string>(stepNames.flatMap((step) => retrainDag[step]));
  expect(stepNames.filter((step) => !waitedFor.has(step))).toEqual(['propose']);
});

test('every searched family has its search and its fit', () => {
  for (const family of searchedFamilies) expect(retrainDag[`fit:${family}`]).toEqual([`search:${family}`]);
});
