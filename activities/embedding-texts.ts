import { cancellationSignal } from '@temporalio/activity';

import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { EmbedResult, EmbedTextsInput } from '../contracts/embedding.ts';
import { chooseTextModel } from '../domain/text-language.ts';
import { parquetFile } from './artifact-store.ts';
import { type EmbedItems, embedItems, type EmbeddedItems, type Encoder } from './embedding-cache.ts';
import type { EmbeddingDeps } from './embedding.ts';
import { groupLimits } from './embedding-groups.ts';
import { textChange } from './embedding-views.ts';

export type TextDeps = Pick<EmbeddingDeps, 'encoders' | 'tables' | 'artifacts' | 'sets'>;
type Progress = EmbedItems<string>['progress'];

/** Texts that the language is told from, in the order of their digests. */
const languageSample = 2_000;

/** The vectors of products' texts, and of changed copies of them. */
export async function embedProductTexts(
  deps: TextDeps,
  { texts, settings, views, folder, progress }: Pick<EmbedTextsInput, 'texts' | 'settings' | 'views'> & { readonly folder: string; readonly progress: Progress },
): Promise<EmbedResult> {
  const { tables, artifacts } = deps;
  const signal = cancellationSignal();
  const source = { texts: await artifacts.fetchFile(texts, signal) };
  const wanted = { file: `${folder}/wanted.parquet`, count: await tables.writeWanted({ source, out: `${folder}/wanted.parquet`, signal }) };
  const encoder = await textEncoder(deps, { settings, wanted: wanted.file, signal });
  const { id, dims } = encoder.describe();
  const { parts, embedded } = await embedTexts(deps, { encoder, wanted, folder: `${folder}/texts`, signal, progress });
  const out = `${folder}/vectors.parquet`;
  const rows = await tables.writeVectors({ source, parts, dims, out, signal });
  const vectors = await artifacts.publishFile('embeddings', out, parquetFile, signal);
  const copies = views && (await embedCopies(deps, { source, views, encoder, folder: `${folder}/copies`, signal, progress }));
  return {
    vectors, ...(copies && { views: copies.views }), dims, embedded: embedded + (copies?.embedded ?? 0), reused: rows - embedded, unreadable: 0, encoder: id,
  };
}

/** Of the named model, or of the one that the language of the texts asks for. */
export async function textEncoder(
  { encoders, tables }: TextDeps,
  { settings: { model, dtype }, wanted, signal }: { readonly settings: EmbedTextsInput['settings']; readonly wanted: string; readonly signal: AbortSignal },
): Promise<Encoder<string>> {
  const chosen = model ?? chooseTextModel(await tables.firstContents({ wanted, count: languageSample, signal })).model;
  return encoders.text({ model: chosen, dtype });
}

export async function embedTexts(deps: TextDeps, request: Omit<EmbedItems<string>, 'limits' | 'toItems'>): Promise<EmbeddedItems> {
  return embedItems(deps, { ...request, limits: groupLimits.text, toItems: async (items) => items.map(({ content }) => content) });
}

interface Copies {
  readonly source: { readonly texts: string };
  readonly views: NonNullable<EmbedTextsInput['views']>;
  readonly encoder: Encoder<string>;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

async function embedCopies(deps: TextDeps, { source, views, encoder, folder, signal, progress }: Copies): Promise<{ readonly views: ArtifactRef; readonly embedded: number } | undefined> {
  const change = textChange(views);
  if (change === undefined) return undefined;
  const { tables, artifacts } = deps;
  const items = `${folder}/views.parquet`;
  await tables.writeViews({ source, copies: views.settings.copies, change, out: items, signal });
  const wanted = { file: `${folder}/wanted.parquet`, count: await tables.writeWanted({ source: { views: items }, out: `${folder}/wanted.parquet`, signal }) };
  const { parts, embedded } = await embedTexts(deps, { encoder, wanted, folder, signal, progress });
  const out = `${folder}/vectors.parquet`;
  await tables.writeVectors({ source: { views: items }, parts, dims: encoder.describe().dims, out, signal });
  return { views: await artifacts.publishFile('embeddings', out, parquetFile, signal), embedded };
}
