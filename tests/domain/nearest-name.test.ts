import { distance } from 'fastest-levenshtein';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { nearestName } from '../../domain/nearest-name.ts';

test.each([
  ['horizn', ['horizon', 'name'], 'horizon'],
  ['url', ['uri', 'columns'], 'uri'],
  ['QUANTITY', ['Quantity', 'UnitPrice'], 'Quantity'],
  ['InvoiceDatetime', ['InvoiceDate', 'InvoiceNo'], 'InvoiceDate'],
  ['weight', ['Quantity', 'UnitPrice'], undefined],
  ['ab', ['xy', 'c'], undefined],
  ['prophet', ['lightgbm', 'lstm', 'seasonal-naive'], undefined],
  ['', ['a', 'bc'], undefined],
  ['x', [], undefined],
])('of %j among %j it is %j', (given, known, nearest) => {
  expect(nearestName(given, known, distance)).toBe(nearest);
});

test('no name that is nearer is passed over, and none is named that is too far', () => {
  const anyName = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 9 });
  fc.assert(fc.property(anyName, fc.array(anyName, { maxLength: 6 }), (given, known) => {
    const found = nearestName(given, known, distance);
    const near = known.map((name) => distance(given, name)).filter((far, i) => far <= Math.max(2, given.length / 3) && far < Math.max(given.length, known[i]?.length ?? 0));
    expect(found === undefined ? [] : [distance(given, found)]).toEqual(near.length === 0 ? [] : [Math.min(...near)]);
  }));
});
