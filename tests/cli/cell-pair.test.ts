import fc from 'fast-check';
import { expect, test } from 'vitest';

import { cellPair } from '../../cli/render/cell-pair.ts';

test.each([
  ['0.30000000000000004', '0.4', ['0.3', '0.4']],
  ['17.983333333333334', '17.983333333333338', ['17.98333333333333', '17.98333333333334']],
  ['2.5500000000000003', undefined, ['2.55', 'missing']],
  ['12345678.0', '12345679.0', ['12345678', '12345679']],
  ['1.23456789', '1.23456799', ['1.2345679', '1.234568']],
])('%s and %s are shown as %j', (was, is, shown) => {
  expect(cellPair(was, is, true)).toEqual(shown);
});

test('texts stay as they are, what is no number too', () => {
  expect(cellPair('0.30000000000000004', '1.10', false)).toEqual(['0.30000000000000004', '1.10']);
  expect(cellPair('nan', 'inf', true)).toEqual(['nan', 'inf']);
});

test('two numbers that differ are shown as two', () => {
  const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(fc.property(anyNumber, anyNumber, (a, b) => {
    fc.pre(a !== b);
    const [was, is] = cellPair(String(a), String(b), true);
    expect(was).not.toBe(is);
  }));
});
