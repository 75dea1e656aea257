import { BadInput } from '../../../contracts/failure.ts';
import { type Backtest, periodsNeeded } from '../../../domain/cutoffs.ts';
import { isoOfDay, type PeriodLength, unitOf } from '../../../domain/calendar.ts';

export interface History extends Backtest {
  /** What the message begins with. */
  readonly where: string;
  readonly frequency: PeriodLength;
  /** Complete periods there are. */
  readonly periods: number;
  /** First and last day with a sale. */
  readonly from: number;
  readonly to: number;
  /** How it gets longer. */
  readonly longer?: string;
}

/** Throws `BadInput` when the history is too short to learn from before the first fold; says what is there and what would do. */
export function refuseShortHistory({ where, frequency, horizon, folds, step = horizon, gap = 0, periods, from, to, longer = 'give a longer history' }: History): void {
  const unit = unitOf(frequency);
  const needed = periodsNeeded({ horizon, folds, step, gap });
  if (periods >= needed) return;
  const found = periods === 0
    ? `there is no complete ${unit} of sales`
    : `sales from ${isoOfDay(from)} to ${isoOfDay(to)} are ${String(periods)} complete ${unit}${periods === 1 ? '' : 's'}`;
  const apart = step === horizon || folds === 1 ? '' : ` ${String(step)} ${unit}${step === 1 ? '' : 's'} apart`;
  const kept = gap === 0 ? '' : ` and gap ${String(gap)}`;
  throw new BadInput(
    `${where}: ${found}, but horizon ${String(horizon)} with ${String(folds)} fold${folds === 1 ? '' : 's'}${apart}${kept} needs ${String(needed)}; shorten horizon, use fewer folds (evaluate.folds${apart === '' ? '' : ', evaluate.step'}${gap === 0 ? '' : ', evaluate.gap'}), or ${longer}`,
  );
}
