import fc from 'fast-check';
import { expect, test } from 'vitest';

import { accuracyOf, areaUnderRoc } from '../../../domain/sentiment/classifier-scores.ts';

test('accuracy counts what 0.5 tells right', () => {
  expect(accuracyOf(Float32Array.of(0.5, 0.49, 0.9, 0.1), Uint8Array.of(1, 0, 0, 1))).toBe(0.5);
  expect(accuracyOf(new Float32Array(0), new Uint8Array(0))).toBeNaN();
});

test('the area under the curve is the share of pairs in the right order, ties counting half', () => {
  const row = fc.record({ score: fc.integer({ min: 0, max: 5 }), label: fc.constantFrom(0, 1) });
  fc.assert(fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), (rows) => {
    const [high, low] = [1, 0].map((label) => rows.filter((one) => one.label === label));
    const pairs = (high ?? []).flatMap((a) => (low ?? []).map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)));
    const expected = pairs.reduce((sum: number, pair) => sum + pair, 0) / pairs.length;
    const found = areaUnderRoc(Float32Array.from(rows, ({ score }) => score), Uint8Array.from(rows, ({ label }) => label));
    if (pairs.length === 0) expect(found).toBeNaN();
    else expect(found).toBeCloseTo(expected, 10);
  }));
});
