/** What is known of a product's sales up to a cutoff, as the panel has it. */
export interface KnownSales {
  /** Periods since the first sale whose sales are known, and their sum. */
  readonly periods: number;
  readonly total: number;
  /** The same up to some periods earlier; 0 where the product is younger. */
  readonly earlierPeriods: number;
  readonly earlierTotal: number;
  /** Periods without a sale. */
  readonly idle: number;
  /** Last known price; NaN without one. */
  readonly price: number;
}

/** Figures of a profile, in order. */
export const profileNames = ['level', 'trend', 'idle share', 'price level'] as const;

/**
 * How a product sells, in figures that products of all sizes can be compared by: log(1 + mean sales per period since the first sale); how
 * much the recent mean, also as log(1 + x), lies above it; the share of periods without a sale; log(1 + price). NaN for what is not known.
 */
export function demandProfile({ periods, total, earlierPeriods, earlierTotal, idle, price }: KnownSales): readonly number[] {
  const level = logOf(total / periods);
  const recent = periods - earlierPeriods;
  return [level, recent > 0 ? logOf((total - earlierTotal) / recent) - level : Number.NaN, periods > 0 ? idle / periods : Number.NaN, logOf(price)];
}

/** Returns can outweigh sales: what is below nothing counts as nothing. */
const logOf = (value: number): number => Math.log1p(Math.max(0, value));
