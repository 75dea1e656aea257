import type { PeriodUnit } from '../../../domain/calendar.ts';
import type { SeriesLook } from '../../../domain/dataset-look/dataset-look.ts';
import { numberIn, numberOrNaN } from '../row-values.ts';
import type { Row, Session } from '../session.ts';

/** Rows of a file of one row per series and time; a few may repeat. */
const nearlyUnique = 0.995;

/** The table `sold` holds `time`, `target` and the candidates for a series as `k0`, `k1` … */
export interface SeriesChoice {
  /** Their numbers among the candidates. */
  readonly candidates: readonly number[];
  readonly names: readonly string[];
}

const keyOf = (candidates: readonly number[]): string => candidates.map((i) => `k${String(i)}`).join(', ');

/** Whether these columns and the time tell the rows apart, with more than a few times for each series. */
export async function isPanel(session: Session, candidates: readonly number[]): Promise<boolean> {
  const row = await session.row(`SELECT (SELECT count(*) FROM sold WHERE time IS NOT NULL) AS rows, (SELECT count(*) FROM (SELECT DISTINCT ${keyOf(candidates)}, time FROM sold WHERE time IS NOT NULL)) AS pairs,
    (SELECT count(*) FROM (SELECT DISTINCT ${keyOf(candidates)} FROM sold)) AS series`);
  const [rows, pairs] = [numberIn(row, 'rows'), numberIn(row, 'pairs')];
  return rows > 0 && pairs >= nearlyUnique * rows && rows >= 3 * numberIn(row, 'series');
}

export async function lookAtSeries(session: Session, { candidates, names }: SeriesChoice, isPanelOf: boolean): Promise<SeriesLook> {
  const key = keyOf(candidates);
  const series = numberIn(await session.row(`SELECT count(*) AS n FROM (SELECT DISTINCT ${key} FROM sold)`), 'n');
  const clock = await session.row(`SELECT coalesce(avg(CAST(time <> date_trunc('day', time) AS INTEGER)), 0) AS clock, coalesce(avg(CAST(time <> date_trunc('hour', time) AS INTEGER)), 0) AS minutes FROM sold WHERE time IS NOT NULL`);
  const [withClock, withMinutes] = [numberIn(clock, 'clock'), numberIn(clock, 'minutes')];
  const isHourly = withClock > 0.5 && withMinutes < 0.05;
  const unit = isHourly ? 'hour' : 'day';
  const gaps = await session.row(`WITH times AS (SELECT DISTINCT date_trunc('${unit}', time) AS t FROM sold WHERE time IS NOT NULL), gaps AS (SELECT datediff('${unit}', lag(t) OVER (ORDER BY t), t) AS gap FROM times),
    usual AS (SELECT coalesce(quantile_disc(gap, 0.5), 1) AS step FROM gaps) SELECT step, coalesce((SELECT avg(CAST(abs(gap - step) <= 0.12 * step AS INTEGER)) FROM gaps WHERE gap IS NOT NULL), 0) AS regular FROM usual`);
  const periods: Record<PeriodUnit, number> = { hour: 0, day: 0, week: 0, month: 0 };
  const density = { ...periods };
  for (const length of ['hour', 'day', 'week', 'month'] as const) {
    if (length === 'hour' && !isHourly) continue;
    const found = await densityOf(session, key, length);
    periods[length] = found.periods;
    density[length] = found.density;
  }
  const step = numberIn(gaps, 'step') / (isHourly ? 24 : 1);
  return {
    columns: names, series,
    spacing: {
      withClock, withMinutes, step, regular: numberIn(gaps, 'regular'), isPanel: isPanelOf, periods, density,
      coverage: isPanelOf ? await coverageOf(session, key, step < 0.1 ? 'hour' : step >= 28 ? 'month' : step >= 6.5 ? 'week' : 'day') : 0,
    },
  };
}

/** Each series from its first sale to the end of the data, weighted by its rows (one huge order is no frequent sale); those that are gone for good count as rare. */
async function densityOf(session: Session, key: string, length: PeriodUnit): Promise<{ readonly periods: number; readonly density: number }> {
  const row: Row = await session.row(`WITH ends AS (SELECT date_trunc('${length}', min(time)) AS first, date_trunc('${length}', max(time)) AS last FROM sold),
    periods AS (SELECT ${key}, date_trunc('${length}', time) AS period, count(*) AS q FROM sold WHERE target > 0 AND time IS NOT NULL GROUP BY ALL),
    series AS (SELECT count(*) AS n, datediff('${length}', min(period), (SELECT last FROM ends)) + 1 AS span, sum(q) AS q FROM periods GROUP BY ${key})
    SELECT datediff('${length}', first, last) + 1 AS periods, (SELECT sum(q * n / span) / sum(q) FROM series) AS density FROM ends`);
  const density = numberOrNaN(row, 'density');
  return { periods: numberOrNaN(row, 'periods') || 0, density: Number.isNaN(density) ? 0 : density };
}

async function coverageOf(session: Session, key: string, length: PeriodUnit): Promise<number> {
  const row = await session.row(`WITH periods AS (SELECT DISTINCT ${key}, date_trunc('${length}', time) AS period FROM sold WHERE time IS NOT NULL),
    series AS (SELECT count(*) AS n, datediff('${length}', min(period), max(period)) + 1 AS span FROM periods GROUP BY ${key}) SELECT coalesce(sum(n) / sum(span), 0) AS coverage FROM series`);
  return numberIn(row, 'coverage');
}
