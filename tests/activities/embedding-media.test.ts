import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { afterAll, beforeEach, expect, test } from 'vitest';

import { createDuckdb } from '../../adapters/duckdb/create-duckdb.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { EmbedMediaInput } from '../../contracts/embedding.ts';
import { BadInput } from '../../contracts/failure.ts';
import type { MediaItem } from '../../activities/embedding-views.ts';
import { ask, dims, embeddingActivities, fakeEncoder, publishQuery, vectorOf } from './embedding-surroundings.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let duckdb: ReturnType<typeof createDuckdb> | undefined;
const tables = () => (duckdb ??= createDuckdb({ memoryLimitMiB: 512, threads: 2, tempFolder: `${folder()}/spill` }));
afterAll(() => duckdb?.close());

let given: ReturnType<typeof surroundings>;
let encoder: ReturnType<typeof fakeEncoder<MediaItem>>;
beforeEach(() => {
  given = surroundings(folder());
  encoder = fakeEncoder<MediaItem>('pictures', async ({ file, change }) => `${await readFile(file, 'utf8')}${change === undefined ? '' : ` ${JSON.stringify(change)}`}`, {
    problem: (name) => (name.startsWith('broken') ? 'the picture ends in the middle' : undefined),
  });
});

interface Picture {
  readonly series: string;
  readonly content?: string;
  readonly problem?: string;
  readonly modality?: string;
}

/** `media` of a snapshot: a file per content. */
async function mediaOf(pictures: readonly Picture[]): Promise<ArtifactRef> {
  const rows = await Promise.all(pictures.map(async ({ series, content, problem, modality = 'image' }) => {
    if (content === undefined) return `('${series}', '${modality}', NULL, '${series}.png', NULL, NULL, NULL, '${problem ?? ''}')`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const uri = `s3://memory/raw/${sha256}.png`;
    given.objects.set(uri, Buffer.from(content));
    return `('${series}', '${modality}', NULL, '${series}.png', '${uri}', '${sha256}', ${Buffer.byteLength(content)}, NULL)`;
  }));
  return publishQuery(given, folder(), `SELECT series, modality, CAST(known_from AS TIMESTAMP) AS known_from, name, CAST(uri AS VARCHAR) AS uri, CAST(sha256 AS VARCHAR) AS sha256, CAST(bytes AS UBIGINT) AS bytes, CAST(problem AS VARCHAR) AS problem FROM (VALUES ${rows.join(', ')}) AS t(series, modality, known_from, name, uri, sha256, bytes, problem) ORDER BY series`);
}

async function embed(pictures: readonly Picture[], more: Partial<Pick<EmbedMediaInput, 'settings' | 'views'>> = {}) {
  const image = { model: 'pictures', dtype: 'fp32', missing: 'mean' } as const;
  const media = await mediaOf(pictures);
  return attempt(() => embeddingActivities(given, tables(), { media: encoder }).embedMedia({ context: at('embed:media'), media, settings: { image }, ...more }));
}

const refuse = { settings: { image: { model: 'pictures', dtype: 'fp32', missing: 'refuse' } } } as const;

test('each file is embedded once, whatever products have it; what can not be read has no row and is counted', async () => {
  const pictures = [{ series: 'A', content: 'mug' }, { series: 'B', content: 'mug' }, { series: 'C', content: 'hat' }, { series: 'D', problem: 'not there' }, { series: 'E', content: 'broken' }];
  const { image } = await embed(pictures);
  expect(image).toMatchObject({ embedded: 2, reused: 1, unreadable: 2, dims, encoder: 'pictures' });
  const rows = await ask(`SELECT series, sha256, CAST(vector AS FLOAT[${dims}]) AS vector FROM read_parquet('${await given.artifacts.fetchFile(image?.vectors ?? (await mediaOf([])))}')`);
  expect(rows.map(({ series }) => series)).toEqual(['A', 'B', 'C']);
  expect(rows[2]).toEqual({ series: 'C', sha256: createHash('sha256').update('hat').digest('hex'), vector: [...vectorOf('hat')] });
  expect(encoder.given).toHaveLength(3);
});

test('a file that could not be read is not tried again, nor is any other', async () => {
  await embed([{ series: 'A', content: 'mug' }, { series: 'E', content: 'broken' }]);
  expect((await embed([{ series: 'A', content: 'mug' }, { series: 'B', content: 'hat' }, { series: 'E', content: 'broken' }])).image).toMatchObject({ embedded: 1, reused: 1, unreadable: 1 });
  expect([...encoder.given].sort()).toEqual(['broken', 'hat', 'mug']);
});

test('where missing files are refused, the first three products are named with their reasons', async () => {
  const pictures = [{ series: 'A', content: 'mug' }, ...['B', 'C', 'D', 'E'].map((series) => ({ series, problem: 'not there' }))];
  const refusal = await embed(pictures, refuse).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(BadInput);
  expect(String(refusal)).toContain('4 of 5 products have no usable image file: "B" ("B.png": not there); "C" ("C.png": not there); "D" ("D.png": not there); and 1 more. Mend these files, or set embeddings.image.missing: mean');
  expect(encoder.given).toEqual([]);
  await expect(embed([{ series: 'A', content: 'mug' }, { series: 'E', content: 'broken' }], refuse)).rejects.toThrow('1 of 2 products have no usable image file: "E" ("E.png": the picture ends in the middle)');
  expect((await embed([{ series: 'A', content: 'mug' }], refuse)).image).toMatchObject({ unreadable: 0, reused: 1 });
});

test('changed copies are made of pictures only, each once', async () => {
  const views: EmbedMediaInput['views'] = { settings: { text: [], image: ['crop', 'flip'], copies: 2, strength: 0.2 }, seed: 3 };
  const settings = { ...(refuse.settings), audio: { model: 'sounds', dtype: 'fp32', missing: 'mean' } } as const;
  const pictures = [{ series: 'A', content: 'mug' }, { series: 'B', content: 'mug' }, { series: 'A', content: 'song', modality: 'audio' }];
  const { image, audio, video } = await embed(pictures, { settings, views });
  expect([audio?.views, video]).toEqual([undefined, undefined]);
  expect(audio).toMatchObject({ embedded: 1, unreadable: 0 });
  const rows = await ask(`SELECT series, view, CAST(vector AS FLOAT[${dims}]) AS vector FROM read_parquet('${await given.artifacts.fetchFile(image?.views ?? (await mediaOf([])))}')`);
  expect(rows.map(({ series, view }) => [series, view])).toEqual([['A', 0], ['A', 1], ['B', 0], ['B', 1]]);
  // The seed differs by product and copy, so that equal pictures have different copies.
  expect(new Set(rows.map(({ vector }) => String(vector))).size).toBe(4);
  expect(encoder.given.filter((name) => name.startsWith('mug {"kinds":["crop","flip"],"strength":0.2,"seed":'))).toHaveLength(4);
  await embed([...pictures, { series: 'C', problem: 'not there' }], { settings: { ...settings, image: { ...settings.image, missing: 'mean' } }, views });
  expect(encoder.given).toHaveLength(6);
});
