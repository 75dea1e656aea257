import type { Encoder, MediaEncoderOptions, MediaItem } from './encoder.ts';
import { openEncoder } from './encoder-kind.ts';
import type { MediaModality } from './encoder-kind.ts';
import { createEncoderPool } from './encoder-pool.ts';

export interface MediaEncoderSettings extends MediaEncoderOptions {
  /** Of films; default 8. */
  readonly frames?: number;
  /** Encode in so many threads, started from the JavaScript of `encoder-thread.ts`. Default: in the caller's, which a batch keeps busy for a moment. */
  readonly workers?: { readonly count: number; readonly entry: string };
}

/**
 * The encoder of a modality: of pictures, sounds or films, all of one shape. Vectors as the network gives them; the same whatever the number of
 * threads and whatever the other items.
 * @throws BadInput, ModelWeightsMissing, ServiceUnavailable
 */
export function createMediaEncoder(modality: MediaModality, settings: MediaEncoderSettings): Promise<Encoder<MediaItem>> {
  const { frames = 8, workers, warn = (line: string) => process.emitWarning(line), ...options } = settings;
  const kind = { modality, options, frames };
  return workers === undefined ? openEncoder(kind, warn) : createEncoderPool(kind, workers, warn);
}
