/** What is known of how products were launched. Periods are numbered from 0, the panel's first, to `periods` − 1, its newest. */
export interface LaunchHistory {
  /** Products: those of the panel, then those that were never sold by its end. */
  readonly series: readonly string[];
  /** How many of them were sold. */
  readonly sold: number;
  readonly horizon: number;
  readonly periods: number;
  /** Periods after which the sales of a period are settled enough to learn from: launches count as known so much later. */
  readonly gap: number;
  /**
   * Per product the period of its first sale, which counts as step 1 although it rarely is a whole period; negative where that was before the
   * panel, `periods` where it has not been yet: as if it came next.
   */
  readonly launch: Int32Array;
  /** Sales of the first `horizon` periods: [products, horizon]; NaN where unknown or not yet over. */
  readonly curves: Float64Array;
  /** Sales of all products per period; NaN where nothing is known. */
  readonly market: Float64Array;
}

/** Earlier launches that a forecast by analogy needs at least. */
export const fewestAnalogues = 10;

/**
 * Whether a product counts as launched when it was first sold: those first sold within the first horizon of the data were most likely sold
 * before the data begin, and say nothing about launches.
 */
export function isLaunch({ launch, horizon, periods }: Pick<LaunchHistory, 'launch' | 'horizon' | 'periods'>, product: number): boolean {
  const at = launch[product] ?? -1;
  return at >= horizon && at < periods;
}

/** Whether the first `horizon` periods of a product's launch may be learnt from at the end of period `cutoff`. */
export function isKnownLaunch(history: Pick<LaunchHistory, 'launch' | 'horizon' | 'periods' | 'gap'>, product: number, cutoff: number): boolean {
  return isLaunch(history, product) && (history.launch[product] ?? Infinity) + history.horizon - 1 + history.gap <= cutoff;
}

export function knownLaunches(history: Pick<LaunchHistory, 'launch' | 'horizon' | 'periods' | 'gap'>, cutoff: number): Uint32Array {
  return Uint32Array.from(history.launch.keys()).filter((product) => isKnownLaunch(history, product, cutoff));
}

/** Products that had been sold for at least a horizon at the end of period `cutoff`. */
export function productsOnSale({ launch, horizon, sold }: Pick<LaunchHistory, 'launch' | 'horizon' | 'sold'>, cutoff: number): Uint32Array {
  return Uint32Array.from(launch.subarray(0, sold).keys()).filter((product) => (launch[product] ?? Infinity) + horizon - 1 <= cutoff);
}
