import type { ArtifactRef } from './artifacts.ts';
import type { ModalityVectors } from './embedding.ts';
import type { MetricValue } from './modelling.ts';
import type { Pipeline } from './pipeline.schema.ts';
import type { StepContext } from './steps.ts';

export interface ColdStartInput {
  readonly context: StepContext;
  readonly panel: ArtifactRef;
  /** Vectors of all products, those that were never sold too. */
  readonly modalities: readonly ModalityVectors[];
  /** `statics` of the snapshot. */
  readonly statics?: ArtifactRef;
  readonly frequency: Pipeline['frequency'];
  readonly horizon: number;
  readonly quantiles: readonly number[];
  readonly folds: number;
  readonly step?: number;
  readonly gap?: number;
  readonly seed: number;
}

/**
 * How well the first periods of products were forecast that had no history at the cutoff: of all launches after the first fold's cutoff, and
 * where those are fewer than a hundred of earlier ones too. Sums over products first, as folds see few launches each.
 */
export interface ColdStartRow {
  /** `analogues` (text, pictures and attributes), `category-average`, `overall-average`. */
  readonly method: string;
  readonly wape: MetricValue;
  readonly wql: MetricValue;
  readonly bias: MetricValue;
  /** Products that were launched within a horizon of one of the cutoffs. */
  readonly products: number;
}

/** How much less the analogues lose than an average: 1 − loss / loss of the average, with its 95 % interval by bootstrap over products. */
export interface ColdStartGain {
  /** 0.1: a tenth less. `null` where nothing was sold. */
  readonly gain: MetricValue;
  readonly low: MetricValue;
  readonly high: MetricValue;
}

/** What scores and forecasts rest on, as the report names it: the nearest analogues, at most five. */
export interface ColdStartAnalogue {
  readonly series: string;
  /** Its first period. */
  readonly launched: string;
  /** Its share among all analogues. */
  readonly weight: number;
  /**
   * How alike the two are, by aspect: `text`, `image` … cosine of the vectors; `attributes` share of equal ones, rare values count more;
   * `sales of alike text` … ratio of what the products on sale sold that each of them was most alike when it was launched. Left out where unknown.
   */
  readonly likeness: Readonly<Record<string, number>>;
}

/** By modality and for `attributes`, whom a product is most alike of those that were on sale before its launch: how they sell tells how it may. */
export type ColdStartFamily = Readonly<Record<string, readonly string[]>>;

/** The report artifact of the step. */
export interface ColdStartReport {
  readonly rows: readonly ColdStartRow[];
  readonly folds: readonly {
    /** `fold-1 … fold-n`, `test`, or `earlier`. */
    readonly split: string;
    readonly cutoff: string;
    readonly rows: readonly ColdStartRow[];
  }[];
  /** By the average that is compared with: in WQL and in WAPE. */
  readonly gains: Readonly<Record<'category-average' | 'overall-average', { readonly wql: ColdStartGain; readonly wape: ColdStartGain }>>;
  readonly settings: {
    /** Launches that settings were chosen on, all over by `until`; with 0 they are cautious ones. */
    readonly launches: number;
    readonly until: string;
    /** Ways of choosing and weighing analogues that did about equally well: their mean is used. None where the category's average did better. */
    readonly analogues: readonly {
      /** What likeness is measured by. */
      readonly aspects: readonly string[];
      readonly nearest: number;
      /** `null`: the nearest weigh alike. */
      readonly temperature: MetricValue;
      /** Share of the category's distribution in the forecast. */
      readonly shrinkage: number;
    }[];
    /** How far launches are scaled to the market's present level: 0 not at all, 1 wholly. */
    readonly market: Readonly<Record<'category-average' | 'overall-average', number>>;
  };
  /** The attribute that is the category; absent without one, where it is one category for all. */
  readonly category?: string;
  /** Launches that could be learnt from: in the panel, and not in its first horizon. */
  readonly launches: number;
  /** What was forecast as if it were still to come, and what it came to: sums over the first periods that are known. The newest, at most 500. */
  readonly scored: readonly {
    readonly series: string;
    readonly cutoff: string;
    readonly launched: string;
    readonly sold: number;
    readonly forecast: number;
    readonly average: number;
    readonly alike: ColdStartFamily;
    readonly analogues: readonly ColdStartAnalogue[];
  }[];
  /** Products that were never sold, with the sum of their forecast. */
  readonly forecasts: readonly { readonly series: string; readonly forecast: number; readonly alike: ColdStartFamily; readonly analogues: readonly ColdStartAnalogue[] }[];
}

export interface ColdStartResult {
  /** JSON of {@link ColdStartReport}. */
  readonly report: ArtifactRef;
  /** `analogues`, `category-average`, `overall-average`. */
  readonly rows: readonly ColdStartRow[];
  /** Of the analogues over the category's average, in WQL. */
  readonly gain: ColdStartGain;
  /** `unique_id, ds, y_hat, q0.1 …` of the products that were never sold; absent where there are none. `ds` counts from the newest complete period, as if they were launched then. */
  readonly forecasts?: ArtifactRef;
  readonly products: number;
}

/** Activity on the `data` queue. */
export interface ColdStartActivities {
  forecastColdStart(input: ColdStartInput): Promise<ColdStartResult>;
}
