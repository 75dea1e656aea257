import { addPeriods, firstMomentOf, isoOfStart, type PeriodLength, startUnit } from '../../../domain/calendar.ts';
import { rollingCutoffs } from '../../../domain/cutoffs.ts';
import { recentPeriods } from '../../../domain/tuning/recent-periods.ts';
import { startNumberSql } from '../period-start.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';

export interface SpanQuestion {
  /** Parts of a panel, oldest first. */
  readonly panel: readonly string[];
  readonly frequency: PeriodLength;
  readonly horizon: number;
  readonly folds: number;
  readonly step?: number;
  readonly gap?: number;
}

/** What the first fold may see, as ISO dates; `knownBefore` with a time where days don't begin at midnight. */
export interface TuningSpan {
  readonly cutoff: string;
  /** Whatever became known before this moment is known at the cutoff. */
  readonly knownBefore: string;
  /** Last period whose sales may be learnt from, and one some periods earlier. */
  readonly until: string;
  readonly earlier: string;
}

/** The panel ends in its last part, whose last period is the final cutoff. */
export async function tuningSpan(session: Session, { panel, frequency, horizon, folds, step, gap = 0 }: SpanQuestion): Promise<TuningSpan> {
  const row = await session.row(`SELECT ${startNumberSql('max(ds)', startUnit(frequency))} AS last FROM ${parquetFiles(panel.slice(-1))}`);
  const cutoffs = rollingCutoffs({ last: numberIn(row, 'last'), horizon, folds, frequency, ...(step !== undefined && { step }) });
  const cutoff = cutoffs.folds[0] ?? cutoffs.test;
  const iso = (start: number): string => isoOfStart(start, frequency);
  const until = addPeriods(cutoff, -gap, frequency);
  return { cutoff: iso(cutoff), knownBefore: firstMomentOf(iso(addPeriods(cutoff, 1, frequency)), frequency), until: iso(until), earlier: iso(addPeriods(until, -recentPeriods(frequency), frequency)) };
}
