import fc from 'fast-check';
import { expect, test } from 'vitest';

import { batchesByLength } from '../../../adapters/embeddings/batches.ts';
import { poolBatch } from '../../../adapters/embeddings/pooling.ts';

const anyLengths = fc.array(fc.integer({ min: 2, max: 256 }), { maxLength: 200 });

test('every text is in exactly one batch', () => {
  fc.assert(
    fc.property(anyLengths, fc.integer({ min: 1, max: 1024 }), (lengths, budget) => {
      const indices = batchesByLength(lengths, budget).flat();
      expect(indices.toSorted((a, b) => a - b)).toEqual(lengths.map((_, index) => index));
    }),
  );
});

test('no batch is wider than its budget, unless it is one text', () => {
  fc.assert(
    fc.property(anyLengths, fc.integer({ min: 1, max: 1024 }), (lengths, budget) => {
      for (const batch of batchesByLength(lengths, budget)) {
        const width = Math.max(...batch.map((index) => lengths[index] ?? 0));
        if (batch.length > 1) expect(batch.length * width).toBeLessThanOrEqual(budget);
        else expect(batch).toHaveLength(1);
      }
    }),
  );
});

test('a pooled vector has length 1 and does not see the padding', () => {
  const hidden = new Float32Array([3, 0, 1, 4, 99, 99, /* second text */ 1, 1, 1, 1, 1, 1]);
  const vectors: number[][] = [];
  poolBatch(hidden, { width: 3, dims: 2, lengths: [2, 3] }, 'mean', (_, vector) => vectors.push([...vector]));
  expect(vectors[0]?.map((value) => Math.round(value * 1e6))).toEqual([707107, 707107]);
  expect(Math.hypot(...(vectors[1] ?? []))).toBeCloseTo(1, 12);
});

test('cls pooling takes the first token alone', () => {
  const vectors: number[][] = [];
  poolBatch(new Float32Array([0, 5, 7, 7]), { width: 2, dims: 2, lengths: [2] }, 'cls', (_, vector) => vectors.push([...vector]));
  expect(vectors).toEqual([[0, 1]]);
});
