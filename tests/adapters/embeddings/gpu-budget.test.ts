import { expect, test } from 'vitest';

import { probeTokenBudget } from '../../../adapters/embeddings/gpu-budget.ts';

/** Throughput that rises until so many tokens, with memory for so many. */
function device(of: { readonly saturatedAt: number; readonly memory: number }) {
  const asked: number[] = [];
  const measure = async (tokens: number): Promise<number> => {
    asked.push(tokens);
    if (tokens > of.memory) throw new Error('out of memory');
    return Math.min(tokens, of.saturatedAt) * 100;
  };
  return { asked, measure };
}

test('batches grow until throughput stops rising', async () => {
  const { asked, measure } = device({ saturatedAt: 8_192, memory: 1e9 });
  expect(await probeTokenBudget(measure, { from: 1_024, most: 1e6 })).toBe(8_192);
  expect(asked).toEqual([1_024, 2_048, 4_096, 8_192, 16_384]);
});

test('batches grow until memory fails, and the last that fitted is taken', async () => {
  const { measure } = device({ saturatedAt: 1e9, memory: 5_000 });
  expect(await probeTokenBudget(measure, { from: 1_024, most: 1e6 })).toBe(4_096);
});

test('batches end at the most that is asked for', async () => {
  const { measure } = device({ saturatedAt: 1e9, memory: 1e9 });
  expect(await probeTokenBudget(measure, { from: 1_000, most: 4_000 })).toBe(4_000);
});

test('a device without memory for the smallest batch is an error', async () => {
  const { measure } = device({ saturatedAt: 1e9, memory: 10 });
  await expect(probeTokenBudget(measure, { from: 1_024, most: 1e6 })).rejects.toThrow('out of memory');
});
