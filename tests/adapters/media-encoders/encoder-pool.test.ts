import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createEncoderPool } from '../../../adapters/media-encoders/encoder-pool.ts';

/** A thread whose vectors are the lengths of the names; `die` ends it. */
const thread = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ chunk, items }) => {
  if (items === undefined) return;
  if (items.some(({ file }) => file === 'die')) process.exit(3);
  parentPort.postMessage({ chunk, vectors: Float32Array.from(items, ({ file }) => file.length), problems: new Map() });
});
parentPort.postMessage({ ready: { dims: 1 } });
`;
let folder: string;
let entry: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-pool-'));
  entry = join(folder, 'thread.mjs');
  await writeFile(entry, thread);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const kind = { modality: 'image', options: { modelsDir: '', model: '' }, frames: 1 } as const;
const files = (count: number): { file: string }[] => Array.from({ length: count }, (_, index) => ({ file: 'x'.repeat(index) }));

test('vectors are in the order of the items, and batches are told one at a time', async () => {
  const pool = await createEncoderPool(kind, { count: 3, entry }, () => undefined);
  let within = 0;
  const { vectors } = await pool.embed(files(100), {
    async batch() {
      expect((within += 1)).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      within -= 1;
    },
  });
  expect([...vectors]).toEqual(Array.from({ length: 100 }, (_, index) => index));
  await pool.close();
});

test('a thread that ends fails the call it ended in, and the next call has a new one', async () => {
  const pool = await createEncoderPool(kind, { count: 2, entry }, () => undefined);
  await expect(pool.embed([...files(20), { file: 'die' }, ...files(20)])).rejects.toThrow('a thread of the encoder ended with code 3');
  expect([...(await pool.embed(files(40))).vectors]).toEqual(Array.from({ length: 40 }, (_, index) => index));
  await pool.close();
  await expect(pool.embed(files(1))).rejects.toThrow('the encoder is closed');
});
