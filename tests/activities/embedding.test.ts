import { readFile, writeFile } from 'node:fs/promises';

import { beforeEach, expect, test } from 'vitest';

import { createEmbeddingActivities, type VectorTables } from '../../activities/embedding.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
/** Texts that the encoder was given. */
let embedded: string[];
beforeEach(() => {
  given = surroundings(folder());
  embedded = [];
});

/** JSON files in place of Parquet; a vector is the length of its text. */
const tables: VectorTables = {
  readTexts: async ({ file }) => JSON.parse(await readFile(file, 'utf8')) as Awaited<ReturnType<VectorTables['readTexts']>>,
  readVectors: async ({ files }) => {
    const parts = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as { textSha256: string[]; vectors: number[] }));
    return new Map(parts.flatMap(({ textSha256, vectors }) => textSha256.map((digest, i): [string, Float32Array] => [digest, Float32Array.of(vectors[i] ?? NaN)])));
  },
  writeVectors: ({ out, series, textSha256, vectors }) => writeFile(out, JSON.stringify({ series, textSha256, vectors: [...vectors] })),
};

async function embed(texts: Readonly<Record<string, string>>) {
  const activities = createEmbeddingActivities({
    encoder: async () => ({
      describe: () => ({ id: 'lengths', dims: 1 }),
      embed: async (given) => {
        embedded.push(...given);
        return Float32Array.from(given, ({ length }) => length);
      },
    }),
    tables, artifacts: given.artifacts, sets: given.database.embeddingSets, withScratch: given.withScratch, steps: given.steps,
  });
  const series = Object.keys(texts);
  const table = await given.artifacts.publishJson('raw', { series, text: Object.values(texts), knownFrom: series.map(() => '2024-01-01') });
  return attempt(() => activities.embedTexts({ context: at('embed'), texts: table, model: 'lengths' }));
}

test('a text is embedded once over all runs, whatever series have it', async () => {
  expect(await embed({ A: 'red mug', B: 'blue mug', C: 'red mug' })).toMatchObject({ embedded: 2, reused: 1 });
  expect(await embed({ A: 'red mug', D: 'hat' })).toMatchObject({ embedded: 1, reused: 1 });
  expect(embedded).toEqual(['red mug', 'blue mug', 'hat']);
});

test('vectors that have gone from the store are made again, and are there again for the next run', async () => {
  await embed({ A: 'red mug' });
  const [part] = await given.database.embeddingSets.list('lengths');
  given.objects.delete(part?.uri ?? '');
  expect(await embed({ A: 'red mug', B: 'hat' })).toMatchObject({ embedded: 2, reused: 0 });
  expect(await embed({ B: 'hat', C: 'red mug' })).toMatchObject({ embedded: 0, reused: 2 });
  expect(embedded).toEqual(['red mug', 'red mug', 'hat']);
});
