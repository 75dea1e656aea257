import { pinballLoss } from '../metrics.ts';
import type { LaunchForecast } from './launch-forecast.ts';

/** What one forecast of first periods comes to, summed over the periods whose sales are known; sums of many are scored as one. */
export interface LaunchErrors {
  /** Σ |y − ŷ|. */
  absolute: number;
  /** Σ (ŷ − y). */
  signed: number;
  /** Mean over the levels of 2 Σ pinball. */
  pinball: number;
  /** Σ |y|. */
  sold: number;
}

/** @param actual [horizon]; NaN where unknown */
export function launchErrors({ mean, quantiles }: LaunchForecast, actual: Float64Array, levels: readonly number[]): LaunchErrors {
  const errors = { absolute: 0, signed: 0, pinball: 0, sold: 0 };
  const width = levels.length;
  actual.forEach((value, step) => {
    if (Number.isNaN(value)) return;
    const forecast = mean[step] ?? Number.NaN;
    errors.absolute += Math.abs(value - forecast);
    errors.signed += forecast - value;
    errors.sold += Math.abs(value);
    let loss = 0;
    for (let l = 0; l < width; l += 1) loss += pinballLoss(levels[l] ?? 0, value, quantiles[step * width + l] ?? Number.NaN);
    errors.pinball += (2 * loss) / width;
  });
  return errors;
}

export interface LaunchScores {
  readonly wape: number | null;
  readonly wql: number | null;
  readonly bias: number | null;
}

/** Sums over products first: what sells more counts more. Null where nothing was sold. */
export function launchScores(errors: readonly LaunchErrors[]): LaunchScores {
  const sum = (part: keyof LaunchErrors): number => errors.reduce((total, one) => total + one[part], 0);
  const sold = sum('sold');
  const share = (value: number): number | null => (sold > 0 && Number.isFinite(value) ? value / sold : null);
  return { wape: share(sum('absolute')), wql: share(sum('pinball')), bias: share(sum('signed')) };
}
