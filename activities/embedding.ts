import { createHash } from 'node:crypto';
import { cancellationSignal } from '@temporalio/activity';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { EmbeddingActivities } from '../contracts/data.ts';
import { type ArtifactStore, parquetFile, type WithScratch } from './artifact-store.ts';
import type { StepRunner } from './step.ts';

export interface TextEncoder {
  describe(): { id: string; dims: number };
  /** Row-major, L2-normalised, in the order of `texts`. */
  embed(texts: readonly string[], on: { signal?: AbortSignal }): Promise<Float32Array>;
}

export interface VectorTables {
  readTexts(input: { file: string }): Promise<{ series: readonly string[]; text: readonly string[]; knownFrom: readonly string[] }>;
  readVectors(input: { files: readonly string[] }): Promise<ReadonlyMap<string, Float32Array>>;
  writeVectors(input: { out: string; series: readonly string[]; knownFrom: readonly string[]; textSha256: readonly string[]; vectors: Float32Array; dims: number }): Promise<void>;
}

export interface EmbeddingDeps {
  readonly encoder: (model: string) => Promise<TextEncoder>;
  readonly tables: VectorTables;
  readonly artifacts: ArtifactStore;
  /** Published vector files by encoder: the cache of everything embedded before. */
  readonly sets: { list(encoder: string): Promise<readonly ArtifactRef[]>; add(encoder: string, ref: ArtifactRef, count: number): Promise<void> };
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

/** Texts in one published part; a killed attempt loses at most this many. */
const partSize = 2_000;

/** Parts of the cache are found by text, so their rows' time means nothing; a fixed one keeps their bytes the same. */
const cacheTime = '1970-01-01T00:00:00Z';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Activity on the `embedding` queue. Each distinct text is embedded once per encoder, over all runs. */
export function createEmbeddingActivities({ encoder, tables, artifacts, sets, withScratch, steps }: EmbeddingDeps): EmbeddingActivities {
  return {
    embedTexts: async ({ context, texts, model }) =>
      steps.step(
        context,
        {
          activity: 'embedTexts',
          parameters: { texts, model },
          note: ({ embedded, reused, encoder: id }) => `${embedded} texts embedded, ${reused} reused, ${id}`,
        },
        () =>
          withScratch(async (folder) => {
            const signal = cancellationSignal();
            const textEncoder = await encoder(model);
            const { id, dims } = textEncoder.describe();
            const table = await tables.readTexts({ file: await artifacts.fetchFile(texts, signal) });
            const digests = table.text.map(sha256);
            const published = await sets.list(id);
            // A part that has gone from the store is embedded again and listed anew.
            const there = await Promise.all(published.map((ref) => artifacts.exists(ref)));
            const files = await Promise.all(published.filter((_, i) => there[i]).map((ref) => artifacts.fetchFile(ref, signal)));
            const known = new Map(await tables.readVectors({ files }));

            const missing = new Map<string, string>();
            digests.forEach((digest, i) => known.has(digest) || missing.set(digest, table.text[i] ?? ''));
            const queue = [...missing];
            for (let start = 0; start < queue.length; start += partSize) {
              const part = queue.slice(start, start + partSize);
              const vectors = await textEncoder.embed(part.map(([, text]) => text), { signal });
              part.forEach(([digest], i) => known.set(digest, vectors.slice(i * dims, (i + 1) * dims)));
              const out = `${folder}/part-${start}.parquet`;
              await tables.writeVectors({ out, series: part.map(([digest]) => digest), knownFrom: part.map(() => cacheTime), textSha256: part.map(([digest]) => digest), vectors, dims });
              await sets.add(id, await artifacts.publishFile('embeddings', out, parquetFile, signal), part.length);
            }

            const out = `${folder}/vectors.parquet`;
            const vectors = new Float32Array(digests.length * dims);
            digests.forEach((digest, i) => vectors.set(known.get(digest) ?? new Float32Array(dims), i * dims));
            await tables.writeVectors({ out, series: table.series, knownFrom: table.knownFrom, textSha256: digests, vectors, dims });
            return { vectors: await artifacts.publishFile('embeddings', out, parquetFile, signal), dims, embedded: missing.size, reused: digests.length - missing.size, encoder: id };
          }),
      ),
  };
}
