import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SortedWindow } from '../../../domain/cleaning/sorted-window.ts';
import { madOf, quantile } from './reference-cleaning.ts';

const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e12, max: 1e12, noNaN: true }));

// Adding 0 makes a negative zero a plain one: they are the same number, and which of the two is taken out does not matter.
test('what is left after any coming and going is a sorted array of it: length, quantiles and median deviation', () => {
  fc.assert(fc.property(fc.array(fc.tuple(value, fc.boolean(), fc.nat(100)), { maxLength: 80 }), fc.double({ min: 0, max: 1, noNaN: true }), (moves, level) => {
    const window = new SortedWindow(moves.length);
    const held: number[] = [];
    for (const [one, takesOut, which] of moves) {
      if (takesOut && held.length > 0) window.remove(held.splice(which % held.length, 1)[0] ?? Number.NaN);
      else {
        window.insert(one);
        held.push(one);
      }
      expect(window.length).toBe(held.length);
      for (const at of [0, 0.25, 0.5, 0.75, 1, level]) expect(window.quantile(at) + 0).toBe(quantile(held, at) + 0);
      expect(window.medianDeviation() + 0).toBe(madOf(held) + 0);
    }
  }), { numRuns: 60 });
});

test('a value that is not there cannot be taken out', () => {
  const window = new SortedWindow(3);
  expect(() => { window.remove(1); }).toThrow('1 is not in the window');
  window.insert(1);
  expect(() => { window.remove(2); }).toThrow('2 is not in the window');
  window.remove(1);
  expect([window.length, window.quantile(0.5), window.medianDeviation()]).toEqual([0, Number.NaN, Number.NaN]);
});
