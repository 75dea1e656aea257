import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { WhisperFeatureExtractor } from '@huggingface/transformers';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { logMelStatistics } from '../../../../adapters/media-encoders/audio/log-mel.ts';
import { createMediaEncoder } from '../../../../adapters/media-encoders/create-media-encoder.ts';
import { golden } from '../pictures.ts';
import { wavFile } from '../wav-file.ts';

const whisper = { feature_extractor_type: 'WhisperFeatureExtractor', feature_size: 80, sampling_rate: 16_000, n_fft: 400, hop_length: 160, chunk_length: 30, n_samples: 480_000, nb_max_frames: 3000 };
let folder: string;
let modelsDir: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-sounds-'));
  modelsDir = join(folder, 'models');
  await mkdir(join(modelsDir, 'tiny-whisper', 'onnx'), { recursive: true });
  await writeFile(join(modelsDir, 'tiny-whisper', 'preprocessor_config.json'), JSON.stringify(whisper));
  await copyFile(join(golden, 'whisper.onnx'), join(modelsDir, 'tiny-whisper', 'onnx', 'encoder_model.onnx'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const samplesOf = (hertz: number, rate: number, seconds: number): number[] => Array.from({ length: rate * seconds }, (_, at) => 0.4 * Math.sin((2 * Math.PI * hertz * at) / rate));

async function wav(name: string, hertz: number, rate: number, seconds: number, channels = 1): Promise<string> {
  const samples = samplesOf(hertz, rate, seconds);
  const file = join(folder, name);
  await writeFile(file, wavFile({ rate, channels: Array.from({ length: channels }, () => samples), form: 'f32' }));
  return file;
}

test('a WAV file becomes 128 numbers, without FFmpeg, and a bad file its reason', async () => {
  const encoder = await createMediaEncoder('audio', { modelsDir, model: 'log-mel', ffmpeg: 'no-such-program' });
  const file = await wav('tone.wav', 1000, 16_000, 1);
  await writeFile(join(folder, 'none.wav'), wavFile({ rate: 16_000, channels: [[]], form: 's16' }));
  const { vectors, problems } = await encoder.embed([{ file }, { file: join(folder, 'nowhere.wav') }, { file: join(folder, 'none.wav') }]);
  expect(encoder.describe()).toMatchObject({ model: 'log-mel', dims: 128, device: 'cpu' });
  expect(vectors.subarray(0, 128)).toEqual(await logMelStatistics(Float32Array.from(samplesOf(1000, 16_000, 1))));
  expect([...problems]).toEqual([[1, 'is not there'], [2, 'has no samples']]);
  expect(vectors.subarray(128).every(Number.isNaN)).toBe(true);
  await encoder.close();
});

test('another rate and two channels give nearly the same numbers', async () => {
  const encoder = await createMediaEncoder('audio', { modelsDir, model: 'log-mel' });
  const { vectors } = await encoder.embed([{ file: await wav('a.wav', 1000, 16_000, 1) }, { file: await wav('b.wav', 1000, 44_100, 1, 2) }]);
  // The loudest bands: what is 60 dB below them is the resampler's.
  for (let band = 0; band < 64; band += 1) if ((vectors[band] ?? 0) > 0) expect(vectors[128 + band]).toBeCloseTo(vectors[band] ?? 0, 1);
  await encoder.close();
});

test('what needs FFmpeg where there is none stops everything, with the remedy', async () => {
  const encoder = await createMediaEncoder('audio', { modelsDir, model: 'log-mel', ffmpeg: 'no-such-program' });
  await writeFile(join(folder, 'song.mp3'), Buffer.from('ID3 not really'));
  await expect(encoder.embed([{ file: join(folder, 'song.mp3') }])).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/no-such-program can't be run[^\n]*FORECASTLE_FFMPEG$/) });
  await encoder.close();
});

test('a Whisper-type encoder gives the mean of its last hidden states over the time that is heard', async () => {
  const encoder = await createMediaEncoder('audio', { modelsDir, model: 'tiny-whisper' });
  expect(encoder.describe().dims).toBe(4);
  const file = await wav('speech.wav', 3000, 16_000, 2);
  const { vectors } = await encoder.embed([{ file }]);
  // The same by hand: the tiny network's output is the mean of a quarter of the bands over two frames, 50 of which are a second.
  const { input_features: features } = await new WhisperFeatureExtractor(whisper)._call(Float32Array.from(samplesOf(3000, 16_000, 2)));
  for (let quarter = 0; quarter < 4; quarter += 1) {
    let sum = 0;
    for (let band = quarter * 20; band < (quarter + 1) * 20; band += 1) for (let frame = 0; frame < 200; frame += 1) sum += Number(features.data[band * 3000 + frame]);
    expect(vectors[quarter]).toBeCloseTo(sum / (20 * 200), 4);
  }
  await encoder.close();
});

test('a sound longer than the network hears at once is heard in parts', async () => {
  const encoder = await createMediaEncoder('audio', { modelsDir, model: 'tiny-whisper' });
  const { vectors } = await encoder.embed([{ file: await wav('30.wav', 500, 16_000, 30) }, { file: await wav('60.wav', 500, 16_000, 60) }]);
  for (let d = 0; d < 4; d += 1) expect(vectors[4 + d]).toBeCloseTo(vectors[d] ?? 0, 2);
  await encoder.close();
});
