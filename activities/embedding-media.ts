import { cancellationSignal } from '@temporalio/activity';

import { mediaTypes } from '../contracts/artifacts.ts';
import type { EmbedMediaInput, EmbedMediaResult, EmbedResult } from '../contracts/embedding.ts';
import { BadInput } from '../contracts/failure.ts';
import { parquetFile } from './artifact-store.ts';
import { type EmbedItems, embedItems, type EmbeddedItems, type Encoder, type Item } from './embedding-cache.ts';
import type { EmbeddingDeps, MediaModality } from './embedding.ts';
import { groupLimits } from './embedding-groups.ts';
import { type MediaItem, mediaPlace, pictureChange, type ViewsOrder } from './embedding-views.ts';

type MediaDeps = Pick<EmbeddingDeps, 'encoders' | 'tables' | 'artifacts' | 'sets'>;
type Progress = EmbedItems<MediaItem>['progress'];

const namedInRefusal = 3;
const fetchedAtOnce = 8;

/** The vectors of every modality that is set, one after the other. */
export async function embedMediaFiles(
  deps: MediaDeps,
  { media, settings, views, folder, progress }: Pick<EmbedMediaInput, 'media' | 'settings' | 'views'> & { readonly folder: string; readonly progress: (modality: MediaModality) => Progress },
): Promise<EmbedMediaResult> {
  const table = await deps.artifacts.fetchFile(media, cancellationSignal());
  const one = (modality: MediaModality, own: ModalitySettings, copies?: ViewsOrder): Promise<EmbedResult> =>
    embedModality(deps, { source: { media: table, modality }, settings: own, ...(copies && { views: copies }), folder: `${folder}/${modality}`, progress: progress(modality) });
  return {
    ...(settings.image && { image: await one('image', settings.image, views) }),
    ...(settings.audio && { audio: await one('audio', settings.audio) }),
    ...(settings.video && { video: await one('video', settings.video) }),
  };
}

interface ModalitySettings {
  readonly model: string;
  readonly dtype: 'fp32' | 'fp16' | 'int8';
  readonly missing: 'mean' | 'refuse';
  readonly frames?: number;
}

interface ModalityRequest {
  readonly source: { readonly media: string; readonly modality: MediaModality };
  readonly settings: ModalitySettings;
  readonly views?: ViewsOrder;
  readonly folder: string;
  readonly progress: Progress;
}

async function embedModality(deps: MediaDeps, { source, settings: { missing, ...settings }, views, folder, progress }: ModalityRequest): Promise<EmbedResult> {
  const { tables, artifacts, encoders } = deps;
  const signal = cancellationSignal();
  // What the snapshot knows already is refused before anything is embedded.
  const state = async (parts: readonly string[]) => {
    const found = await tables.mediaState({ ...source, parts, first: namedInRefusal, signal });
    if (missing === 'refuse') refuseUnreadable(source.modality, found);
    return found;
  };
  await state([]);
  const wanted = { file: `${folder}/wanted.parquet`, count: await tables.writeWanted({ source, out: `${folder}/wanted.parquet`, signal }) };
  const encoder = await encoders.media(source.modality, settings);
  const { id, dims } = encoder.describe();
  const { parts, embedded } = await embedFiles(deps, { encoder, wanted, limits: groupLimits[source.modality], folder, signal, progress });
  const { unreadable } = await state(parts);
  const out = `${folder}/vectors.parquet`;
  const rows = await tables.writeVectors({ source, parts, dims, out, signal });
  const vectors = await artifacts.publishFile('embeddings', out, parquetFile, signal);
  const copies = views && (await embedCopies(deps, { source, views, encoder, folder: `${folder}/copies`, progress }));
  return { vectors, ...(copies && { views: copies.views }), dims, embedded: embedded + (copies?.embedded ?? 0), reused: rows - embedded, unreadable, encoder: id };
}

/** @throws BadInput that names the first products */
function refuseUnreadable(modality: MediaModality, { rows, unreadable, first }: Awaited<ReturnType<EmbeddingDeps['tables']['mediaState']>>): void {
  if (unreadable === 0) return;
  const named = first.map(({ series, name, problem }) => `${JSON.stringify(series)} (${name === '' ? problem : `${JSON.stringify(name)}: ${problem}`})`).join('; ');
  const more = unreadable > first.length ? `; and ${(unreadable - first.length).toLocaleString('en-US')} more` : '';
  throw new BadInput(
    `${unreadable.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')} products have no usable ${modality} file: ${named}${more}. Mend these files, or set embeddings.${modality}.missing: mean`,
  );
}

async function embedFiles({ artifacts, ...deps }: MediaDeps, request: Omit<EmbedItems<MediaItem>, 'toItems'>): Promise<EmbeddedItems> {
  const local = async ({ content }: Item, signal: AbortSignal): Promise<MediaItem> => {
    const { uri, sha256, bytes, change } = mediaPlace(content);
    return { file: await artifacts.fetchFile({ uri, sha256, bytes, mediaType: mediaTypes.binary }, signal), ...(change && { change }) };
  };
  const toItems = async (items: readonly Item[], signal: AbortSignal): Promise<readonly MediaItem[]> => {
    const files: MediaItem[] = [];
    for (let start = 0; start < items.length; start += fetchedAtOnce) files.push(...(await Promise.all(items.slice(start, start + fetchedAtOnce).map((item) => local(item, signal)))));
    return files;
  };
  return embedItems({ artifacts, ...deps }, { ...request, toItems });
}

interface Copies extends Omit<ModalityRequest, 'settings' | 'views'> {
  readonly views: ViewsOrder;
  readonly encoder: Encoder<MediaItem>;
}

async function embedCopies(deps: MediaDeps, { source, views, encoder, folder, progress }: Copies): Promise<Required<Pick<EmbedResult, 'views' | 'embedded'>> | undefined> {
  const change = pictureChange(views);
  if (change === undefined) return undefined;
  const { tables, artifacts } = deps;
  const signal = cancellationSignal();
  const items = `${folder}/views.parquet`;
  await tables.writeViews({ source, copies: views.settings.copies, change, out: items, signal });
  const wanted = { file: `${folder}/wanted.parquet`, count: await tables.writeWanted({ source: { views: items }, out: `${folder}/wanted.parquet`, signal }) };
  const { parts, embedded } = await embedFiles(deps, { encoder, wanted, limits: groupLimits.image, folder, signal, progress });
  const out = `${folder}/vectors.parquet`;
  await tables.writeVectors({ source: { views: items }, parts, dims: encoder.describe().dims, out, signal });
  return { views: await artifacts.publishFile('embeddings', out, parquetFile, signal), embedded };
}
