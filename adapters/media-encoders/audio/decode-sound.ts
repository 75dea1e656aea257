import { open } from 'node:fs/promises';

import { checkFile } from '../decode-picture.ts';
import { UnreadableMedia } from '../encoder.ts';
import type { Ffmpeg } from '../ffmpeg.ts';
import { complaint, mostMediaBytes } from '../ffmpeg.ts';
import { sampleRate } from './log-mel.ts';
import { resample } from './resample.ts';
import { readWav } from './wav.ts';

/** Of a sound; what comes later is left out. */
export const mostSeconds = 600;
/** Ten minutes of 16 bits, two channels, at 96 kHz. */
const mostWavBytes = 256 * 1024 * 1024;

/**
 * One channel at 16 kHz, at most ten minutes. WAV is read here, everything else by FFmpeg, which is looked for only then.
 * @throws UnreadableMedia with the reason; BadInput where FFmpeg is needed and isn't there; the abort reason
 */
export async function soundOf(file: string, ffmpeg: () => Promise<Ffmpeg>, signal?: AbortSignal): Promise<Float32Array> {
  await checkFile(file, mostMediaBytes);
  const wav = await wavOf(file);
  if (wav !== undefined) {
    if (wav.samples.length === 0) throw new UnreadableMedia('has no samples');
    return resample(wav.samples, wav.rate, sampleRate);
  }
  const { stdout, stderr } = await (await ffmpeg()).read(file, {
    before: ['-loglevel', 'error'],
    after: ['-map', '0:a:0', '-t', String(mostSeconds), '-ac', '1', '-ar', String(sampleRate), '-f', 'f32le', 'pipe:1'],
    seconds: 60,
    mostBytes: (mostSeconds + 1) * sampleRate * 4,
    ...(signal && { signal }),
  });
  if (stdout.length < 4) throw new UnreadableMedia(`has no sound that can be decoded (${complaint(stderr)})`);
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length - (stdout.length % 4)));
}

async function wavOf(file: string): Promise<ReturnType<typeof readWav>> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(12, size)), 0, Math.min(12, size), 0);
    if (bytesRead < 12 || buffer.toString('latin1', 8, 12) !== 'WAVE') return undefined;
    const wanted = Math.min(size, mostWavBytes);
    const whole = await handle.read(Buffer.alloc(wanted), 0, wanted, 0);
    return readWav(whole.buffer.subarray(0, whole.bytesRead), mostSeconds);
  } finally {
    await handle.close();
  }
}
