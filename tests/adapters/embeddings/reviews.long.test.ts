import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { parseModelName } from '../../../adapters/embeddings/models.ts';
import { createTextEncoder } from '../../../adapters/embeddings/text-encoder.ts';
import { openTokens } from '../../../adapters/embeddings/tokens.ts';
import { chooseTextModel } from '../../../domain/text-language.ts';
import { toolchainPaths } from '../../../infra/toolchain/paths.ts';

const golden = join(import.meta.dirname, 'golden');
const { modelsDir } = toolchainPaths();
const { ids } = z.object({ ids: z.record(z.string(), z.object({ tokens: z.number(), sha256: z.string() })) }).parse(JSON.parse(readFileSync(join(golden, 'reviews.json'), 'utf8')));
const data = resolve(process.env['FORECASTLE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data'));

const sets = [
  { language: 'en', file: 'WomensClothingReviews/womens_reviews.parquet', column: 'Review Text', model: 'all-MiniLM-L6-v2', vectors: true },
  { language: 'zh', file: 'ChineseReviews/online_shopping_10_cats.parquet', column: 'review', model: 'bge-small-zh-v1.5', vectors: false },
  { language: 'pt', file: 'Olist/sample_order_reviews.parquet', column: 'review_comment_message', model: 'multilingual-e5-small', vectors: false },
];

for (const { language, file, column, model, vectors } of sets) {
  const path = join(data, file);
  describe.skipIf(!existsSync(path))(`1,000 reviews of ${file} (skipped without it in FORECASTLE_DATA)`, () => {
    let read: Promise<string[]> | undefined;
    const texts = (): Promise<string[]> => (read ??= reviews(path, column));

    test.each(['all-MiniLM-L6-v2', 'bge-small-zh-v1.5'])("have the token ids of Python's tokenizers by %s", async (name) => {
      const parsed = parseModelName(name);
      if (parsed.kind !== 'known') throw new Error(`${name} is not in the table`);
      const tokens = await (await openTokens(join(modelsDir, name), parsed.model)).of(await texts());
      expect(tokens.flat()).toHaveLength(ids[`${language} ${name}`]?.tokens ?? 0);
      expect(createHash('sha256').update(JSON.stringify(tokens)).digest('hex')).toBe(ids[`${language} ${name}`]?.sha256);
    });

    test(`are given to ${model}`, async () => {
      expect(chooseTextModel(await texts()).model).toBe(model);
    });

    if (vectors) {
      test('have the vectors of Python onnxruntime: cosine of 0.99999 and more', async () => {
        await expectCosines(model, (await texts()).slice(0, 50), `reviews-${language}.f32`);
      });
    }
  });
}

test('Chinese sentences, with capitals, full-width and traditional signs and beyond the longest, have the vectors of Python onnxruntime', async () => {
  await expectCosines('bge-small-zh-v1.5', z.array(z.string()).parse(JSON.parse(readFileSync(join(golden, 'texts-zh.json'), 'utf8'))), 'texts-zh.f32');
});

async function expectCosines(model: string, texts: readonly string[], file: string): Promise<void> {
  const bytes = readFileSync(join(golden, file));
  const reference = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const encoder = await createTextEncoder({ modelsDir, model });
  try {
    const { vectors } = await encoder.embed(texts);
    const { dims } = encoder.describe();
    expect(vectors).toHaveLength(reference.length);
    for (let from = 0; from < vectors.length; from += dims) {
      let cosine = 0;
      for (let at = from; at < from + dims; at += 1) cosine += (vectors[at] ?? Number.NaN) * (reference[at] ?? Number.NaN);
      expect(cosine, texts[from / dims]).toBeGreaterThan(0.99999);
    }
  } finally {
    await encoder.close();
  }
}

async function reviews(file: string, column: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const found = await connection.runAndReadAll(`SELECT DISTINCT "${column}" AS text FROM read_parquet($file) WHERE "${column}" IS NOT NULL ORDER BY md5("${column}") LIMIT 1000`, { file });
    return z.array(z.tuple([z.string()])).parse(found.getRows()).flat();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
