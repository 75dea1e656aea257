import type { ArtifactRef } from './artifacts.ts';
import type { Snapshot } from './data.ts';
import type { HierarchySettings } from './hierarchy.schema.ts';
import type { ModelForecasts } from './modelling.ts';
import type { Frequency } from './pipeline.schema.ts';
import type { StepContext } from './steps.ts';

/** Which series belongs to which nodes: the JSON artifact `members`. */
export interface HierarchyMembers {
  readonly levels: HierarchySettings['levels'];
  /** All series of the panel, sorted by their UTF-8 bytes. */
  readonly series: readonly string[];
  /** Per declared level that is used, the newest value of each series. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Per level of `levels` what it is called and its nodes, by the names that they have where series are: `category=Toys`, `total`. */
  readonly nodes: readonly { readonly level: string; readonly names: readonly string[] }[];
}

export interface AggregateInput {
  readonly context: StepContext;
  readonly snapshot: Snapshot;
  /** Of the series. */
  readonly panel: ArtifactRef;
  readonly levels: HierarchySettings['levels'];
  readonly frequency: Frequency;
  /** As in `CleanInput`. */
  readonly cutoff?: string;
}

export interface AggregateResult {
  /** JSON of {@link HierarchyMembers}. */
  readonly members: ArtifactRef;
  /**
   * A panel (doc of `CleanResult`) whose series are the nodes. `y_raw`, `y`, `lines` and `total` are sums over the series that have begun
   * (unknown values are left out; NULL where all are), `largest` their greatest, `age` their oldest, `since_sale` their most recent; `known`
   * counts the periods so far in which the value of some series was known; `price` and `stock` are NULL, `touched` is 0.
   */
  readonly panel: ArtifactRef;
  readonly nodes: number;
  /** Parts of the panel that were made for this run; the others were there already. */
  readonly madeParts: number;
  readonly parts: number;
}

/** Models that are averaged: see `EnsembleResult`. */
export interface Combination {
  readonly models: readonly ModelForecasts[];
  readonly weights: Readonly<Record<string, number>>;
  readonly level: number;
}

export interface ReconcileInput {
  readonly context: StepContext;
  readonly method: HierarchySettings['method'];
  readonly members: ArtifactRef;
  /** Of the series: the top-down methods share by their past. */
  readonly panel: ArtifactRef;
  readonly frequency: Frequency;
  readonly series: Combination;
  readonly nodes: Combination;
}

/**
 * Forecasts of series and nodes that add up: at every split and step a node is the sum of the series forecast below it, to the precision of
 * FLOAT. Splits are those that all models have. Errors that a method learns from are those of the folds, so the test horizon teaches nothing.
 * A quantile moves by as much as its point does, and not below 0 where it was not. Points of series do not become negative.
 */
export interface ReconcileResult {
  readonly series: ModelForecasts;
  readonly nodes: ModelForecasts;
  /** Σ |change| / Σ |forecast| of the series' points. */
  readonly moved: number;
}

/** Activities on the `data` queue. */
export interface HierarchyActivities {
  aggregatePanel(input: AggregateInput): Promise<AggregateResult>;
  reconcileForecasts(input: ReconcileInput): Promise<ReconcileResult>;
}
