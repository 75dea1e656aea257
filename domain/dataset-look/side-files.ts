import type { ColumnLook } from './column-look.ts';
import type { Choice } from './frequency.ts';

/** A file beside the sales, as it was looked at: what its columns hold, and how far each holds keys of what is sold. */
export interface SideLook {
  readonly rows: number;
  readonly columns: readonly ColumnLook[];
  /** By column: distinct values, and those of them that name something sold. */
  readonly matches: ReadonlyMap<string, { readonly values: number; readonly sold: number }>;
  /** Products that are sold. */
  readonly sold: number;
}

/** What is missing: a sentence for a person. */
export interface Lacking {
  readonly lacking: string;
}

export const modalities = ['image', 'audio', 'video'] as const;
export type MediaKind = (typeof modalities)[number];

/** What a file says of products. */
export interface ProductsProposal {
  readonly key: Choice<string>;
  readonly text: readonly Choice<string>[];
  readonly media: Readonly<Partial<Record<MediaKind, Choice<string>>>>;
  readonly static: readonly Choice<string>[];
}

/** What customers wrote. */
export interface ReviewsProposal {
  readonly key: Choice<string>;
  readonly time: Choice<string>;
  /** strptime format, where two formats fit every date and one had to be taken. */
  readonly assumedFormat?: string;
  readonly text: readonly Choice<string>[];
  readonly rating?: Choice<string>;
}
