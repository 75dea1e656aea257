/** How a series is cleaned: the section `cleaning` of a pipeline file, without what concerns whole series. */
export interface CleaningRules {
  readonly gaps: 'no-sale' | 'closed' | 'unknown';
  readonly closed?: { readonly weekdays: readonly string[]; readonly dates: readonly string[] } | undefined;
  readonly missing: { readonly method: MissingMethod; readonly value?: number | undefined };
  readonly outliers: {
    readonly method: OutlierMethod;
    readonly action: 'clip' | 'mark' | 'remove';
    readonly factor: number;
    readonly sides: 'upper' | 'both';
    readonly except: readonly string[];
  };
  readonly stockouts: 'censored' | 'ignore';
}

export type MissingMethod = 'mean' | 'median' | 'linear' | 'seasonal' | 'predict' | 'constant' | 'drop';
export type OutlierMethod = 'iqr' | 'z-score' | 'robust-z' | 'seasonal-residual' | 'none';
