import { createAudioEncoder } from './audio/audio-encoder.ts';
import type { Encoder, MediaEncoderOptions, MediaItem } from './encoder.ts';
import { createPictureEncoder } from './picture-encoder.ts';
import { createVideoEncoder } from './video-encoder.ts';

export type MediaModality = 'image' | 'audio' | 'video';

/** Which encoder, as it travels to a thread. */
export interface EncoderKind {
  readonly modality: MediaModality;
  readonly options: Omit<MediaEncoderOptions, 'warn'>;
  readonly frames: number;
}

export function openEncoder({ modality, options, frames }: EncoderKind, warn?: (line: string) => void): Promise<Encoder<MediaItem>> {
  const all = { ...options, ...(warn && { warn }) };
  if (modality === 'image') return createPictureEncoder(all);
  return modality === 'audio' ? createAudioEncoder(all) : createVideoEncoder({ ...all, frames });
}
