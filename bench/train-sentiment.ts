import { writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { createSessions } from '../adapters/duckdb/session.ts';
import { createTextEncoder } from '../adapters/embeddings/text-encoder.ts';
import type { LearntSet, SentimentHead } from '../domain/sentiment/sentiment-head.ts';
import { packageRoot, toolchainPaths } from '../infra/toolchain/paths.ts';
import { learnHead, type LearningFrom, type Recipe } from './learn-sentiment.ts';
import { headSource } from './sentiment-source.ts';
import { chineseShops, clothing, instruments } from './sentiment-sets.ts';

/*
 * npm run train:sentiment -- DATA [--model NAME] [--vectors FOLDER] [--most N]
 *
 * Learns the classifiers of sentiment that are shipped, one per model of the table, from the data sets in DATA, and writes them to
 * domain/sentiment/heads with how well they do on a fifth that is held out. Vectors are kept in FOLDER for the next time; N reviews of each
 * set are read at most. Exit code 1: a bar is missed.
 */

const recipes: readonly Recipe[] = [
  { model: 'all-MiniLM-L6-v2', learnt: [clothing], others: [instruments] },
  { model: 'bge-small-zh-v1.5', learnt: [chineseShops], others: [] },
  { model: 'multilingual-e5-small', learnt: [clothing, chineseShops], others: [instruments] },
];
const isMissed = ({ language, accuracy, auc }: LearntSet): boolean => (language === 'Chinese' ? accuracy < 0.9 : auc < 0.88);

async function main(): Promise<number> {
  const { positionals: [data], values } = parseArgs({ allowPositionals: true, options: { model: { type: 'string' }, vectors: { type: 'string' }, most: { type: 'string' } } });
  const chosen = recipes.filter(({ model }) => values.model === undefined || model === values.model);
  const most = Number(values.most ?? 1_000_000);
  if (data === undefined || chosen.length === 0 || !(most > 0)) {
    console.error(`say where the data sets are: npm run train:sentiment -- DATA [--model ${recipes.map(({ model }) => model).join('|')}] [--vectors FOLDER] [--most N]`);
    return 2;
  }
  const sessions = createSessions({ memoryLimitMiB: 512, threads: 1, tempFolder: join(tmpdir(), 'forecastle-sentiment-spill') });
  try {
    const vectors = values.vectors ?? join(tmpdir(), 'forecastle-sentiment');
    const heads = await sessions.use(undefined, (session) => learnAll(chosen, { session, data, vectors, most }));
    return heads.some(({ provenance: { sets } }) => sets.some((set) => set.learnt > 0 && isMissed(set))) ? 1 : 0;
  } finally {
    await sessions.close();
  }
}

async function learnAll(chosen: readonly Recipe[], from: LearningFrom): Promise<readonly SentimentHead[]> {
  const heads: SentimentHead[] = [];
  for (const recipe of chosen) {
    const encoder = await createTextEncoder({ modelsDir: toolchainPaths().modelsDir, model: recipe.model, dtype: 'fp32', workers: availableParallelism() });
    try {
      const head = await learnHead(recipe, encoder, from);
      const { file, source } = headSource(head);
      await writeFile(join(packageRoot, file), source);
      heads.push(head);
      for (const { name, accuracy, auc, learnt, heldOut } of head.provenance.sets) {
        console.log(`${recipe.model}, ${name}: accuracy ${String(accuracy)}, area under the ROC curve ${String(auc)} on ${String(heldOut)} reviews; ${String(learnt)} learnt from`);
      }
      console.log(`written to ${file}`);
    } finally {
      await encoder.close();
    }
  }
  return heads;
}

process.exitCode = await main();
