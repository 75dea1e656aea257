import { cancellationSignal } from '@temporalio/activity';

import type { EmbedReviewsInput, EmbedReviewsResult } from '../contracts/embedding.ts';
import { describeHead, sentimentHead } from '../domain/sentiment/heads.ts';
import { scoreVectors } from '../domain/sentiment/sentiment-head.ts';
import { parquetFile } from './artifact-store.ts';
import type { EmbedItems } from './embedding-cache.ts';
import { embedTexts, type TextDeps, textEncoder } from './embedding-texts.ts';

/** The vectors and sentiments of reviews; a text that many reviews have is embedded once. */
export async function embedReviewTexts(
  deps: TextDeps,
  { reviews, settings, folder, progress }: Pick<EmbedReviewsInput, 'reviews' | 'settings'> & { readonly folder: string; readonly progress: EmbedItems<string>['progress'] },
): Promise<EmbedReviewsResult> {
  const { tables, artifacts } = deps;
  const signal = cancellationSignal();
  const file = await artifacts.fetchFile(reviews, signal);
  const wanted = { file: `${folder}/wanted.parquet`, count: await tables.writeWanted({ source: { reviews: file }, out: `${folder}/wanted.parquet`, signal }) };
  const encoder = await textEncoder(deps, { settings, wanted: wanted.file, signal });
  const { id, dims, model } = encoder.describe();
  const { parts, embedded } = await embedTexts(deps, { encoder, wanted, folder: `${folder}/texts`, signal, progress });
  const head = settings.sentiment ? sentimentHead({ model, dims }) : undefined;
  const out = `${folder}/vectors.parquet`;
  const rows = await tables.writeReviewVectors({ reviews: file, parts, dims, ...(head && { sentiment: (vectors: Float32Array) => scoreVectors(head, vectors) }), out, signal });
  return {
    vectors: await artifacts.publishFile('embeddings', out, parquetFile, signal), dims, embedded, reused: rows - embedded, unreadable: 0, encoder: id,
    ...(head && { sentimentBy: describeHead(head) }),
  };
}
