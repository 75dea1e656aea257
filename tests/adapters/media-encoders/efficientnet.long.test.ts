import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

import { compiledEntry } from '../../../adapters/child-process/compiled-entry.ts';
import { createMediaEncoder } from '../../../adapters/media-encoders/create-media-encoder.ts';
import type { Encoder, MediaItem } from '../../../adapters/media-encoders/encoder.ts';
import { openPictureNetwork } from '../../../adapters/media-encoders/picture-network.ts';
import { toolchainPaths } from '../../../infra/toolchain/paths.ts';
import { fixtures, golden } from './pictures.ts';

const settings = { modelsDir: toolchainPaths().modelsDir, model: 'efficientnet-lite0' };
const entry = compiledEntry(new URL('../../../adapters/media-encoders/encoder-thread.ts', import.meta.url));
const clothes = resolve(process.env['FORECASTLE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data'), 'ClothingImages_CC0');
let encoder: Encoder<MediaItem>;
let photos: readonly MediaItem[];

beforeAll(async () => {
  encoder = await createMediaEncoder('image', settings);
  photos = (await readdir(fixtures)).filter((name) => name.endsWith('.jpg')).map((name) => ({ file: join(fixtures, name) }));
});
afterAll(() => encoder.close());

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, left, right] = [0, 0, 0];
  a.forEach((value, at) => {
    dot += value * (b[at] ?? 0);
    left += value * value;
    right += (b[at] ?? 0) ** 2;
  });
  return dot / Math.sqrt(left * right);
}

test('on equal pixels the vectors are those of the checkpoint computed in plain numpy, and of Python’s onnxruntime', async () => {
  const text = z.string().transform((encoded) => new Float32Array(Uint8Array.from(Buffer.from(encoded, 'base64')).buffer));
  const expected = z.record(z.string(), z.object({ numpy: text, onnxruntime: text })).parse(JSON.parse(await readFile(join(golden, 'pictures.json'), 'utf8')));
  const network = await openPictureNetwork(settings);
  for (const [name, references] of Object.entries(expected)) {
    const pixels = await sharp(join(fixtures, name)).raw().toBuffer();
    const [vector = new Float32Array(0)] = await network.run([pixels]);
    expect(vector).toHaveLength(1280);
    for (const reference of Object.values(references)) {
      expect(cosine(vector, reference), name).toBeGreaterThan(0.999999);
      expect(Math.max(...vector.map((value, at) => Math.abs(value - (reference[at] ?? Number.NaN)))), name).toBeLessThan(1e-4);
    }
  }
  await network.close();
});

test('a vector is the same alone, among others, and from any number of threads', async () => {
  const { vectors } = await encoder.embed(photos);
  for (const [index, photo] of photos.entries()) expect((await encoder.embed([photo])).vectors, photo.file).toEqual(vectors.subarray(index * 1280, (index + 1) * 1280));
  const items = Array.from({ length: 40 }, (_, index) => photos[index % photos.length] ?? { file: '' });
  for (const count of [1, 3]) {
    const pool = await createMediaEncoder('image', { ...settings, workers: { count, entry } });
    expect(pool.describe()).toEqual(encoder.describe());
    const seen: number[] = [];
    const answer = await pool.embed([...items, { file: join(fixtures, 'nowhere.jpg') }], { batch: (positions) => void seen.push(...positions) });
    items.forEach((_, index) => expect(Buffer.compare(bytesOf(answer.vectors, index), bytesOf(vectors, index % photos.length))).toBe(0));
    expect([...answer.problems]).toEqual([[40, 'is not there']]);
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 41 }, (_, index) => index));
    await pool.close();
    await expect(pool.embed(photos)).rejects.toThrow('the encoder is closed');
  }
});

function bytesOf(vectors: Float32Array, index: number): Buffer {
  return Buffer.from(vectors.buffer, vectors.byteOffset + index * 1280 * 4, 1280 * 4);
}

test('threads end with the first error, the abort reason or the failure to start, each as what it is', async () => {
  const pool = await createMediaEncoder('image', { ...settings, workers: { count: 2, entry } });
  const many = Array.from({ length: 100 }, (_, index) => photos[index % photos.length] ?? { file: '' });
  const controller = new AbortController();
  await expect(pool.embed(many, { signal: controller.signal, batch: () => controller.abort(new Error('enough')) })).rejects.toThrow('enough');
  await expect(pool.embed(many, { batch: () => Promise.reject(new Error('the disk is full')) })).rejects.toThrow('the disk is full');
  expect((await pool.embed(photos)).problems.size).toBe(0);
  await pool.close();
  await expect(createMediaEncoder('image', { ...settings, model: 'none', workers: { count: 2, entry } })).rejects.toMatchObject({ code: 'ModelWeightsMissing' });
});

test('a changed view is near its picture, nearer than other pictures are', async () => {
  const { vectors } = await encoder.embed(photos);
  const of = (all: Float32Array, index: number): Float32Array => all.subarray(index * 1280, (index + 1) * 1280);
  const views = (await encoder.embed(photos.map((photo, seed) => ({ ...photo, change: { kinds: ['crop', 'flip', 'colour'], strength: 0.1, seed } })))).vectors;
  photos.forEach((_, index) => {
    const own = cosine(of(views, index), of(vectors, index));
    photos.forEach((__, other) => {
      if (other !== index) expect(own).toBeGreaterThan(cosine(of(views, index), of(vectors, other)));
    });
  });
});

test.skipIf(!existsSync(clothes))('the nearest of 499 photographs of clothes are of the same category (skipped without FORECASTLE_DATA/ClothingImages_CC0)', async () => {
  const rows = (await readFile(join(clothes, 'labels.csv'), 'utf8')).trim().split('\n').slice(1).map((line) => line.split(','));
  const { vectors, problems } = await encoder.embed(rows.map(([file = '']) => ({ file: join(clothes, 'images', file) })));
  expect(problems.size).toBe(0);
  const units = rows.map((_, index) => {
    const vector = vectors.subarray(index * 1280, (index + 1) * 1280);
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    return vector.map((value) => value / norm);
  });
  let right = 0;
  rows.forEach(([, category], index) => {
    const own = units[index] ?? new Float32Array(0);
    let nearest = -1;
    let best = -1;
    units.forEach((other, at) => {
      let near = 0;
      for (let d = 0; d < own.length; d += 1) near += (own[d] ?? 0) * (other[d] ?? 0);
      if (at !== index && near > best) [best, nearest] = [near, at];
    });
    if (rows[nearest]?.[1] === category) right += 1;
  });
  // 10 categories: chance would be 0.1. Measured 0.70.
  expect(right / rows.length).toBeGreaterThan(0.65);
}, 300_000);
