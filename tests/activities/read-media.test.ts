import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchesOf } from '../../activities/read-media.ts';

const file = (address: string) => ({ address, version: '1', at: { place: 'local' } });

test('batches hold every file once, in order, at most five hundred each', () => {
  fc.assert(fc.property(fc.array(fc.nat(3000), { maxLength: 3000 }), (numbers) => {
    const batches = batchesOf(numbers.map((number) => file(`/pictures/${number}.jpg`)));
    expect(batches.flat().map(({ address }) => address)).toEqual([...new Set(numbers.map((number) => `/pictures/${number}.jpg`))].sort());
    expect(batches.every(({ length }) => length >= 1 && length <= 500)).toBe(true);
  }), { numRuns: 30 });
});

test('a file more changes few batches, wherever it lies', () => {
  const many = Array.from({ length: 5000 }, (_, i) => file(`/pictures/${i}.jpg`));
  const before = new Set(batchesOf(many).map((batch) => JSON.stringify(batch)));
  expect(before.size).toBeGreaterThan(9);
  fc.assert(fc.property(fc.nat(9999), (number) => {
    const after = batchesOf([...many, file(`/pictures/${number}-new.jpg`)]).map((batch) => JSON.stringify(batch));
    expect(after.filter((batch) => !before.has(batch)).length).toBeLessThanOrEqual(3);
  }), { numRuns: 50 });
});
