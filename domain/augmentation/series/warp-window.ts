import type { Random } from '../../random.ts';
import { smoothCurve, valueAt } from './curves.ts';

/*
 * A window is a stretch of one series, oldest value first: what a model sees and what it shall say, so that what is done to both fits.
 * NaN = unknown, and stays so. Every function returns a new window of the same length.
 */

/** All values times one factor, log-normal with mean 1 (Um et al. 2017, "scaling"). */
export function scale(window: Float64Array, strength: number, random: Random): Float64Array {
  const factor = scalingFactor(strength, random);
  return window.map((value) => value * factor);
}

export function scalingFactor(strength: number, random: Random): number {
  return Math.exp(strength * random.normal() - strength ** 2 / 2);
}

/** Noise on every value but zeros: a period without a sale is an event and no measurement. A positive value never becomes negative. */
export function jitter(window: Float64Array, strength: number, random: Random): Float64Array {
  const deviation = strength * deviationOf(window);
  return window.map((value) => jittered(value, deviation, random));
}

/** One value with noise of this standard deviation. Draws one number whatever the value is. */
export function jittered(value: number, deviation: number, random: Random): number {
  const noise = deviation * random.normal();
  if (value === 0 || Number.isNaN(value)) return value;
  return value > 0 ? Math.max(0, value + noise) : value + noise;
}

/** Standard deviation of the known values. */
export function deviationOf(window: Float64Array): number {
  const known = window.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length));
}

/** Values times a smooth curve around 1 (Um et al. 2017, "magnitude warping"). */
export function warpMagnitude(window: Float64Array, strength: number, random: Random): Float64Array {
  const curve = smoothCurve(window.length, strength, random);
  return window.map((value, i) => value * (curve[i] ?? 1));
}

/** Time runs at a speed that varies smoothly; the ends stay where they are (Um et al. 2017, "time warping"). */
export function warpTime(window: Float64Array, strength: number, random: Random): Float64Array {
  const last = window.length - 1;
  const speed = smoothCurve(Math.max(1, last), strength, random);
  const total = speed.reduce((sum, value) => sum + value, 0);
  let passed = 0;
  return window.map((value, i) => {
    if (i === 0 || i === last) return value;
    passed += speed[i - 1] ?? 1;
    return valueAt(window, (passed / total) * last);
  });
}

/** A part of the window, `1 − strength` of it and three values at least, stretched to its length (Le Guennec et al. 2016, "window slicing"). */
export function sliceWindow(window: Float64Array, strength: number, random: Random): Float64Array {
  const last = window.length - 1;
  const kept = Math.max(Math.min(2, last), Math.ceil(last * (1 - strength)));
  const start = random.integer(last - kept + 1);
  return window.map((_, i) => (last === 0 ? (window[0] ?? Number.NaN) : valueAt(window, start + (i / last) * kept)));
}
