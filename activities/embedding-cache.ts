import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { EncoderDescription } from '../contracts/embedding.ts';
import { ArtifactMissing } from '../contracts/failure.ts';
import { type ArtifactStore, parquetFile } from './artifact-store.ts';
import { type GroupLimits, groupsOf } from './embedding-groups.ts';

/** What turns items into vectors; text and media encoders satisfy it by shape. */
export interface Encoder<T> {
  describe(): EncoderDescription;
  embed(items: readonly T[], on?: { batch?(positions: readonly number[], vectors: Float32Array): void | Promise<void>; readonly signal?: AbortSignal }): Promise<{
    /** Row-major, in the order of the items. */
    readonly vectors: Float32Array;
    /** Why an item has no vector, by position. */
    readonly problems: ReadonlyMap<number, string>;
  }>;
}

/** Something to embed: the digest that its vector is found by, and a text, or JSON that says which file. */
export interface Item {
  readonly key: string;
  readonly content: string;
}

/** A published file of vectors in the order of their keys. */
export interface EmbeddingPart {
  readonly ref: ArtifactRef;
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

export interface EmbeddingSets {
  list(encoder: string): Promise<readonly EmbeddingPart[]>;
  add(encoder: string, part: EmbeddingPart): Promise<void>;
  replace(encoder: string, gone: readonly string[], parts: readonly EmbeddingPart[]): Promise<void>;
}

interface Interruptible {
  readonly signal: AbortSignal;
}

/** What the cache needs of DuckDB: the vectors of a run never are in this process all at once. */
export interface CacheTables {
  keyPrefixes(request: { readonly wanted: string } & Interruptible): Promise<readonly string[]>;
  writeMissing(request: { readonly wanted: string; readonly parts: readonly string[]; readonly out: string } & Interruptible): Promise<number>;
  readItems(request: { readonly file: string } & Interruptible): AsyncIterable<readonly Item[]>;
  writeCachePart(request: { readonly out: string; readonly keys: readonly string[]; readonly vectors: Float32Array; readonly dims: number; readonly problems: ReadonlyMap<number, string> } & Interruptible): Promise<void>;
  mergeCacheParts(request: { readonly parts: readonly string[]; readonly folder: string; readonly most: number } & Interruptible): Promise<readonly (Omit<EmbeddingPart, 'ref'> & { readonly file: string })[]>;
}

export interface CacheDeps {
  readonly tables: CacheTables;
  readonly artifacts: Pick<ArtifactStore, 'publishFile' | 'fetchFile'>;
  readonly sets: EmbeddingSets;
}

export interface EmbedItems<T> {
  readonly encoder: Encoder<T>;
  /** Parquet `key, content`, one row per key, in the order of keys. */
  readonly wanted: { readonly file: string; readonly count: number };
  readonly limits: GroupLimits;
  readonly toItems: (items: readonly Item[], signal: AbortSignal) => Promise<readonly T[]>;
  /** For files of this attempt; nothing else may lie in it. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: (at: { readonly done: number; readonly of: number }) => void | Promise<void>;
}

export interface EmbeddedItems {
  /** Files of the cache that together have every wanted item. */
  readonly parts: readonly string[];
  /** Items that were embedded now and have a vector. */
  readonly embedded: number;
}

/** Parts below this are merged once there are more than so many of them: a look-up of few items then reads few files. */
const smallPart = 8_192;
const mostSmallParts = 64;
const mergedPart = 16_384;
const fetchedAtOnce = 8;

/**
 * Sees to it that every wanted item is in the cache of its encoder. Each group is published and listed before the next begins, and groups
 * depend on the missing items alone: whatever ends an attempt, the next one embeds the same remaining groups.
 */
export async function embedItems<T>(deps: CacheDeps, request: EmbedItems<T>): Promise<EmbeddedItems> {
  const { tables, artifacts, sets } = deps;
  const { encoder, wanted, limits, toItems, folder, signal, progress } = request;
  const { id, dims } = encoder.describe();
  const prefixes = await tables.keyPrefixes({ wanted: wanted.file, signal });
  const listed = (await sets.list(id)).filter((part) => hasPrefixWithin(prefixes, part));
  const parts = (await fetchParts(artifacts, listed, signal)).map(({ file }) => file);
  const missing = `${folder}/missing.parquet`;
  const count = await tables.writeMissing({ wanted: wanted.file, parts, out: missing, signal });

  let [done, embedded, group] = [wanted.count - count, 0, 0];
  for await (const items of groupsOf(tables.readItems({ file: missing, signal }), limits)) {
    signal.throwIfAborted();
    await progress({ done, of: wanted.count });
    let within = 0;
    const { vectors, problems } = await encoder.embed(await toItems(items, signal), { signal, batch: (positions) => progress({ done: done + (within += positions.length), of: wanted.count }) });
    const out = `${folder}/part-${group}.parquet`;
    const keys = items.map(({ key }) => key);
    await tables.writeCachePart({ out, keys, vectors, dims, problems, signal });
    await sets.add(id, { ref: await artifacts.publishFile('embeddings', out, parquetFile, signal), count: keys.length, first: keys[0] ?? '', last: keys.at(-1) ?? '' });
    parts.push(out);
    [done, embedded, group] = [done + items.length, embedded + items.length - problems.size, group + 1];
  }
  await mergeSmallParts(deps, { id, folder, signal });
  return { parts, embedded };
}

/** Whether one of the sorted prefixes of keys lies among the keys of the part. */
function hasPrefixWithin(prefixes: readonly string[], { first, last }: Pick<EmbeddingPart, 'first' | 'last'>): boolean {
  let [low, high] = [0, prefixes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((prefixes[middle] ?? '') < first.slice(0, 4)) low = middle + 1;
    else high = middle;
  }
  const next = prefixes[low];
  return next !== undefined && next <= last.slice(0, 4);
}

/** Local copies of parts. One that has gone from the store is left out: its items are embedded again and listed anew. */
async function fetchParts(artifacts: CacheDeps['artifacts'], parts: readonly EmbeddingPart[], signal: AbortSignal): Promise<readonly { readonly part: EmbeddingPart; readonly file: string }[]> {
  const found: { part: EmbeddingPart; file: string }[] = [];
  for (let start = 0; start < parts.length; start += fetchedAtOnce) {
    const files = await Promise.all(parts.slice(start, start + fetchedAtOnce).map(async (part) => {
      try {
        return { part, file: await artifacts.fetchFile(part.ref, signal) };
      } catch (error) {
        if (error instanceof ArtifactMissing) return undefined;
        throw error;
      }
    }));
    found.push(...files.filter((one) => one !== undefined));
  }
  return found;
}

/** Many runs with few new items each would leave a file each. */
async function mergeSmallParts({ tables, artifacts, sets }: CacheDeps, { id, folder, signal }: { readonly id: string; readonly folder: string; readonly signal: AbortSignal }): Promise<void> {
  const small = (await sets.list(id)).filter(({ count }) => count < smallPart);
  if (small.length <= mostSmallParts) return;
  const files = (await fetchParts(artifacts, small, signal)).map(({ file }) => file);
  const merged = files.length === 0 ? [] : await tables.mergeCacheParts({ parts: files, folder, most: mergedPart, signal });
  const published: EmbeddingPart[] = [];
  for (const { file, ...keys } of merged) published.push({ ...keys, ref: await artifacts.publishFile('embeddings', file, parquetFile, signal) });
  await sets.replace(id, small.map(({ ref }) => ref.sha256), published);
}
