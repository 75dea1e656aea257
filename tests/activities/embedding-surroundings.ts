import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';

import { createEmbeddingActivities } from '../../activities/embedding.ts';
import type { Encoder } from '../../activities/embedding-cache.ts';
import type { MediaItem } from '../../activities/embedding-views.ts';
import type { createDuckdb } from '../../adapters/duckdb/create-duckdb.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import { parquetFile } from '../../activities/artifact-store.ts';
import type { surroundings } from './surroundings.ts';

export const dims = 8;

/** A vector that depends on every character. */
export function vectorOf(text: string): Float32Array {
  const digest = createHash('sha256').update(text).digest();
  return Float32Array.from({ length: dims }, (_, i) => (digest[i] ?? 0) / 256 - 0.5);
}

/** Remembers what it was given, in batches of `batch`; `before` is called before each of them. */
export function fakeEncoder<T>(id: string, nameOf: (item: T) => Promise<string> | string, on: { readonly batch?: number; before?(signal?: AbortSignal): Promise<void>; problem?(name: string): string | undefined } = {}): Encoder<T> & { readonly given: string[] } {
  const given: string[] = [];
  return {
    given,
    describe: () => ({ model: id, revision: 'r', dtype: 'fp32', runtime: 'none', device: 'cpu', dims, id }),
    async embed(items, { batch, signal } = {}) {
      const vectors = new Float32Array(items.length * dims).fill(Number.NaN);
      const problems = new Map<number, string>();
      const size = on.batch ?? 64;
      for (let start = 0; start < items.length; start += size) {
        await on.before?.(signal);
        signal?.throwIfAborted();
        const positions = items.slice(start, start + size).map((_, i) => start + i);
        for (const position of positions) {
          const item = items[position];
          if (item === undefined) continue;
          const name = await nameOf(item);
          given.push(name);
          const problem = on.problem?.(name);
          if (problem === undefined) vectors.set(vectorOf(name), position * dims);
          else problems.set(position, problem);
        }
        await batch?.(positions, vectors.subarray(start * dims, (start + positions.length) * dims));
      }
      return { vectors, problems };
    },
  };
}

type Given = ReturnType<typeof surroundings>;

/** The activities over DuckDB and everything else in memory. */
export function embeddingActivities(given: Given, tables: ReturnType<typeof createDuckdb>, encoders: { readonly text?: Encoder<string>; readonly media?: Encoder<MediaItem>; readonly asked?: unknown[] }) {
  const notThere = (): never => { throw new Error('no such encoder in this test'); };
  return createEmbeddingActivities({
    encoders: {
      async text(settings) {
        encoders.asked?.push(settings);
        return encoders.text ?? notThere();
      },
      async media(modality, settings) {
        encoders.asked?.push([modality, settings]);
        return encoders.media ?? notThere();
      },
    },
    tables, artifacts: given.artifacts, sets: given.database.embeddingSets, withScratch: given.withScratch, steps: given.steps, rows: given.database.steps,
  });
}

/** Rows of an SQL query, past the adapter. */
export async function ask(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const connection = await (await DuckDBInstance.fromCache(':memory:')).connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJS();
  } finally {
    connection.closeSync();
  }
}

/** Publishes the result of a query as Parquet. */
export async function publishQuery(given: Given, folder: string, sql: string): Promise<ArtifactRef> {
  const file = join(folder, `${createHash('sha256').update(sql).digest('hex').slice(0, 16)}.parquet`);
  await ask(`COPY (${sql}) TO '${file}' (FORMAT parquet)`);
  return given.artifacts.publishFile('primary', file, parquetFile);
}

/** `VALUES` of texts by series, as a snapshot has them. */
export function textsSql(texts: Readonly<Record<string, string>>): string {
  const rows = Object.entries(texts).map(([series, text]) => `('${series}', '${text.replaceAll("'", "''")}', TIMESTAMP '2024-01-01')`);
  return `SELECT * FROM (VALUES ${rows.join(', ')}) AS t(series, text, known_from) ORDER BY series`;
}
