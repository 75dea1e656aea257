import { expect, test } from 'vitest';

import { aspectWeights, settingsToTry } from '../../../domain/cold-start/settings.ts';

test('aspects are tried by likeness, by how the alike sell and by both: of all sources together and of each alone', () => {
  expect(aspectWeights(2)).toEqual([[1, 0], [0, 1], [1, 1]]);
  expect(aspectWeights(4)).toEqual([
    [1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1],
    [1, 0, 0, 0], [0, 0, 1, 0], [1, 0, 1, 0],
    [0, 1, 0, 0], [0, 0, 0, 1], [0, 1, 0, 1],
  ]);
});

test('every setting that is tried is another one, and none is the average alone', () => {
  const settings = settingsToTry([1, 0]);
  expect(new Set(settings.map((setting) => JSON.stringify({ ...setting, temperature: String(setting.temperature) }))).size).toBe(settings.length);
  expect(Math.max(...settings.map(({ shrinkage }) => shrinkage))).toBeLessThan(1);
});
