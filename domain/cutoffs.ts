import { addPeriods, type PeriodLength } from './calendar.ts';

export interface CutoffQuestion {
  /** First day of the newest complete period, days since 1970-01-01. */
  readonly last: number;
  readonly horizon: number;
  readonly folds: number;
  readonly frequency: PeriodLength;
}

/** Cutoffs as days since 1970-01-01: the first day of the last period whose data a model may see. */
export interface CutoffDays {
  /** Oldest first. */
  readonly folds: readonly number[];
  readonly test: number;
  readonly final: number;
}

/**
 * Rolling-origin cutoffs, each one horizon before the next: `fold-1 < … < fold-n < test < final`. No fold's target periods overlap with
 * another's, nor with the test horizon, which tunes nothing.
 */
export function rollingCutoffs({ last, horizon, folds, frequency }: CutoffQuestion): CutoffDays {
  const back = (horizons: number): number => addPeriods(last, -horizons * horizon, frequency);
  return { folds: Array.from({ length: folds }, (_, i) => back(folds + 1 - i)), test: back(1), final: last };
}

/** Periods that the first fold keeps for learning on top of its first horizon of targets. */
const learningPeriods = 4;

/** Complete periods that a history needs so that every fold has something to learn from: horizon × (folds + 2) + 4. */
export function periodsNeeded({ horizon, folds }: { readonly horizon: number; readonly folds: number }): number {
  return horizon * (folds + 2) + learningPeriods;
}
