import { createBatchedEncoder } from './batched-encoder.ts';
import { pixelsOf } from './decode-picture.ts';
import type { Encoder, MediaEncoderOptions, MediaItem } from './encoder.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { openPictureNetwork } from './picture-network.ts';
import { framesOf } from './video-frames.ts';

/** Films that are decoded at the same time; FFmpeg takes a process each. */
const batchSize = 2;

export interface VideoEncoderOptions extends MediaEncoderOptions {
  /** Pictures taken at equal distances. */
  readonly frames: number;
}

/**
 * Films by the mean of the vectors that a picture encoder gives their frames.
 * @throws BadInput where there is no FFmpeg or for what is no model of pictures; ModelWeightsMissing; ServiceUnavailable
 */
export async function createVideoEncoder(options: VideoEncoderOptions): Promise<Encoder<MediaItem>> {
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const network = await openPictureNetwork(options);
  const { description, recipe } = network;
  return createBatchedEncoder<MediaItem, readonly Uint8Array[]>({
    description: { ...description, runtime: `${description.runtime}, ${ffmpeg.version}`, id: `${options.frames} frames by ${ffmpeg.version}: ${description.id}` },
    batchSize,
    async prepare({ file }, signal) {
      const pictures: Uint8Array[] = [];
      for (const frame of await framesOf(file, options.frames, ffmpeg, signal)) pictures.push(await pixelsOf(frame, recipe));
      return pictures;
    },
    async run(films) {
      const vectors: Float32Array[] = [];
      for (const pictures of films) vectors.push(meanOf(await network.run(pictures), description.dims));
      return vectors;
    },
    close: () => network.close(),
  });
}

function meanOf(vectors: readonly Float32Array[], dims: number): Float32Array {
  return Float32Array.from({ length: dims }, (_, d) => vectors.reduce((sum, vector) => sum + (vector[d] ?? Number.NaN), 0) / vectors.length);
}
