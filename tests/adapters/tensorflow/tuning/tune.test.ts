import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { runJob } from '../../../../adapters/child-process/run-job.ts';
import { readFloats } from '../../../../adapters/tensorflow/tuning/float-file.ts';
import { tuneVectors } from '../../../../adapters/tensorflow/tuning/tune.ts';
import { createTensorflowTuner } from '../../../../adapters/tensorflow/tuning/tuner.ts';
import type { TuneJob, TuneOutcome, TuningTask, VectorRows } from '../../../../contracts/tuning.ts';
import { createRandom } from '../../../../domain/random.ts';

const [rows, width, dims, kinds] = [320, 24, 4, 4];
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-tuning-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Vectors whose kind shows in two weak directions only; everything else varies more and says nothing. The last 40 may not be learnt from. */
const random = createRandom(3);
const kindOf = Array.from({ length: rows }, () => random.integer(kinds));
const values = Float32Array.from(kindOf.flatMap((kind) => Array.from({ length: width }, (_, i) => {
  const angle = (2 * Math.PI * kind) / kinds;
  return i === 0 ? 1.2 * Math.cos(angle) + 0.4 * random.normal() : i === 1 ? 1.2 * Math.sin(angle) + 0.4 * random.normal() : random.normal();
})));
const learnable = rows - 40;
const product = Int32Array.from({ length: rows }, (_, row) => (row < learnable ? row : -1));
const heldOut = Uint8Array.from({ length: learnable }, (_, i) => Number(i % 5 === 0));
const tasks: Readonly<Record<'demand' | 'alike', TuningTask>> = {
  alike: { kind: 'alike', column: 'category', labels: Uint32Array.from(kindOf.slice(0, learnable)) },
  demand: { kind: 'demand', names: ['level', 'trend'], values: Float32Array.from(kindOf.slice(0, learnable).flatMap((kind, i) => [kind < 2 ? -1 : 1, i % 7 === 0 ? Number.NaN : kind === 0 || kind === 3 ? -1 : 1])) },
};

let jobs = 0;
async function rowsFile(numbers: Float32Array, of: Int32Array): Promise<VectorRows> {
  const file = join(folder, `rows-${String((jobs += 1))}`);
  await writeFile(file, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  return { file, rows: of.length, product: of };
}

interface Asked {
  readonly kind?: 'demand' | 'alike';
  readonly vectors?: Float32Array;
  readonly views?: Float32Array;
  readonly more?: Partial<TuneJob>;
  readonly layers?: 'linear' | 'mlp';
  readonly epochs?: number;
}

async function job({ kind = 'alike', vectors = values, views, more = {}, layers = 'linear', epochs = 30 }: Asked = {}): Promise<TuneJob> {
  const outFolder = join(folder, `out-${String((jobs += 1))}`);
  await mkdir(outFolder);
  const modality = { modality: 'text', width, vectors: await rowsFile(vectors, product), ...(views && { views: await rowsFile(views, product) }) } as const;
  return { task: tasks[kind], modalities: [modality], settings: { layers, dims, epochs }, heldOut, seed: 7, outFolder, ...more };
}

async function tune(asked: Asked = {}): Promise<{ outcome: TuneOutcome; tuned: Float32Array }> {
  const given = await job(asked);
  return { outcome: await tuneVectors(given, () => undefined), tuned: await readFloats(join(given.outFolder, 'text.f32')) };
}

/** Share of the nearest learnt row of each other row that is of its kind. */
function purity(vectors: Float32Array, length: number, isAsked: (row: number) => boolean): number {
  const distance = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < length; i += 1) sum += ((vectors[a * length + i] ?? 0) - (vectors[b * length + i] ?? 0)) ** 2;
    return sum;
  };
  const taught = Array.from({ length: learnable }, (_, row) => row).filter((row) => heldOut[row] === 0);
  const asked = kindOf.flatMap((_, row) => (isAsked(row) ? [row] : []));
  const right = asked.filter((row) => kindOf[taught.reduce((best, other) => (distance(row, other) < distance(row, best) ? other : best), taught[0] ?? 0)] === kindOf[row]);
  return right.length / asked.length;
}

describe.each(['demand', 'alike'] as const)('vectors tuned on %s', (kind) => {
  test.each(['linear', 'mlp'] as const)('bring products of a kind together that nothing was learnt from (%s)', async (layers) => {
    const { outcome, tuned } = await tune({ kind, layers });
    const [text] = outcome.modalities;
    const unseen = (row: number): boolean => row >= learnable || heldOut[row] === 1;
    const before = purity(values, width, unseen);
    expect(before).toBeLessThan(0.55);
    expect(purity(tuned, dims, unseen)).toBeGreaterThan(before + 0.15);
    expect(text).toMatchObject({ modality: 'text', width, learnt: 224, heldOut: 56, views: 0, vectors: rows });
    expect(outcome.engine).toMatch(/^tfjs-wasm/);
    const best = Math.min(...(text?.heldOutLoss ?? []));
    expect(best).toBe(text?.heldOutLoss[text.kept]);
    expect(best).toBeLessThan(0.9 * (text?.ignorantLoss ?? 0));
    expect(text?.heldOutLoss).toHaveLength((text?.trainLoss.length ?? 0) + 1);
  });

  test('are the same bytes for the same seed, others for another', async () => {
    const [one, two, other] = [await tune({ kind, epochs: 3 }), await tune({ kind, epochs: 3 }), await tune({ kind, epochs: 3, more: { seed: 8 } })];
    expect(two).toEqual(one);
    expect(other.tuned).not.toEqual(one.tuned);
  });

  test('learn nothing from what may not be learnt from, and nothing but when to stop from what is held out', async () => {
    // Three epochs always gain here, so the hold-out stops nothing.
    const scrambled = (isTouched: (row: number) => boolean) => values.map((value, i) => (isTouched(Math.floor(i / width)) ? 5 - value : value));
    const one = await tune({ kind, epochs: 3 });
    const late = await tune({ kind, epochs: 3, vectors: scrambled((row) => row >= learnable) });
    expect(late.outcome).toEqual(one.outcome);
    expect(late.tuned.subarray(0, learnable * dims)).toEqual(one.tuned.subarray(0, learnable * dims));
    const held = await tune({ kind, epochs: 3, vectors: scrambled((row) => heldOut[row] === 1) });
    expect(held.outcome.modalities[0]?.trainLoss).toEqual(one.outcome.modalities[0]?.trainLoss);
    expect(held.outcome.modalities[0]?.heldOutLoss).not.toEqual(one.outcome.modalities[0]?.heldOutLoss);
  });

  test('learn from changed copies of what is learnt from, never from those of what is held out', async () => {
    const copies = values.map((value, i) => value + 0.1 * ((i % 3) - 1));
    const plain = await tune({ kind, epochs: 3 });
    const more = await tune({ kind, epochs: 3, views: copies });
    expect(more.outcome.modalities[0]).toMatchObject({ views: 224, learnt: 224, heldOut: 56 });
    expect(more.outcome.modalities[0]?.trainLoss).not.toEqual(plain.outcome.modalities[0]?.trainLoss);
    expect(more.tuned).toHaveLength(rows * dims);
    const held = await tune({ kind, epochs: 3, views: copies.map((value, i) => (heldOut[Math.floor(i / width)] === 1 ? 9 : value)) });
    expect(held).toEqual(more);
  });
});

test('training stops when the hold-out gains no more, and without one it goes on to the end', async () => {
  const stopped = await tune({ kind: 'demand', layers: 'mlp', epochs: 200 });
  const [text] = stopped.outcome.modalities;
  expect(text?.trainLoss.length).toBeLessThan(200);
  expect(text?.trainLoss.length).toBe((text?.kept ?? 0) + 8);
  const whole = await tune({ kind: 'demand', epochs: 12, more: { heldOut: new Uint8Array(learnable) } });
  expect(whole.outcome.modalities[0]).toMatchObject({ heldOut: 0, heldOutLoss: [], ignorantLoss: null, kept: 12 });
});

test('more numbers than vectors have, and vectors that are all alike, are borne', async () => {
  const wide = await tune({ more: { settings: { layers: 'mlp', dims: 40, epochs: 2 } } });
  expect(wide.tuned).toHaveLength(rows * 40);
  expect(wide.tuned.every(Number.isFinite)).toBe(true);
  const alike = await tune({ kind: 'demand', epochs: 2, vectors: new Float32Array(rows * width).fill(0.5) });
  expect(alike.tuned.every(Number.isFinite)).toBe(true);
});

test('a child process gives what this process gives, tells how far it is, and ends when it is told to', async () => {
  const here = await tune({ epochs: 3 });
  const given = await job({ epochs: 3 });
  const seen: number[] = [];
  const tuner = createTensorflowTuner({ runJob });
  const { signal } = new AbortController();
  expect(await tuner.tune(given, { progress: ({ done }) => seen.push(done), signal })).toEqual(here.outcome);
  expect(await readFile(join(given.outFolder, 'text.f32'))).toEqual(Buffer.from(here.tuned.buffer, here.tuned.byteOffset, here.tuned.byteLength));
  expect(seen.at(-1)).toBe(1);
  const stop = new AbortController();
  const endless = tuner.tune(await job({ epochs: 1e6, more: { heldOut: new Uint8Array(learnable) } }), { progress: () => stop.abort(new Error('enough')), signal: stop.signal });
  await expect(endless).rejects.toThrow('enough');
});
