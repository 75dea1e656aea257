import { knownLaunches, type LaunchHistory } from './launches.ts';
import { marketRatio } from './market-level.ts';
import { evenly, meanOf, noPoints, quantilesOf, sortedValues, type SortedValues, thinned, weighted, type WeightedPoints } from './weighted-points.ts';

export interface LaunchForecast {
  /** [horizon] */
  readonly mean: Float64Array;
  /** [horizon, levels], not crossing. */
  readonly quantiles: Float64Array;
}

/** The first periods of some launches, step by step. */
export type LaunchCurves = readonly SortedValues[];

/** Launches beyond this quantile of all earlier ones count as it: one order of 70,000 pieces would be every mean. */
const highest = 0.99;

/**
 * Forecasts of first periods from those of earlier launches, at one cutoff and one scaling to its market. All of it comes from launches whose
 * first periods were over by then.
 */
export class LaunchForecaster {
  readonly #history: LaunchHistory;
  readonly #categories: readonly (string | undefined)[];
  readonly #levels: readonly number[];
  readonly #known: Uint32Array;
  /** Curves at the cutoff's market, winsorised: [products, horizon]; NaN for those not known. */
  readonly #scaled: Float64Array;
  readonly #averages = new Map<string | undefined, readonly WeightedPoints[]>();

  /**
   * @param categories per product of the history @param levels of the quantiles, increasing
   * @param marketExponent see {@link marketRatio}
   */
  constructor(history: LaunchHistory, categories: readonly (string | undefined)[], levels: readonly number[], { cutoff, marketExponent }: { readonly cutoff: number; readonly marketExponent: number }) {
    this.#history = history;
    this.#categories = categories;
    this.#levels = levels;
    this.#known = knownLaunches(history, cutoff);
    this.#scaled = scaledCurves(history, this.#known, cutoff, marketExponent);
  }

  /** The mean launch and its distribution: of the category where earlier products had it, else of all. */
  average(category: string | undefined): LaunchForecast {
    return this.#mixture(undefined, new Float64Array(), category, 1);
  }

  curves(products: Uint32Array): LaunchCurves {
    const { horizon } = this.#history;
    return Array.from({ length: horizon }, (_, step) => sortedValues(Float64Array.from(products, (product) => this.#scaled[product * horizon + step] ?? Number.NaN)));
  }

  /** The distribution of the weighed launches, mixed with the category's. @param weights as `products` of {@link curves} @param shrinkage share of the category */
  byAnalogues(curves: LaunchCurves, weights: Float64Array, category: string | undefined, shrinkage: number): LaunchForecast {
    return this.#mixture(curves, weights, category, shrinkage);
  }

  #mixture(curves: LaunchCurves | undefined, weights: Float64Array, category: string | undefined, share: number): LaunchForecast {
    const { horizon } = this.#history;
    const average = this.#averageOf(category);
    const mean = new Float64Array(horizon);
    const quantiles = new Float64Array(horizon * this.#levels.length);
    for (let step = 0; step < horizon; step += 1) {
      const [values, all] = [curves?.[step], average[step] ?? noPoints];
      const mine = values === undefined ? noPoints : weighted(values, weights);
      mean[step] = meanOf(mine, all, share);
      quantilesOf(mine, all, share, this.#levels, quantiles, step * this.#levels.length);
    }
    return { mean, quantiles };
  }

  #averageOf(category: string | undefined): readonly WeightedPoints[] {
    const kept = this.#averages.get(category);
    if (kept !== undefined) return kept;
    const members = category === undefined ? this.#known : this.#known.filter((product) => this.#categories[product] === category);
    const made = members.length === 0 && category !== undefined ? this.#averageOf(undefined) : this.curves(members).map((values) => thinned(evenly(values)));
    this.#averages.set(category, made);
    return made;
  }
}

function scaledCurves(history: LaunchHistory, known: Uint32Array, cutoff: number, exponent: number): Float64Array {
  const { horizon, curves, launch } = history;
  const scaled = new Float64Array(curves.length).fill(Number.NaN);
  for (const product of known) {
    const ratio = marketRatio(history, launch[product] ?? 0, cutoff, exponent);
    for (let at = product * horizon; at < (product + 1) * horizon; at += 1) scaled[at] = (curves[at] ?? Number.NaN) * ratio;
  }
  const limit = new Float64Array(1);
  for (let step = 0; step < horizon; step += 1) {
    quantilesOf(evenly(sortedValues(Float64Array.from(known, (product) => scaled[product * horizon + step] ?? Number.NaN))), noPoints, 0, [highest], limit, 0);
    const most = limit[0] ?? Number.NaN;
    for (const product of known) {
      const at = product * horizon + step;
      if ((scaled[at] ?? Number.NaN) > most) scaled[at] = most;
    }
  }
  return scaled;
}
