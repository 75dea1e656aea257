import { expect, test } from 'vitest';

import { buildHierarchy } from '../../../domain/hierarchy/hierarchy.ts';
import { nameNodes } from '../../../domain/hierarchy/name-nodes.ts';

test('nodes are named by their levels and labels, crossed ones by all of them', () => {
  const labels = new Map([['category', ['toys', 'bags', 'toys']], ['store', ['Leeds', 'Leeds', 'York']]]);
  const levels = ['category', ['category', 'store'], 'total'] as const;
  expect(nameNodes(buildHierarchy(levels, 3, labels), levels, labels)).toEqual([
    'category=bags', 'category=toys', 'category=bags,store=Leeds', 'category=toys,store=Leeds', 'category=toys,store=York', 'total',
  ]);
});
