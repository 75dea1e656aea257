import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { createEmbeddingActivities } from '../activities/embedding.ts';
import { createStepRunner } from '../activities/step.ts';
import { createDuckdb } from '../adapters/duckdb/create-duckdb.ts';
import { fillTable } from '../adapters/duckdb/fill-table.ts';
import { createSessions } from '../adapters/duckdb/session.ts';
import { writeParquet } from '../adapters/duckdb/write-parquet.ts';
import { createTextEncoder } from '../adapters/embeddings/text-encoder.ts';
import { createMemoryDatabase } from '../adapters/memory/database.ts';
import { VARCHAR } from '@duckdb/node-api';
import { createDiskArtifacts, fileArtifact } from './disk-artifacts.ts';
import { callActivity } from './pipeline-activities.ts';
import { scratchIn } from './scratch.ts';

/**
 * Seconds that the product's own activity takes for texts that it has never seen, and for the same texts under other keys: the second run's step
 * is a new one, so that every vector comes out of the cache of vectors.
 */
export async function embedTwice({ texts, modelsDir, model, folder }: { readonly texts: readonly string[]; readonly modelsDir: string; readonly model: string; readonly folder: string }): Promise<{ readonly first: number; readonly second: number }> {
  await mkdir(folder, { recursive: true });
  const database = createMemoryDatabase();
  const artifacts = createDiskArtifacts(join(folder, 'artifacts'));
  const tables = createDuckdb({ memoryLimitMiB: 512, threads: availableParallelism(), tempFolder: join(folder, 'spill') });
  const steps = createStepRunner({ cache: database.stepCache, rows: database.steps, artifacts, codeVersion: () => 'this benchmark' });
  const encoder = await createTextEncoder({ modelsDir, model });
  const activities = createEmbeddingActivities({
    encoders: { text: async () => encoder, media: () => Promise.reject(new Error('no files here')) },
    tables, artifacts, sets: database.embeddingSets, withScratch: scratchIn(join(folder, 'scratch')), steps, rows: database.steps,
  });
  try {
    const [first, second] = [await writeTexts(texts, 'a', folder), await writeTexts(texts, 'b', folder)];
    const seconds = async (file: string): Promise<number> => {
      const started = performance.now();
      const input = { context: { runId: file, pipeline: 'bench', step: 'embed:text' as const }, texts: await fileArtifact(file), settings: { model, dtype: 'fp32' as const } };
      const { embedded, reused } = await callActivity(activities.embedTexts, input);
      if (embedded + reused < texts.length * 0.9) throw new Error(`of ${String(texts.length)} texts only ${String(embedded)} were embedded and ${String(reused)} reused`);
      return (performance.now() - started) / 1000;
    };
    return { first: await seconds(first), second: await seconds(second) };
  } finally {
    await Promise.all([encoder.close(), tables.close()]);
  }
}

async function writeTexts(texts: readonly string[], prefix: string, folder: string): Promise<string> {
  const out = join(folder, `${prefix}.parquet`);
  const sessions = createSessions({ memoryLimitMiB: 256, threads: 1, tempFolder: join(folder, 'spill-texts') });
  try {
    await sessions.use(undefined, async (session) => {
      const key = (row: number): string => `${prefix}${String(row).padStart(7, '0')}`;
      await fillTable(session, 'rows_to_write', texts.length, [{ name: 'series', type: VARCHAR, value: key }, { name: 'text', type: VARCHAR, value: (row) => texts[row] ?? null }]);
      await writeParquet(session, { select: "SELECT series, text, TIMESTAMP '2024-01-01' AS known_from FROM rows_to_write ORDER BY series", out });
    });
  } finally {
    await sessions.close();
  }
  return out;
}
