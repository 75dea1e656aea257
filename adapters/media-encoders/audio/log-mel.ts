import { setImmediate } from 'node:timers/promises';

/** Hz. */
export const sampleRate = 16_000;
export const bands = 64;
const windowLength = 400;
const hop = 160;
const fftLength = 512;
const bins = fftLength / 2 + 1;
const framesPerYield = 4000;
/** Below −100 dB is silence. */
const floor = 1e-10;

const window = Float64Array.from({ length: windowLength }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / windowLength));
const filters = melFilters();
const cosines = Float64Array.from({ length: fftLength / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / fftLength));
const sines = Float64Array.from({ length: fftLength / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / fftLength));

/**
 * What a sound is like: mean, then standard deviation over time of the natural logarithms of 64 mel bands' energies (Davis and Mermelstein 1980)
 * between 0 and 8,000 Hz, windows of 25 ms (Hann) every 10 ms. mel(f) = 2595 log10(1 + f / 700) (O'Shaughnessy 1987); triangles of height 1.
 * @param samples at 16 kHz; fewer than one window are filled with silence
 * @returns 128 numbers
 */
export async function logMelStatistics(samples: Float32Array): Promise<Float32Array> {
  const frames = Math.max(1, 1 + Math.floor((samples.length - windowLength) / hop));
  const sums = new Float64Array(bands);
  const squares = new Float64Array(bands);
  const real = new Float64Array(fftLength);
  const imaginary = new Float64Array(fftLength);
  for (let frame = 0; frame < frames; frame += 1) {
    if (frame % framesPerYield === framesPerYield - 1) await setImmediate();
    real.fill(0);
    imaginary.fill(0);
    for (let at = 0; at < windowLength; at += 1) real[at] = (samples[frame * hop + at] ?? 0) * (window[at] ?? 0);
    transform(real, imaginary);
    filters.forEach(({ from, weights }, band) => {
      let energy = 0;
      weights.forEach((weight, index) => {
        const bin = from + index;
        energy += weight * ((real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2);
      });
      const level = Math.log(Math.max(floor, energy));
      sums[band] = (sums[band] ?? 0) + level;
      squares[band] = (squares[band] ?? 0) + level * level;
    });
  }
  const out = new Float32Array(2 * bands);
  for (let band = 0; band < bands; band += 1) {
    const mean = (sums[band] ?? 0) / frames;
    out[band] = mean;
    out[bands + band] = Math.sqrt(Math.max(0, (squares[band] ?? 0) / frames - mean * mean));
  }
  return out;
}

/** Middle frequency of each band, in Hz. */
export function bandCentres(): readonly number[] {
  return Array.from({ length: bands }, (_, band) => edge(band + 1));
}

function edge(index: number): number {
  const highest = 2595 * Math.log10(1 + sampleRate / 2 / 700);
  return 700 * (10 ** ((highest * index) / (bands + 1) / 2595) - 1);
}

function melFilters(): readonly { readonly from: number; readonly weights: readonly number[] }[] {
  return Array.from({ length: bands }, (_, band) => {
    const [low, middle, high] = [edge(band), edge(band + 1), edge(band + 2)];
    const all = Array.from({ length: bins }, (__, bin) => {
      const frequency = (bin * sampleRate) / fftLength;
      return Math.max(0, Math.min((frequency - low) / (middle - low), (high - frequency) / (high - middle)));
    });
    const from = Math.max(0, all.findIndex((weight) => weight > 0));
    return { from, weights: all.slice(from, all.findLastIndex((weight) => weight > 0) + 1) };
  });
}

/** In place: fast Fourier transform with radix 2 (Cooley and Tukey 1965). */
function transform(real: Float64Array, imaginary: Float64Array): void {
  for (let at = 1, mirrored = 0; at < fftLength; at += 1) {
    let bit = fftLength >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (at < mirrored) {
      [real[at], real[mirrored]] = [real[mirrored] ?? 0, real[at] ?? 0];
      [imaginary[at], imaginary[mirrored]] = [imaginary[mirrored] ?? 0, imaginary[at] ?? 0];
    }
  }
  for (let size = 2; size <= fftLength; size *= 2) {
    const half = size / 2;
    const step = fftLength / size;
    for (let start = 0; start < fftLength; start += size) {
      for (let k = 0; k < half; k += 1) {
        const [cosine, sine] = [cosines[k * step] ?? 0, sines[k * step] ?? 0];
        const [upper, lower] = [start + k, start + k + half];
        const [r, i] = [real[lower] ?? 0, imaginary[lower] ?? 0];
        const turned = r * cosine - i * sine;
        const turnedImaginary = r * sine + i * cosine;
        real[lower] = (real[upper] ?? 0) - turned;
        imaginary[lower] = (imaginary[upper] ?? 0) - turnedImaginary;
        real[upper] = (real[upper] ?? 0) + turned;
        imaginary[upper] = (imaginary[upper] ?? 0) + turnedImaginary;
      }
    }
  }
}
