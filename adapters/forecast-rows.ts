import { BadInput } from '../contracts/failure.ts';
import { startOfIso } from '../domain/calendar.ts';

// Forecasts as they are stored and served; shared by PostgreSQL and its memory twin.

export interface ForecastRow {
  readonly series: string;
  /** Start of the period: an ISO date, for hours `2011-10-03T14:00`. */
  readonly ds: string;
  readonly yHat: number;
  readonly quantiles: readonly number[];
}

export interface ForecastPoint {
  readonly ds: string;
  readonly yHat: number;
  /** By level: `"0.1"` … */
  readonly quantiles: Readonly<Record<string, number>>;
}

export interface ForecastSet {
  readonly pipeline: string;
  readonly candidate: string;
  /** Ascending, between 0 and 1. */
  readonly quantileLevels: readonly number[];
  readonly rows: AsyncIterable<readonly ForecastRow[]>;
}

/** The set's batches, each checked. @throws BadInput that names the first series and date that can't be a forecast */
export async function* checkedRows({
  pipeline,
  candidate,
  quantileLevels,
  rows,
}: ForecastSet): AsyncGenerator<readonly ForecastRow[]> {
  const refuse = (problem: string): never => {
    throw new BadInput(
      `forecasts of ${pipeline}, candidate ${candidate.slice(0, 12)}: ${problem}; nothing was stored. Run the pipeline again.`,
    );
  };
  const inOrder = quantileLevels.every((level, i) => level > (quantileLevels[i - 1] ?? 0) && level < 1);
  if (!inOrder) refuse(`quantile levels ${quantileLevels.join(', ')} don't ascend between 0 and 1`);
  for await (const batch of rows) {
    for (const row of batch) {
      const problem = problemOf(row, quantileLevels);
      if (problem !== undefined) refuse(`series "${row.series}" at ${row.ds}: ${problem}`);
    }
    yield batch;
  }
}

function problemOf({ ds, yHat, quantiles }: ForecastRow, levels: readonly number[]): string | undefined {
  if (!isStart(ds)) return 'that is no date';
  if (!Number.isFinite(yHat)) return `the forecast is ${yHat}`;
  if (quantiles.length !== levels.length) return `${quantiles.length} quantiles for ${levels.length} levels`;
  for (const [i, value] of quantiles.entries()) {
    if (!Number.isFinite(value)) return `quantile ${levels[i]} is ${value}`;
    const below = quantiles[i - 1];
    if (below !== undefined && value < below)
      return `quantile ${levels[i]} is ${value}, less than quantile ${levels[i - 1]}, ${below}`;
  }
  return undefined;
}

/** Neither another form nor a day that the month doesn't have. */
function isStart(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}(T\d{2}:00)?$/.test(text) && startOfIso(text, text.length > 10 ? 'hour' : 'day') !== undefined;
}
