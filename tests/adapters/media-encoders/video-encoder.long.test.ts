import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createMediaEncoder } from '../../../adapters/media-encoders/create-media-encoder.ts';
import type { Encoder, MediaItem } from '../../../adapters/media-encoders/encoder.ts';
import { findFfmpeg } from '../../../adapters/media-encoders/ffmpeg.ts';
import { toolchainPaths } from '../../../infra/toolchain/paths.ts';
import { golden } from './pictures.ts';
import { wavFile } from './wav-file.ts';

const { ffmpeg: installed } = toolchainPaths();
const ffmpeg = existsSync(installed) ? installed : 'ffmpeg';
let folder: string;
let modelsDir: string;
let encoder: Encoder<MediaItem>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-films-'));
  modelsDir = join(folder, 'models');
  for (const [from, to] of [['map.onnx', 'onnx/model.onnx']] as const) {
    await mkdir(dirname(join(modelsDir, 'map', to)), { recursive: true });
    await copyFile(join(golden, from), join(modelsDir, 'map', to));
  }
  await writeFile(join(modelsDir, 'map', 'preprocessor_config.json'), JSON.stringify({ size: 32, resample: 0, image_mean: [0, 0, 0], image_std: [1, 1, 1] }));
  encoder = await createMediaEncoder('video', { modelsDir, model: 'map', frames: 4, ffmpeg });
});
afterAll(async () => {
  await encoder.close();
  await rm(folder, { recursive: true, force: true });
});

/** A film of colours, a second each, at 10 pictures a second. */
async function film(name: string, colours: readonly string[], ...options: readonly string[]): Promise<string> {
  const file = join(folder, name);
  const inputs = colours.flatMap((colour) => ['-f', 'lavfi', '-i', `color=${colour}:size=64x64:rate=10:duration=1`]);
  const join_ = `${colours.map((_, index) => `[${index}:v]`).join('')}concat=n=${colours.length}:v=1:a=0[v]`;
  await promisify(execFile)(ffmpeg, ['-v', 'error', '-y', ...inputs, '-filter_complex', join_, '-map', '[v]', ...options, file]);
  return file;
}

test('a film is the mean of frames at equal distances: two seconds of red and two of blue are half of each', async () => {
  const red = await film('film.mp4', ['red', 'red', 'blue', 'blue'], '-c:v', 'mpeg4', '-q:v', '1');
  const { vectors, problems } = await encoder.embed([{ file: red }]);
  expect(problems.size).toBe(0);
  const [r, g, b] = vectors;
  for (const [value, expected] of [[r, 0.5], [g, 0], [b, 0.5]]) expect(Math.abs((value ?? Number.NaN) - (expected ?? 0))).toBeLessThan(0.02);
  expect(encoder.describe()).toMatchObject({ model: 'map', dims: 3, runtime: expect.stringMatching(/ffmpeg \S+$/), id: expect.stringMatching(/^4 frames by ffmpeg/) });
});

test('containers of the web are read alike, and the same film twice has the same bytes', async () => {
  const colours = ['red', 'lime', 'blue', 'white'];
  const mp4 = await film('a.mp4', colours, '-c:v', 'mpeg4', '-q:v', '1');
  const mkv = await film('a.mkv', colours, '-c:v', 'mpeg4', '-q:v', '1');
  const gif = await film('a.gif', colours);
  const { vectors } = await encoder.embed([mp4, mkv, gif, mp4].map((file) => ({ file })));
  for (const at of [3, 6]) for (let d = 0; d < 3; d += 1) expect(vectors[at + d]).toBeCloseTo(vectors[d] ?? 0, 1);
  expect(vectors.subarray(9)).toEqual(vectors.subarray(0, 3));
});

test('a file that is no film, or pretends to be one, has its reason and names no other file', async () => {
  const whole = await film('whole.mp4', ['red', 'blue'], '-c:v', 'mpeg4');
  const tone = join(folder, 'only-sound.wav');
  await writeFile(tone, wavFile({ rate: 8000, channels: [Array.from({ length: 8000 }, (_, at) => Math.sin(at))], form: 's16' }));
  const cut = join(folder, 'cut.mp4');
  await copyFile(whole, cut);
  await truncate(cut, Math.floor((await readFile(whole)).length / 2));
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const items = [
    cut,
    await write('empty.mp4', ''),
    await write('text.mp4', 'just a text'),
    await write('list.mp4', `ffconcat version 1.0\nfile ${whole}\n`),
    await write('list.m3u8', `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${whole}\n#EXT-X-ENDLIST\n`),
    join(folder, 'nowhere.mp4'),
    tone,
  ];
  const { vectors, problems } = await encoder.embed(items.map((file) => ({ file })));
  expect([...problems.keys()]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  // Its index was behind the cut.
  expect(problems.get(0)).toMatch(/that can be decoded \(/);
  expect(problems.get(1)).toBe('is empty');
  expect(problems.get(3)).toBe('is not a film that can be decoded (a format that is not read)');
  expect(problems.get(4)).toMatch(/^is not a film/);
  expect(problems.get(6)).toBe('has no pictures that can be decoded (there is none in it)');
  expect(vectors.every(Number.isNaN)).toBe(true);
});

test('a decoder that hangs, or never stops giving, is ended', async () => {
  const program = join(folder, 'hangs');
  await writeFile(program, '#!/bin/sh\ncase "$1" in -version) echo "ffmpeg version 0" ;; *) exec sleep 600 ;; esac\n');
  await chmod(program, 0o755);
  const hanging = await findFfmpeg(program);
  await expect(hanging.read('x', { after: [], seconds: 0.2, mostBytes: 10 })).rejects.toThrow('takes longer than 0.2 s');
  const controller = new AbortController();
  const stopped = hanging.read('x', { after: [], seconds: 60, mostBytes: 10, signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  await writeFile(program, '#!/bin/sh\ncase "$1" in -version) echo "ffmpeg version 0" ;; *) exec yes ;; esac\n');
  await expect(hanging.read('x', { after: [], seconds: 60, mostBytes: 100_000 })).rejects.toThrow('gives more than 0 MB');
});

test('without FFmpeg there is no encoder of films', async () => {
  await expect(createMediaEncoder('video', { modelsDir, model: 'map', ffmpeg: 'no-such-program' })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining('npx forecastle install') });
});

test('sounds in other containers than WAV are decoded by FFmpeg, and the sound of a film is one', async () => {
  const tone = join(folder, 'tone.mp3');
  const sound = join(folder, 'sound.mkv');
  const wav = join(folder, 'tone.wav');
  const sine = ['-f', 'lavfi', '-i', 'sine=1000:duration=2:sample_rate=44100'];
  for (const args of [[...sine, '-c:a', 'libmp3lame', tone], [...sine, '-c:a', 'pcm_s16le', wav], [...sine, '-f', 'lavfi', '-i', 'color=red:duration=2', '-c:a', 'flac', sound]]) await promisify(execFile)(ffmpeg, ['-v', 'error', '-y', ...args]);
  const sounds = await createMediaEncoder('audio', { modelsDir, model: 'log-mel', ffmpeg });
  const { vectors, problems } = await sounds.embed([tone, sound, wav].map((file) => ({ file })));
  expect(problems.size).toBe(0);
  const loudest = [0, 1, 2].map((at) => vectors.subarray(at * 128, at * 128 + 64)).map((levels) => levels.indexOf(Math.max(...levels)));
  expect(new Set(loudest).size).toBe(1);
  // Lossless: what is loud differs by the resampler alone.
  for (let band = 0; band < 64; band += 1) if ((vectors[256 + band] ?? 0) > -4) expect(Math.abs((vectors[128 + band] ?? 0) - (vectors[256 + band] ?? 0))).toBeLessThan(0.05);
  await sounds.close();
});
