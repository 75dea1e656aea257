/** Total sales of all series per period. */
export interface MarketTotals {
  /** Adds a value to a period (0 … periods − 1); NaN adds nothing. */
  add(period: number, value: number): void;
  /** NaN for a period to which nothing was added. */
  total(period: number): number;
}

const perUnit = 1e6;
/** A value in millionths is kept as a multiple of this and a rest, so that sums of either are exact up to eight million values. */
const split = 2 ** 30;

/** Sums in whole millionths: exact, so that the order of addition does not matter. Values from 9 × 10⁹ on keep fewer decimals. */
export function createMarketTotals(periods: number): MarketTotals {
  const [high, low, count] = [new Float64Array(periods), new Float64Array(periods), new Int32Array(periods)];
  return {
    add(period, value) {
      if (Number.isNaN(value)) return;
      const millionths = Math.round(value * perUnit);
      const multiple = Math.floor(millionths / split);
      high[period] = (high[period] ?? 0) + multiple;
      low[period] = (low[period] ?? 0) + (millionths - multiple * split);
      count[period] = (count[period] ?? 0) + 1;
    },
    total: (period) => ((count[period] ?? 0) === 0 ? Number.NaN : ((high[period] ?? 0) * split + (low[period] ?? 0)) / perUnit),
  };
}
