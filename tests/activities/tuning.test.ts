import { readFile, writeFile } from 'node:fs/promises';

import { beforeEach, describe, expect, test } from 'vitest';

import { createTuningActivities, type TuningTables } from '../../activities/tuning.ts';
import type { TuneInput } from '../../contracts/embedding.ts';
import type { TuneJob, TuningData } from '../../contracts/tuning.ts';
import { isHeldOut } from '../../domain/tuning/hold-out.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
let tuned: TuneJob[];
beforeEach(() => {
  given = surroundings(folder());
  tuned = [];
});

const series = Array.from({ length: 40 }, (_, i) => `product-${String(i)}`);
const demand = { kind: 'demand', names: ['level'], values: new Float32Array(40) } as const;

/** @param learnable how many products may be learnt from by their vectors */
function activitiesOn({ task = demand, learnable = 40 }: { task?: TuningData['task']; learnable?: number } = {}) {
  const asked: Parameters<TuningTables['tuningData']>[0][] = [];
  const tables: TuningTables = {
    tuningData: async (input) => {
      asked.push(input);
      return { series, cutoff: '2024-09-02', task, modalities: input.modalities.map(({ modality, vectors }) => ({ modality, width: 3, vectors: { file: vectors, rows: 40, product: Int32Array.from(series, (_, i) => (i < learnable ? i : -1)) } })) };
    },
    writeTunedVectors: async ({ source, values, dims, out }) => writeFile(out, `${await readFile(source, 'utf8')} as ${values.join(' ')} by ${String(dims)}`),
  };
  const activities = createTuningActivities({
    tables, artifacts: given.artifacts, withScratch: given.withScratch, steps: given.steps, floats: { read: async () => Float32Array.of(1, 2) },
    tuner: {
      tune: async (job) => {
        tuned.push(job);
        return { engine: 'test', modalities: job.modalities.map(({ modality }, i) => ({ modality, width: 3, learnt: 30, heldOut: 10, views: 0, vectors: 40, trainLoss: new Array<number>(4 + i).fill(1), heldOutLoss: [2, 1], ignorantLoss: 2, kept: 1 })) };
      },
    },
  });
  return { asked, tune: async (more: Partial<TuneInput> = {}) => {
    const input: TuneInput = {
      context: at('tune'), panel: await given.artifacts.publishJson('primary', { parts: [] }), frequency: 'week', horizon: 4, folds: 3, gap: 1, seed: 7,
      modalities: [{ modality: 'text', vectors: await published('texts'), views: await published('changed texts') }, { modality: 'image', vectors: await published('pictures') }],
      settings: { on: 'demand', layers: 'mlp', dims: 2, epochs: 9, views: { text: [], image: [], copies: 1, strength: 0.1 } }, ...more,
    };
    return attempt(() => activities.tuneVectors(input));
  } };
}

const published = (text: string) => given.artifacts.publishBytes('embeddings', Buffer.from(text), { mediaType: 'text/plain', extension: 'txt' });

describe('tuning', () => {
  test('gives every modality new vectors and tells in a report what they were learnt from', async () => {
    const { asked, tune } = activitiesOn();
    const result = await tune();
    expect(result).toMatchObject({ series: 40, epochs: 5, modalities: [{ modality: 'text', dims: 2 }, { modality: 'image', dims: 2 }] });
    const [text, image] = await Promise.all(result.modalities.map(async ({ vectors }) => readFile(await given.artifacts.fetchFile(vectors), 'utf8')));
    expect([text, image]).toEqual(['texts as 1 2 by 2', 'pictures as 1 2 by 2']);
    expect(asked[0]).toMatchObject({ on: 'demand', frequency: 'week', horizon: 4, folds: 3, gap: 1 });
    expect(asked[0]?.modalities.map(({ views }) => views !== undefined)).toEqual([true, false]);
    expect(tuned[0]).toMatchObject({ settings: { layers: 'mlp', dims: 2, epochs: 9 }, seed: 7, heldOut: Uint8Array.from(series, (name) => Number(isHeldOut(name, 7))) });
    expect(await given.artifacts.readJson(result.report)).toMatchObject({ on: 'demand', layers: 'mlp', dims: 2, cutoff: '2024-09-02', series: 40, task: { kind: 'demand', names: ['level'] }, engine: 'test', modalities: [{ modality: 'text', trainLoss: [1, 1, 1, 1] }, { modality: 'image' }] });
  });

  test('is done once for the same vectors, settings and seed', async () => {
    const { tune } = activitiesOn();
    const first = await tune();
    expect(await tune()).toEqual(first);
    expect(tuned).toHaveLength(1);
    await tune({ seed: 8 });
    expect(tuned).toHaveLength(2);
  });

  test('refuses in one line to learn from next to nothing', async () => {
    const refused = async (on: Parameters<typeof activitiesOn>[0], more: Partial<TuneInput>, message: RegExp): Promise<void> => {
      await expect(activitiesOn(on).tune(more)).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(message) as string });
    };
    const settings: TuneInput['settings'] = { on: 'category', layers: 'linear', dims: 2, epochs: 9, views: { text: [], image: [], copies: 0, strength: 0.1 } };
    await refused({ learnable: 9 }, {}, /^embeddings\.tune: only 9 products with a known text vector had been sold by 2024-09-02, .*fewer folds/);
    await refused({ learnable: 0 }, {}, /^embeddings\.tune: no product with a known text vector/);
    await refused({ task: { kind: 'alike', column: 'category', labels: new Uint32Array(40) } }, { settings }, /^embeddings\.tune\.on: all products have one value of category/);
    await refused({ task: { kind: 'alike', column: 'category', labels: Uint32Array.from(series.keys()) } }, { settings }, /^embeddings\.tune\.on: no two products have one value of category/);
    expect(tuned).toEqual([]);
  });
});
