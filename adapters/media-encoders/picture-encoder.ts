import { createBatchedEncoder } from './batched-encoder.ts';
import { pixelsOf } from './decode-picture.ts';
import type { Encoder, MediaEncoderOptions, MediaItem } from './encoder.ts';
import { openPictureNetwork } from './picture-network.ts';

/** 2.4 MB decoded at 224 × 224, and as much again of the next ones. */
const batchSize = 16;

/**
 * Pictures by a CNN (`efficientnet-lite0`) or any ONNX encoder of pictures with `pixel_values` as its one input: a ViT, DINOv2. Loads the model
 * once; its memory is held until `close`. Vectors as the network gives them, not scaled.
 * @throws BadInput for what is no model of pictures; ModelWeightsMissing; ServiceUnavailable when the hub is needed and doesn't answer
 */
export async function createPictureEncoder(options: MediaEncoderOptions): Promise<Encoder<MediaItem>> {
  const network = await openPictureNetwork(options);
  return createBatchedEncoder<MediaItem, Uint8Array>({
    description: network.description,
    batchSize,
    prepare: ({ file, change }) => pixelsOf(file, network.recipe, change),
    run: (pictures) => network.run(pictures),
    close: () => network.close(),
  });
}
