import { expect, test } from 'vitest';
import { createRandom, shuffledIndices } from '../../domain/random.ts';

/** The reference written with 64-bit arithmetic and masks instead of 32-bit tricks. */
function referenceSfc32(seed: number): () => number {
  const mask = 0xffff_ffffn;
  let [a, b, c, counter] = [0n, BigInt(seed) & mask, BigInt(seed) >> 32n, 1n];
  const next = (): number => {
    const sum = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + ((c << 3n) & mask)) & mask;
    c = ((((c << 21n) & mask) | (c >> 11n)) + sum) & mask;
    return Number(sum) / 2 ** 32;
  };
  for (let i = 0; i < 12; i += 1) next();
  return next;
}

test.each([1, 7, 2_147_483_646, 2 ** 40 + 5])('seed %d gives the numbers of the published generator', (seed) => {
  const random = createRandom(seed);
  const reference = referenceSfc32(seed);
  for (let i = 0; i < 1_000; i += 1) expect(random.next()).toBe(reference());
});

test('uniform and normal numbers have the moments they should', () => {
  const random = createRandom(11);
  const uniform = Array.from({ length: 20_000 }, () => random.next());
  const normal = Array.from({ length: 20_000 }, () => random.normal());
  const mean = (xs: number[]): number => xs.reduce((a, b) => a + b) / xs.length;
  expect(mean(uniform)).toBeCloseTo(0.5, 1.8);
  expect(mean(normal)).toBeCloseTo(0, 1.5);
  expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1.3);
});

test('integers cover 0 … below − 1 and nothing else', () => {
  const random = createRandom(3);
  expect(new Set(Array.from({ length: 500 }, () => random.integer(6)))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
});

test('a shuffle holds every index once, in another order, the same for the same seed', () => {
  const order = shuffledIndices(100, createRandom(5));
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect([...order]).not.toEqual([...order].sort((a, b) => a - b));
  expect(shuffledIndices(100, createRandom(5))).toEqual(order);
  expect(shuffledIndices(0, createRandom(5))).toHaveLength(0);
});
