import { createHash } from 'node:crypto';

import type { PictureChange, Views } from '../contracts/embeddings.schema.ts';
import { addTextNoise } from '../domain/augmentation/text/noise.ts';
import type { Item } from './embedding-cache.ts';

/** A file to embed, as it is or changed. */
export interface MediaItem {
  readonly file: string;
  readonly change?: { readonly kinds: readonly PictureChange[]; readonly strength: number; readonly seed: number };
}

export interface ViewsOrder {
  readonly settings: Views;
  readonly seed: number;
}

export interface Original {
  readonly series: string;
  readonly content: string;
  /** Number of the copy, from 0. */
  readonly view: number;
}

/** How texts are changed for their copies: the kinds take turns. Undefined where no copies are wanted. */
export function textChange({ settings: { text, copies, strength }, seed }: ViewsOrder): ((of: Original) => Item) | undefined {
  if (copies === 0 || text.length === 0) return undefined;
  return ({ series, content, view }) => {
    const noise = text[view % text.length];
    const changed = noise === undefined ? content : addTextNoise(content, { noise, strength, seed: seedOf(seed, series, view) });
    return { key: sha256(changed), content: changed };
  };
}

/** What is done to pictures for their copies, told by the JSON of {@link mediaPlace} with a `change` in it. Undefined where no copies are wanted. */
export function pictureChange({ settings: { image: kinds, copies, strength }, seed }: ViewsOrder): ((of: Original) => Item) | undefined {
  if (copies === 0 || kinds.length === 0) return undefined;
  return ({ series, content, view }) => {
    const place = mediaPlace(content);
    const change = { kinds, strength, seed: seedOf(seed, series, view) };
    return { key: sha256(JSON.stringify([place.sha256, change])), content: JSON.stringify({ ...place, change }) };
  };
}

export interface MediaPlace {
  readonly uri: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly change?: NonNullable<MediaItem['change']>;
}

/** The content of an item that is a file; it was written by us. */
export function mediaPlace(content: string): MediaPlace {
  return JSON.parse(content) as MediaPlace;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** 48 bits that differ between series and copies. */
function seedOf(seed: number, series: string, view: number): number {
  return createHash('sha256').update(JSON.stringify([seed, series, view])).digest().readUIntBE(0, 6);
}
