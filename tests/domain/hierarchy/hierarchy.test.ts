import { expect, test } from 'vitest';
import { buildHierarchy, incoherence, spreadDown, sumUp } from '../../../domain/hierarchy/hierarchy.ts';

const labels = new Map([['category', ['bags', 'toys', 'bags']], ['store', ['Leeds', 'Leeds', 'York']]]);

test('levels are numbered one after the other, their nodes in the order of their labels', () => {
  const { nodes, levels } = buildHierarchy([['category', 'store'], 'category', 'total'], 3, labels);
  expect(nodes).toBe(6);
  expect(levels.map(({ name, first, labels: of }) => [name, first, of])).toEqual([
    ['category × store', 0, ['bags × Leeds', 'bags × York', 'toys × Leeds']],
    ['category', 3, ['bags', 'toys']],
    ['total', 5, ['total']],
  ]);
  expect([...(levels[0]?.nodeOf ?? [])]).toEqual([0, 2, 1]);
});

test('labels that look alike when crossed are told apart', () => {
  const { levels } = buildHierarchy([['category', 'store']], 2, new Map([['category', ['a × b', 'a']], ['store', ['c', 'b × c']]]));
  expect(levels[0]?.count).toBe(2);
});

test('summing up and spreading down go by the same nodes', () => {
  const hierarchy = buildHierarchy(['category', 'store', 'total'], 3, labels);
  const all = sumUp(hierarchy, Float64Array.of(1, 10, 2, 20, 4, 40), 2);
  expect([...all]).toEqual([5, 50, 2, 20, 3, 30, 4, 40, 7, 70, 1, 10, 2, 20, 4, 40]);
  expect([...incoherence(hierarchy, all, 2)]).toEqual(Array(10).fill(0));
  expect([...spreadDown(hierarchy, Float64Array.of(1, 2, 10, 20, 100), 1)]).toEqual([111, 112, 121]);
});
