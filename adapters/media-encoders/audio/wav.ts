import { UnreadableMedia } from '../encoder.ts';

/** One channel, −1 … 1. */
export interface Waveform {
  readonly rate: number;
  readonly samples: Float32Array;
}

const pcm = 1;
const float = 3;
const extensible = 0xfffe;

/**
 * A WAV file with samples as they are: whole numbers of 8 to 32 bits, or floats of 32 or 64. Channels become their mean.
 * @param mostSeconds what comes later is left out
 * @returns undefined where it isn't WAV or its samples are compressed
 * @throws UnreadableMedia when it says it is, and its parts don't fit together
 */
export function readWav(bytes: Uint8Array, mostSeconds: number): Waveform | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number): string => Buffer.from(bytes.subarray(at, at + 4)).toString('latin1');
  if (bytes.length < 12 || text(0) !== 'RIFF' || text(8) !== 'WAVE') return undefined;
  let format: { kind: number; channels: number; rate: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const from = at + 8;
    if (text(at) === 'fmt ' && from + 16 <= bytes.length) {
      const kind = view.getUint16(from, true);
      // The true kind is the beginning of the GUID that follows.
      format = { kind: kind === extensible && from + 26 <= bytes.length ? view.getUint16(from + 24, true) : kind, channels: view.getUint16(from + 2, true), rate: view.getUint32(from + 4, true), bits: view.getUint16(from + 14, true) };
    }
    if (text(at) === 'data') {
      if (format === undefined) throw new UnreadableMedia('is damaged (samples before their format)');
      // Recorders that were cut off leave 0 or the largest size there is.
      const data = bytes.subarray(from, size === 0 || size > bytes.length - from ? bytes.length : from + size);
      return samplesOf(data, format, mostSeconds);
    }
    at = from + size + (size % 2);
  }
  throw new UnreadableMedia('is damaged (WAV without samples)');
}

function samplesOf(data: Uint8Array, { kind, channels, rate, bits }: { kind: number; channels: number; rate: number; bits: number }, mostSeconds: number): Waveform | undefined {
  const read = reader(kind, bits);
  if (read === undefined) return undefined;
  if (channels === 0 || channels > 64 || rate < 1000 || rate > 768_000) throw new UnreadableMedia(`is damaged (${channels} channels at ${rate} Hz)`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const width = bits / 8;
  const frames = Math.min(Math.floor(data.length / (width * channels)), Math.round(rate * mostSeconds));
  const samples = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += read(view, (frame * channels + channel) * width);
    samples[frame] = sum / channels;
  }
  return { rate, samples };
}

function reader(kind: number, bits: number): ((view: DataView, at: number) => number) | undefined {
  if (kind === float && bits === 32) return (view, at) => view.getFloat32(at, true);
  if (kind === float && bits === 64) return (view, at) => view.getFloat64(at, true);
  if (kind !== pcm) return undefined;
  if (bits === 8) return (view, at) => (view.getUint8(at) - 128) / 128;
  if (bits === 16) return (view, at) => view.getInt16(at, true) / 2 ** 15;
  if (bits === 24) return (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23;
  if (bits === 32) return (view, at) => view.getInt32(at, true) / 2 ** 31;
  return undefined;
}
