import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createNetworkPool } from '../../../adapters/embeddings/network-pool.ts';

// Threads that behave like network-thread.ts without a network: they give ids back, and end, fail or keep silent when asked to.
const thread = `
import { parentPort, threadId, workerData } from 'node:worker_threads';
if (workerData.weights === 'missing') parentPort.postMessage({ failure: { message: 'no file', code: 'ModelWeightsMissing' } });
else parentPort.postMessage({ ready: { device: 'cpu', runtime: 'none 1' } });
parentPort.on('message', (message) => {
  if (message.close) return parentPort.close();
  const [first] = message.ids;
  if (first === 13) process.exit(3);
  if (first === 14) throw new Error('thrown in the thread');
  if (first === 15) parentPort.postMessage({ chunk: message.chunk, failure: { message: 'other inputs', code: 'BadInput' } });
  else if (first !== 16) parentPort.postMessage({ chunk: message.chunk, vectors: Float32Array.of(first, threadId) });
});
`;
const start = { weights: 'there', device: 'cpu', pooling: 'mean', padId: 0, alone: false } as const;
const batch = (id: number) => ({ ids: Int32Array.of(id), lengths: [1] });

let [scratch, entry]: [string, string] = ['', ''];
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'forecastle-pool-'));
  entry = join(scratch, 'thread.mjs');
  await writeFile(entry, thread);
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test('work is spread over the threads', async () => {
  const pool = await createNetworkPool(start, 3, () => undefined, entry);
  try {
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((id) => pool.run(batch(id))));
    expect(answers.map(([id]) => id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(answers.map(([, by]) => by)).size).toBe(3);
  } finally {
    await pool.close();
  }
});

test.each([[13, 'ended with code 3'], [14, 'thrown in the thread']])('a thread that dies (%i) fails what it had, and another takes its place', async (id, message) => {
  const pool = await createNetworkPool(start, 2, () => undefined, entry);
  try {
    await expect(pool.run(batch(id))).rejects.toThrow(message);
    const answers = await Promise.all([1, 2, 3, 4].map((one) => pool.run(batch(one))));
    expect(answers.map(([one]) => one)).toEqual([1, 2, 3, 4]);
    expect(new Set(answers.map(([, by]) => by)).size).toBe(2);
  } finally {
    await pool.close();
  }
});

test('a failed batch keeps its code, and its thread', async () => {
  const pool = await createNetworkPool(start, 1, () => undefined, entry);
  try {
    const [, before] = await pool.run(batch(1));
    await expect(pool.run(batch(15))).rejects.toMatchObject({ code: 'BadInput', message: 'other inputs' });
    expect(await pool.run(batch(2))).toEqual(Float32Array.of(2, before ?? Number.NaN));
  } finally {
    await pool.close();
  }
});

test('a network that cannot be loaded is told with its code', async () => {
  await expect(createNetworkPool({ ...start, weights: 'missing' }, 2, () => undefined, entry)).rejects.toMatchObject({ code: 'ModelWeightsMissing', message: 'no file' });
});

test('closing ends what is still at work, and later work is refused', async () => {
  const pool = await createNetworkPool(start, 1, () => undefined, entry);
  const stuck = expect(pool.run(batch(16))).rejects.toThrow('ended');
  await new Promise((resolve) => setImmediate(resolve));
  await pool.close();
  await stuck;
  await expect(pool.run(batch(1))).rejects.toThrow('closed');
});
