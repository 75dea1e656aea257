import { setImmediate } from 'node:timers/promises';

/** Zero crossings of the sinc on each side. */
const crossings = 16;
const samplesPerYield = 500_000;

/**
 * Band-limited resampling by a sinc with a Hann window (Smith, "Digital Audio Resampling", https://ccrma.stanford.edu/~jos/resample/): above half
 * of the lower rate nothing remains.
 * @returns `ceil(samples × to / from)` samples; the same array when the rates are
 */
export async function resample(samples: Float32Array, from: number, to: number): Promise<Float32Array> {
  if (from === to) return samples;
  const divisor = gcd(from, to);
  const [up, down] = [to / divisor, from / divisor];
  // In input samples; below 1 when the output is slower, so that its band is the narrower one.
  const band = Math.min(1, to / from);
  const reach = Math.ceil(crossings / band);
  const taps = 2 * reach + 1;
  // Only `up` fractions between two samples occur; odd rates would have too many to keep.
  const phases: Float64Array[] = [];
  const kernelOf = (phase: number): Float64Array => {
    const known = phases[phase];
    if (known !== undefined) return known;
    const kernel = Float64Array.from({ length: taps }, (_, tap) => {
      const x = (tap - reach - phase / up) * band;
      const window = Math.abs(x) >= crossings ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * x) / crossings);
      return band * window * (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
    });
    if (up <= 4096) phases[phase] = kernel;
    return kernel;
  };
  const out = new Float32Array(Math.ceil((samples.length * up) / down));
  for (let index = 0; index < out.length; index += 1) {
    if (index % samplesPerYield === samplesPerYield - 1) await setImmediate();
    const position = index * down;
    const centre = Math.floor(position / up);
    const kernel = kernelOf(position % up);
    let sum = 0;
    const first = Math.max(0, centre - reach);
    const last = Math.min(samples.length - 1, centre + reach);
    for (let at = first; at <= last; at += 1) sum += (samples[at] ?? 0) * (kernel[at - centre + reach] ?? 0);
    out[index] = sum;
  }
  return out;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
