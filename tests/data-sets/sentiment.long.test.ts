import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

import { createSessions } from '../../adapters/duckdb/session.ts';
import { createTextEncoder } from '../../adapters/embeddings/text-encoder.ts';
import { chineseShops, clothing, isHeldOut, type LabelledSet, readLabelled } from '../../bench/sentiment-sets.ts';
import { accuracyOf, areaUnderRoc } from '../../domain/sentiment/classifier-scores.ts';
import { sentimentHead } from '../../domain/sentiment/heads.ts';
import { scoreVectors } from '../../domain/sentiment/sentiment-head.ts';
import { toolchainPaths } from '../../infra/toolchain/paths.ts';
import { describeSet } from './data-plane.ts';

// That the shipped classifiers belong to the vectors that the encoders make today; what they reach on all held-out reviews stands in them.

const { modelsDir } = toolchainPaths();
const reviews = 400;

async function scoresOnHeldOut(set: LabelledSet, path: string, model: string): Promise<{ readonly scores: Float32Array; readonly labels: Uint8Array }> {
  const sessions = createSessions({ memoryLimitMiB: 512, threads: 1, tempFolder: join(tmpdir(), 'forecastle-sentiment-test') });
  const encoder = await createTextEncoder({ modelsDir, model });
  try {
    // The folder of data sets is the one above that of the set.
    const { keys, texts, labels } = await sessions.use(undefined, (session) => readLabelled(session, dirname(dirname(path)), set, 6 * reviews));
    const rows = [...keys.keys()].filter((row) => isHeldOut(keys[row] ?? '')).slice(0, reviews);
    const { vectors } = await encoder.embed(rows.map((row) => texts[row] ?? ''));
    const head = sentimentHead({ model, dims: vectors.length / rows.length });
    if (head === undefined) throw new Error(`no classifier for ${model}`);
    return { scores: scoreVectors(head, vectors), labels: Uint8Array.from(rows, (row) => labels[row] ?? 0) };
  } finally {
    await encoder.close();
    await sessions.close();
  }
}

describeSet("Women's Clothing", clothing.file, (path) => {
  test.skipIf(!existsSync(join(modelsDir, 'all-MiniLM-L6-v2')))('recommended or not is told of held-out reviews: area under the ROC curve of 0.87 and more (skipped without the model)', async () => {
    const { scores, labels } = await scoresOnHeldOut(clothing, path, 'all-MiniLM-L6-v2');
    expect(areaUnderRoc(scores, labels)).toBeGreaterThan(0.87);
  });
});

describeSet('Chinese shops', chineseShops.file, (path) => {
  test.skipIf(!existsSync(join(modelsDir, 'bge-small-zh-v1.5')))('nine in ten held-out reviews are told right (skipped without the model)', async () => {
    const { scores, labels } = await scoresOnHeldOut(chineseShops, path, 'bge-small-zh-v1.5');
    expect(accuracyOf(scores, labels)).toBeGreaterThan(0.88);
  });
});
