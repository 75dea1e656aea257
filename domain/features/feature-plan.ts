import { periodsPerYear, type PeriodLength, type PeriodUnit, unitOf } from '../calendar.ts';
import type { FeatureDefinition } from './feature-definition.ts';
import { modalityFeatures, type ModalityWidth, reviewFeatures, type ReviewParts, reviewSettings, type ReviewSettings } from './vector-features.ts';

export interface FeatureQuestion {
  readonly frequency: PeriodLength;
  readonly horizon: number;
  /** Periods of the longest series. */
  readonly periods: number;
  /** Periods up to the first fold's cutoff: windows longer than this would never be full where models are chosen. */
  readonly learnable: number;
  /** What is known of products besides numbers, in the order of the columns; nothing when absent. */
  readonly modalities?: readonly ModalityWidth[];
  /** What reviews tell; absent where there are none. */
  readonly reviews?: ReviewParts & { readonly halfLife?: number };
  /** Whether any row has a price. */
  readonly priced: boolean;
  /** Whether any period holds several sale lines, so that their number says more than the sum. */
  readonly lines: boolean;
  /** Whether gaps that have closed become straight lines (`missing: linear`). */
  readonly settles?: boolean;
}

/** The same shape as `FeatureSpec` of the contracts, plus the windows that the kernel computes. */
export interface FeaturePlan {
  readonly frequency: PeriodLength;
  readonly horizon: number;
  readonly shared: readonly FeatureDefinition[];
  readonly perStep: readonly FeatureDefinition[];
  readonly sequence: readonly string[];
  readonly statics: readonly string[];
  /** Lengths of rolling windows in periods, increasing. */
  readonly windows: readonly number[];
  /** The short and the long window that ratios and sale lines use; equal where the history is short. */
  readonly short: number;
  readonly long: number;
  /** Number of lag columns; `lag_0` is the origin's own period. */
  readonly lags: number;
  /** Periods of the longest gap that becomes a straight line once it has closed; 0: none does. */
  readonly settled: number;
  /** How reviews are looked at; absent where none are. */
  readonly reviews?: ReviewSettings;
}

const windowsOf: Readonly<Record<PeriodUnit, readonly number[]>> = {
  hour: [6, 24, 48, 168],
  day: [7, 14, 28, 56],
  week: [4, 8, 13, 26],
  month: [3, 6, 12, 24],
};
const mostLags = 16;
/** Newest periods of the market that are columns of their own. */
export const marketLags = 4;
/** Periods of the price's own mean, and of the market's recent mean. */
export const priceWindow = 13;
/** Weight of the newest value in the exponentially weighted mean. */
export const smoothing = 0.3;

/** Which features a table of this frequency and history length has, with what each means to a person. */
export function planFeatures(question: FeatureQuestion): FeaturePlan {
  const { frequency, horizon, learnable, modalities = [], reviews: written, priced, lines, settles = false } = question;
  const unit = unitOf(frequency);
  const lags = Math.max(2, Math.min(mostLags, Math.floor(learnable / 2)));
  const windows = windowsOf[unit].filter((length, i) => i === 0 || length <= learnable);
  const short = windows[0] ?? 1;
  const long = windows[2] ?? windows.at(-1) ?? short;
  const products = modalities.flatMap(modalityFeatures);
  const reviews = written && reviewSettings(unit, written.halfLife);
  const price: readonly FeatureDefinition[] = priced
    ? [
        { name: 'price_log', group: 'price', meaning: 'last known price, as a logarithm' },
        { name: 'price_relative', group: 'price', meaning: `last known price over its own mean of ${String(priceWindow)} ${unit}s` },
      ]
    : [];
  return {
    frequency,
    horizon,
    shared: [
      ...recentSales(unit, lags, windows, { short, long }),
      ...(lines ? saleLines(unit, { short, long }) : []),
      ...history(unit),
      ...price,
      ...market(unit, { short, long }),
      ...products,
      ...(written && reviews ? reviewFeatures(unit, written, reviews) : []),
    ],
    perStep: season(question),
    sequence: Array.from({ length: lags }, (_, i) => `lag_${String(lags - 1 - i)}`),
    statics: ['age', ...(priced ? ['price_log'] : []), ...products.map(({ name }) => name)],
    windows,
    short,
    long,
    lags,
    settled: settles ? (windowsOf[unit].at(-1) ?? 0) : 0,
    ...(reviews && { reviews }),
  };
}

interface Windows {
  readonly short: number;
  readonly long: number;
}

function recentSales(frequency: PeriodUnit, lags: number, windows: readonly number[], { short, long }: Windows): FeatureDefinition[] {
  const group = 'recent sales';
  const lagColumns = Array.from({ length: lags }, (_, k) => ({
    name: `lag_${String(k)}`,
    group,
    meaning: k === 0 ? `sales of the last known ${frequency}` : `sales ${String(k)} ${frequency}s before the last known one`,
  }) as const);
  const rolling = windows.flatMap((length) => {
    const over = `last ${String(length)} ${frequency}s`;
    return [
      { name: `mean_${String(length)}`, group, meaning: `mean sales of the ${over}` },
      { name: `std_${String(length)}`, group, meaning: `standard deviation of sales in the ${over}` },
      { name: `max_${String(length)}`, group, meaning: `best ${frequency} of the ${over}` },
      { name: `zero_share_${String(length)}`, group, meaning: `share of ${frequency}s without a sale in the ${over}` },
    ] as const;
  });
  return [
    ...lagColumns,
    ...rolling,
    { name: 'ewm', group, meaning: `mean of recent sales, the newest ${frequency}s weighing most` },
    { name: 'momentum', group, meaning: `sales of the last known ${frequency} over the mean of the last ${String(short)}` },
    { name: 'trend', group, meaning: `mean sales of the last ${String(short)} ${frequency}s over the mean of the last ${String(long)}` },
  ];
}

/** How many lines (order positions) made up the sales, and how large the largest was: many small orders last, one large one does not. */
function saleLines(frequency: PeriodUnit, { short, long }: Windows): FeatureDefinition[] {
  const group = 'recent sales';
  const over = (length: number): string => `mean of the last ${String(length)} ${frequency}s`;
  return [
    { name: 'lines_0', group, meaning: `sale lines in the last known ${frequency}` },
    ...[...new Set([short, long])].map((length) => ({ name: `lines_${String(length)}`, group, meaning: `sale lines per ${frequency}, ${over(length)}` }) as const),
    { name: 'largest_0', group, meaning: `largest single line of the last known ${frequency}` },
    ...[...new Set([short, long])].map((length) => ({ name: `largest_${String(length)}`, group, meaning: `largest single line of a ${frequency}, ${over(length)}` }) as const),
  ];
}

function history(frequency: PeriodUnit): FeatureDefinition[] {
  return [
    { name: 'mean_all', group: 'history', meaning: 'mean sales since the first sale' },
    { name: 'since_sale', group: 'history', meaning: `${frequency}s since the last sale` },
    { name: 'age', group: 'history', meaning: `${frequency}s since the first sale` },
  ];
}

function market(frequency: PeriodUnit, { short, long }: Windows): FeatureDefinition[] {
  const lags = Array.from({ length: marketLags }, (_, k) => ({
    name: `market_${String(k)}`,
    group: 'market' as const,
    meaning: `sales of all series ${k === 0 ? `in the last known ${frequency}` : `${String(k)} ${frequency}s earlier`}, over their mean of ${String(long)} ${frequency}s`,
  }));
  return [
    ...lags,
    { name: 'market_ratio', group: 'market', meaning: `sales of all series: mean of the last ${String(short)} ${frequency}s over the ${String(long)} before` },
    { name: 'share', group: 'market', meaning: `share of the series in all sales of the last ${String(short)} ${frequency}s` },
  ];
}

/** In less than a year every time of the year comes once: the calendar would only tell how late it is, and models would follow it out of the data. */
function season({ frequency, periods, learnable }: FeatureQuestion): FeatureDefinition[] {
  const [group, unit] = ['season', unitOf(frequency)] as const;
  return [
    ...(learnable > periodsPerYear(frequency)
      ? ([
          { name: 'season_sin', group, meaning: 'time of the year of the forecast period (sine)' },
          { name: 'season_cos', group, meaning: 'time of the year of the forecast period (cosine)' },
        ] as const)
      : []),
    ...(unit === 'hour'
      ? ([
          { name: 'hour', group, meaning: 'hour of the day of the forecast hour' },
          { name: 'last_day', group, meaning: 'sales of the newest known hour at the same time of day' },
        ] as const)
      : []),
    ...(unit === 'day' || unit === 'hour'
      ? ([
          { name: 'weekday', group, meaning: `weekday of the forecast ${unit}, Monday = 1` },
          { name: 'last_week', group, meaning: `sales of the newest known ${unit} ${unit === 'day' ? 'with the same weekday' : 'at the same time of the week'}` },
        ] as const)
      : []),
    ...(periods > periodsPerYear(frequency) && unit !== 'hour'
      ? [{ name: 'last_year', group, meaning: 'sales of the same period a year before the forecast period' } as const]
      : []),
  ];
}
