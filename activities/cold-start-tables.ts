import type { PredictionTable } from '../contracts/prediction-table.ts';
import type { PeriodLength } from '../domain/calendar.ts';
import type { LaunchHistory } from '../domain/cold-start/launches.ts';

/** Products that are compared with earlier ones at one cutoff. Products are numbers: places in `series`. */
export interface Comparison {
  readonly until: string;
  readonly targets: Uint32Array;
  readonly ownUntil: readonly string[];
  readonly candidates: Uint32Array;
  readonly nearest: number;
}

/** Reads tables and searches among vectors; `adapters/duckdb` satisfies it by shape. */
export interface ColdStartTables {
  launchHistory(input: { panel: readonly string[]; products: readonly string[]; frequency: PeriodLength; horizon: number; gap: number; signal: AbortSignal }): Promise<{ history: LaunchHistory; first: number; last: number }>;
  recentSales(input: { panel: readonly string[]; series: readonly string[]; cutoffs: readonly number[]; periods: number; frequency: PeriodLength; signal: AbortSignal }): Promise<readonly Float64Array[]>;
  staticAttributes(input: { statics: string; series: readonly string[]; frequency: PeriodLength; first: number; signal: AbortSignal }): Promise<{
    names: readonly string[]; values: readonly (readonly (string | undefined)[])[]; knownIn: Int32Array;
  }>;
  nearestLaunches(input: { vectors: string; series: readonly string[]; frequency: PeriodLength; comparisons: readonly Comparison[]; signal: AbortSignal }): Promise<readonly ReadonlyMap<number, readonly number[]>[]>;
  vectorLikeness(input: { vectors: string; series: readonly string[]; frequency: PeriodLength; comparisons: readonly Comparison[]; targets: Uint32Array; candidates: Uint32Array; signal: AbortSignal }): Promise<Float64Array>;
  writeForecasts(input: { table: PredictionTable; split: string; out: string }): Promise<{ series: number }>;
}
