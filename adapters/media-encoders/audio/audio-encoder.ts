import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { WhisperFeatureExtractor } from '@huggingface/transformers';
import { z } from 'zod';

import type { EncoderDescription } from '../../../contracts/embedding.ts';
import { BadInput } from '../../../contracts/failure.ts';
import { createBatchedEncoder } from '../batched-encoder.ts';
import type { Encoder, MediaEncoderOptions, MediaItem } from '../encoder.ts';
import { findFfmpeg } from '../ffmpeg.ts';
import type { Ffmpeg } from '../ffmpeg.ts';
import { placeModel } from '../model-place.ts';
import { openNetwork, runtime } from '../network.ts';
import { soundOf } from './decode-sound.ts';
import { bands, logMelStatistics, sampleRate } from './log-mel.ts';

/** Sounds that are decoded at the same time: ten minutes of one are 38 MB. */
const batchSize = 4;
const weights = { fp32: 'onnx/encoder_model.onnx', fp16: 'onnx/encoder_model_fp16.onnx', int8: 'onnx/encoder_model_quantized.onnx' } as const;

/**
 * Sounds by `log-mel` (128 numbers of a spectrogram, no network), or by the encoder of a Whisper-type model: the mean of its last hidden states
 * over the time that the sound lasts. WAV is read without FFmpeg.
 * @throws BadInput for what is no model of sounds; ModelWeightsMissing; ServiceUnavailable when the hub is needed and doesn't answer
 */
export async function createAudioEncoder(options: MediaEncoderOptions): Promise<Encoder<MediaItem>> {
  let found: Promise<Ffmpeg> | undefined;
  // Looked for once, and only when a file needs it.
  const ffmpeg = (): Promise<Ffmpeg> => (found ??= findFfmpeg(options.ffmpeg));
  // The id has to be the same whether or not a file has needed it yet.
  const decoder = await ffmpeg().then(({ version }) => version, () => 'no ffmpeg');
  const network = options.model === 'log-mel' ? logMel() : await whisper(options);
  return createBatchedEncoder<MediaItem, Float32Array>({
    description: { ...network.description, runtime: `${network.description.runtime}, ${decoder}`, id: `${network.description.id} ${decoder}` },
    batchSize,
    prepare: ({ file }, signal) => soundOf(file, ffmpeg, signal),
    async run(sounds) {
      const vectors: Float32Array[] = [];
      for (const sound of sounds) vectors.push(await network.vectorOf(sound));
      return vectors;
    },
    close: () => network.close(),
  });
}

interface SoundNetwork {
  readonly description: EncoderDescription;
  vectorOf(sound: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

function logMel(): SoundNetwork {
  return {
    description: { model: 'log-mel', revision: '1', dtype: 'fp32', runtime: 'forecastle', device: 'cpu', dims: 2 * bands, id: `log-mel@1 ${bands} bands 25 ms 10 ms ${sampleRate} Hz` },
    vectorOf: logMelStatistics,
    close: async () => undefined,
  };
}

const extractorSchema = z.looseObject({
  feature_size: z.number().int().positive(),
  sampling_rate: z.literal(sampleRate),
  n_fft: z.number().int().positive(),
  hop_length: z.number().int().positive(),
  n_samples: z.number().int().positive(),
  nb_max_frames: z.number().int().positive(),
});

async function whisper(options: MediaEncoderOptions): Promise<SoundNetwork> {
  const { model, dtype = 'fp32' } = options;
  const place = await placeModel(options, ['preprocessor_config.json', weights[dtype]]);
  const file = join(place.folder, 'preprocessor_config.json');
  const config = extractorSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!config.success) throw new BadInput(`${file} is not that of a Whisper-type encoder at ${sampleRate} Hz: ${config.error.issues[0]?.path.join('.') ?? ''}`);
  const { n_samples: windowSamples, feature_size: melBands, nb_max_frames: melFrames } = config.data;
  const extract = new WhisperFeatureExtractor(config.data);
  const network = await openNetwork(join(place.folder, weights[dtype]), 'input_features', options);
  const { dims } = await network.hidden(new Float32Array(melBands * melFrames), [1, melBands, melFrames]);
  const revision = place.commit ?? `sha256:${network.digest.slice(0, 16)}`;
  return {
    description: { model, revision, dtype, runtime, device: network.device, dims, id: `${model}@${revision} ${dtype} mean over time ${runtime} ${network.device}` },
    async vectorOf(sound) {
      const sum = new Float64Array(dims);
      let count = 0;
      for (let from = 0; from < sound.length; from += windowSamples) {
        const part = sound.subarray(from, from + windowSamples);
        const { input_features: features } = await extract._call(part);
        if (!(features.data instanceof Float32Array)) throw new Error(`the spectrogram is of ${features.type}, not float32`);
        const { data, steps } = await network.hidden(features.data, [1, melBands, melFrames]);
        // Behind the sound's end the window is silence.
        const heard = Math.max(1, Math.ceil((steps * part.length) / windowSamples));
        for (let step = 0; step < heard; step += 1) for (let d = 0; d < dims; d += 1) sum[d] = (sum[d] ?? 0) + (data[step * dims + d] ?? Number.NaN);
        count += heard;
      }
      return Float32Array.from(sum, (value) => value / count);
    },
    close: () => network.close(),
  };
}
