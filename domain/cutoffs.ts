import { addPeriods, type PeriodLength } from './calendar.ts';

/** How the past is played back: how many folds, how far apart, and how late a period's sales are known. */
export interface Backtest {
  readonly horizon: number;
  readonly folds: number;
  /** Periods from one fold's cutoff to the next; the horizon when absent. With fewer, the folds' targets overlap. */
  readonly step?: number | undefined;
  /** Periods between the last target that may be learnt from and the first one to forecast; none when absent. */
  readonly gap?: number | undefined;
}

export interface CutoffQuestion extends Backtest {
  /** First day of the newest complete period, days since 1970-01-01. */
  readonly last: number;
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
 * Rolling-origin cutoffs `fold-1 < … < fold-n < test < final`: folds lie `step` periods apart, the last one a horizon before the test, the
 * test a horizon before the end. No fold's target is one of the test horizon, which tunes nothing; none is another fold's unless `step`
 * is less than the horizon.
 */
export function rollingCutoffs({ last, horizon, folds, frequency, step = horizon }: CutoffQuestion): CutoffDays {
  const back = (periods: number): number => addPeriods(last, -periods, frequency);
  return { folds: Array.from({ length: folds }, (_, i) => back(2 * horizon + (folds - 1 - i) * step)), test: back(horizon), final: last };
}

/** Periods that the first fold keeps for learning on top of its first horizon of targets. */
const learningPeriods = 4;

/** Complete periods that a history needs so that every fold has something to learn from: 3 horizons + (folds − 1) steps + gap + 4. */
export function periodsNeeded({ horizon, folds, step = horizon, gap = 0 }: Backtest): number {
  return 3 * horizon + (folds - 1) * step + gap + learningPeriods;
}

/** Cutoffs as they travel, and how much of the past each of them learns from. */
export interface LearningCutoffs {
  readonly folds: readonly string[];
  readonly test: string;
  readonly final: string;
  /** See {@link Backtest.gap}; of folds and test. */
  readonly gap?: number;
  /** Periods of targets that are learnt from; all when absent. */
  readonly window?: number;
}

/** A cutoff by its name, with the part of the past that is learnt from where that is not all of it. */
export interface LearningSplit {
  readonly name: string;
  /** ISO date. */
  readonly cutoff: string;
  readonly gap?: number;
  readonly window?: number;
}

/** `fold-1 … fold-n`, `test`, `final`, as far as wanted. The final model has no targets to keep clear of, so it learns without a gap. */
export function splitsOf({ folds, test, final, gap = 0, window }: LearningCutoffs, wanted: readonly ('folds' | 'test' | 'final')[]): LearningSplit[] {
  const learnt = window === undefined ? {} : { window };
  const scored = { ...(gap > 0 && { gap }), ...learnt };
  return [
    ...(wanted.includes('folds') ? folds.map((cutoff, i) => ({ name: `fold-${String(i + 1)}`, cutoff, ...scored })) : []),
    ...(wanted.includes('test') ? [{ name: 'test', cutoff: test, ...scored }] : []),
    ...(wanted.includes('final') ? [{ name: 'final', cutoff: final, ...learnt }] : []),
  ];
}

/** Targets that a split may learn from, as days since 1970-01-01: after `after`, at most `until`. */
export function learnableTargets(cutoff: number, frequency: PeriodLength, { gap = 0, window }: { readonly gap?: number; readonly window?: number }): { readonly after: number; readonly until: number } {
  const until = addPeriods(cutoff, -gap, frequency);
  return { after: window === undefined ? -Infinity : addPeriods(until, -window, frequency), until };
}
