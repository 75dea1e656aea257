import type { FeatureDefinition } from '../domain/features/feature-definition.ts';
import type { ArtifactRef } from './artifacts.ts';
import type { Frequency } from './pipeline.schema.ts';

/** One column and what it means to a person; explanations are grouped by `group`. */
export type FeatureColumn = FeatureDefinition;

/**
 * The columns of an origin table: one row per series and origin (the last period whose data a feature may see).
 * Targets are `y_1 … y_H` (cleaned; for training) and `a_1 … a_H` (raw actuals; for scoring), NaN beyond the data.
 */
export interface FeatureSpec {
  readonly frequency: Frequency;
  readonly horizon: number;
  /** One value per row. Contains every name of `sequence` and `statics`. */
  readonly shared: readonly FeatureColumn[];
  /** One value per row and step ahead; the columns are `<name>_1 … <name>_H`. Known at the origin (calendar, last year). */
  readonly perStep: readonly FeatureColumn[];
  /** The series' own recent values, oldest first, ending with the origin's period (`lag_15 … lag_0`); input of sequence models. */
  readonly sequence: readonly string[];
  /** Slow-moving columns that sequence models take beside the sequence (text dimensions, price level, age). */
  readonly statics: readonly string[];
}

/** Cutoffs are ISO dates of the last period (its first day) whose data a model may see. */
export interface Cutoffs {
  /** Rolling-origin validation cutoffs, oldest first. They tune, choose and weigh. */
  readonly folds: readonly string[];
  /** The cutoff before the last horizon: scored once, tunes nothing. */
  readonly test: string;
  /** The newest complete period: the cutoff of the served forecast. */
  readonly final: string;
  /** Periods of targets before the cutoff that folds and test do not learn from; none when absent. */
  readonly gap?: number;
  /** Periods of targets that are learnt from; all when absent. */
  readonly window?: number;
}

export interface FeatureSet {
  /** A table in parts, every part sorted by (series, origin): `series VARCHAR, origin DATE`, then the FLOAT columns that `spec` names. */
  readonly table: ArtifactRef;
  /** JSON of {@link FeatureSpec}. */
  readonly spec: ArtifactRef;
  readonly cutoffs: Cutoffs;
  readonly rows: number;
  readonly series: number;
  readonly columns: number;
}
