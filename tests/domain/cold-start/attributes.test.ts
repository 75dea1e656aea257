import { describe, expect, test } from 'vitest';

import { AttributeSearch } from '../../../domain/cold-start/attribute-search.ts';
import { AttributeLikeness, comparable } from '../../../domain/cold-start/attributes.ts';

const likeness = (columns: readonly (readonly (string | undefined)[])[], others: readonly number[], target = 0): number[] => {
  const attributes = columns.map(comparable);
  return Array.from(new AttributeLikeness(attributes, attributes, Uint32Array.from(others), () => true).of(target));
};

describe('likeness of attributes', () => {
  test('counts an equal value the more the rarer it is', () => {
    const colours = ['red', 'red', 'blue', 'blue', 'blue', 'blue'];
    const shapes = ['cup', 'jar', 'cup', 'jar', 'jar', 'jar'];
    const [sameColour = 0, sameShape = 0, nothing = 0] = likeness([colours, shapes], [1, 2, 3, 4, 5]);
    expect(nothing).toBe(0);
    expect(sameColour).toBeCloseTo(sameShape, 9);
    const [rare = 0, common = 0] = likeness([['a', 'a', 'b', 'b', 'b', 'b'], ['x', 'y', 'x', 'x', 'x', 'x']], [1, 2, 3, 4, 5]);
    expect(rare).toBeGreaterThan(common);
  });

  test('takes a column of many numbers for a measure: the nearer the more alike', () => {
    const weights = Array.from({ length: 20 }, (_, i) => String(100 * 2 ** i));
    const near = likeness([weights], [1, 2, 10, 19]);
    expect(near).toEqual(near.toSorted((a, b) => b - a));
    expect(comparable(['1', '2', '1']).kind).toBe('codes');
  });

  test('is unknown where no attribute of both is', () => {
    expect(likeness([['red', undefined, '']], [1, 2])).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('attributes that became known later', () => {
  const history = { launch: Int32Array.of(3, 3, 9), periods: 12 };
  const given = { names: ['weight', 'shape'], values: [Array.from({ length: 3 }, () => undefined), ['cup', 'jar', 'cup']], knownIn: Int32Array.of(3, 5, 9) };

  test('say nothing of a product at its own launch', () => {
    expect(new AttributeSearch(history, given).categories).toEqual(['cup', undefined, 'cup']);
  });

  test('say nothing of an earlier product before they were known', () => {
    const search = new AttributeSearch(history, given);
    const alike = (cutoff: number): number[] => Array.from(search.among(Uint32Array.of(0, 1), cutoff).of(2));
    expect(alike(4).map(Number.isNaN)).toEqual([false, true]);
    expect(alike(5).map(Number.isNaN)).toEqual([false, false]);
  });
});
