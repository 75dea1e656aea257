import { periodsPerYear } from '../../../domain/calendar.ts';
import { type FeaturePlan, marketLags, priceWindow, smoothing } from '../../../domain/feature-spec.ts';
import { intervalOf } from '../clean/panel-sql.ts';
import { exactSum } from '../sql-text.ts';

/*
 * Sums over windows are written out as sums of lag columns. A window aggregate over doubles adds in an order that depends on how DuckDB
 * cuts the partitions, so the last bits would move with the number of threads and with rows of the future.
 */

const counting = (length: number): number[] => Array.from({ length }, (_, i) => i);
const steps = (horizon: number): number[] => Array.from({ length: horizon }, (_, i) => i + 1);
const n = String;

/** Sum of the known columns `prefix_from … prefix_(to − 1)`, and how many are known. */
const sumOf = (prefix: string, from: number, to: number): string =>
  to <= from ? '0' : counting(to - from).map((k) => `coalesce(${prefix}_${n(from + k)}, 0)`).join(' + ');
const knownOf = (prefix: string, from: number, to: number): string =>
  to <= from ? '0' : counting(to - from).map((k) => `(${prefix}_${n(from + k)} IS NOT NULL)::INTEGER`).join(' + ');
const meanOf = (prefix: string, from: number, to: number): string => `(${sumOf(prefix, from, to)}) / nullif(${knownOf(prefix, from, to)}, 0)`;

/** Periods back from the origin to the newest known period a whole number of seasons before the target. */
const seasonLag = (season: number, step: number): number => season * Math.ceil(step / season) - step;

/** Per period: market totals of all series and what the calendar says about the periods ahead. Reads `panel_rows`. */
export function periodsSql(plan: FeaturePlan): string {
  const { frequency, horizon, short, long } = plan;
  const needed = Math.max(marketLags, short + long);
  const target = (h: number): string => `(CAST(ds AS TIMESTAMP) + ${n(h)} * ${intervalOf[frequency]})`;
  const angle = (h: number): string => {
    if (frequency === 'month') return `2 * pi() * (month(${target(h)}) - 1) / 12`;
    // The middle of a week says best where in the year it lies.
    return `2 * pi() * dayofyear(${target(h)} + INTERVAL ${frequency === 'week' ? '3' : '0'} DAY) / 365.25`;
  };
  return `
    SELECT ds, ${counting(marketLags).map((k) => `m_${n(k)} / nullif(${meanOf('m', 0, long)}, 0) AS market_${n(k)}`).join(', ')},
           ${meanOf('m', 0, short)} / nullif(${meanOf('m', short, short + long)}, 0) AS market_ratio,
           ${sumOf('m', 0, short)} AS market_recent,
           ${steps(horizon).flatMap((h) => [
             `sin(${angle(h)}) AS season_sin_${n(h)}`, `cos(${angle(h)}) AS season_cos_${n(h)}`,
             ...(frequency === 'day' ? [`isodow(${target(h)}) AS weekday_${n(h)}`] : []),
           ]).join(', ')}
    FROM (SELECT ds, ${counting(needed).map((k) => `lag(total, ${n(k)}) OVER (ORDER BY ds) AS m_${n(k)}`).join(', ')}
          FROM (SELECT ds, ${exactSum('y')} AS total FROM panel_rows GROUP BY ds))`;
}

/**
 * The origin table without its order: one row per series of `chosen` and period. Reads `panel_rows`, `chosen`, `periods`, `texts_reduced`.
 */
export function originsSql(plan: FeaturePlan): string {
  const columns = [...plan.shared.map(({ name }) => name), ...plan.perStep.flatMap(({ name }) => steps(plan.horizon).map((h) => `${name}_${n(h)}`))];
  const targets = steps(plan.horizon).flatMap((h) => [`y_${n(h)}`]).concat(steps(plan.horizon).map((h) => `a_${n(h)}`));
  const expressions = sharedExpressions(plan);
  const asFloat = (name: string): string => `coalesce(CAST(${expressions.get(name) ?? name} AS FLOAT), 'nan'::FLOAT) AS ${name}`;
  return `
    SELECT series, ds AS origin, ${[...columns, ...targets].map(asFloat).join(',\n ')}
    FROM (${segmentsSql(plan)}) JOIN periods USING (ds) LEFT JOIN texts_reduced USING (series)`;
}

/** Series' own lags and leads; every later stage is arithmetic within a row. */
function laggedSql(plan: FeaturePlan): string {
  const { frequency, horizon, windows, lags, long, shared, perStep } = plan;
  const has = (name: string): boolean => [...shared, ...perStep].some((column) => column.name === name);
  const lagged = (value: string, prefix: string, count: number): string[] => counting(count).map((k) => `lag(${value}, ${n(k)}) OVER w AS ${prefix}_${n(k)}`);
  const past = 'OVER (PARTITION BY series ORDER BY ds ROWS UNBOUNDED PRECEDING)';
  const seasonal = (name: string, season: number): string[] =>
    has(name) ? steps(horizon).map((h) => `lag(y, ${n(seasonLag(season, h))}) OVER w AS ${name}_${n(h)}`) : [];
  return `
    SELECT series, ds, number - 1 AS age, number - max(CASE WHEN y > 0 THEN number END) ${past} AS since_sale,
           CAST(sum(CAST(y AS DECIMAL(38, 6))) ${past} AS DOUBLE) / nullif(count(y) ${past}, 0) AS mean_all,
           ${[
             ...lagged('y', 'l', Math.max(lags, ...windows)),
             ...(has('price_log') ? lagged('price', 'p', priceWindow) : []),
             ...(has('lines_0') ? [...lagged('lines', 'n', long), ...lagged('largest', 'g', long)] : []),
             ...seasonal('last_week', 7), ...seasonal('last_year', periodsPerYear(frequency)),
             ...steps(horizon).flatMap((h) => [`lead(y, ${n(h)}) OVER w AS y_${n(h)}`, `lead(y_raw, ${n(h)}) OVER w AS a_${n(h)}`]),
           ].join(',\n ')}
    FROM (SELECT *, row_number() OVER (PARTITION BY series ORDER BY ds) AS number FROM panel_rows WHERE series IN (SELECT series FROM chosen))
    WINDOW w AS (PARTITION BY series ORDER BY ds)`;
}

/** Between two window lengths each: sum, number of known values, sum of squares, zeros and maximum, so that no value is added twice. */
function segmentsSql(plan: FeaturePlan): string {
  const segments = plan.windows.map((to, i) => ({ from: plan.windows[i - 1] ?? 0, to, i: n(i) }));
  const squares = (from: number, to: number): string => counting(to - from).map((k) => `coalesce(l_${n(from + k)} * l_${n(from + k)}, 0)`).join(' + ');
  const zeros = (from: number, to: number): string => counting(to - from).map((k) => `coalesce((l_${n(from + k)} = 0)::INTEGER, 0)`).join(' + ');
  const each = segments.flatMap(({ from, to, i }) => [
    `${sumOf('l', from, to)} AS sum_${i}`, `${knownOf('l', from, to)} AS known_${i}`, `${squares(from, to)} AS squares_${i}`,
    `${zeros(from, to)} AS zeros_${i}`, `greatest(${counting(to - from).map((k) => `l_${n(from + k)}`).join(', ')}) AS top_${i}`,
  ]);
  const total = (name: string, upTo: number): string => counting(upTo + 1).map((i) => `${name}_${n(i)}`).join(' + ');
  const whole = plan.windows.flatMap((length, i) => [
    `${total('sum', i)} AS sum_of_${n(length)}`, `nullif(${total('known', i)}, 0) AS known_of_${n(length)}`, `${total('squares', i)} AS squares_of_${n(length)}`,
    `${total('zeros', i)} AS zeros_of_${n(length)}`, `greatest(${counting(i + 1).map((j) => `top_${n(j)}`).join(', ')}) AS max_${n(length)}`,
  ]);
  return `SELECT *, ${whole.join(', ')} FROM (SELECT *, ${each.join(', ')} FROM (${laggedSql(plan)}))`;
}

/** SQL of the shared columns that are not columns of an earlier stage under their own name. */
function sharedExpressions({ frequency, windows, lags, short, long, shared }: FeaturePlan): ReadonlyMap<string, string> {
  const mean = (length: number): string => `(sum_of_${n(length)} / known_of_${n(length)})`;
  const weights = counting(lags).map((k) => (1 - smoothing) ** k);
  const weighted = weights.map((weight, k) => `coalesce(${n(weight)} * l_${n(k)}, 0)`).join(' + ');
  const weightKnown = weights.map((weight, k) => `CASE WHEN l_${n(k)} IS NULL THEN 0 ELSE ${n(weight)} END`).join(' + ');
  const averaged = (prefix: string, name: string): [string, string][] => [
    [`${name}_0`, `${prefix}_0`],
    ...[short, long].map((length): [string, string] => [`${name}_${n(length)}`, meanOf(prefix, 0, length)]),
  ];
  return new Map<string, string>([
    ...counting(lags).map((k): [string, string] => [`lag_${n(k)}`, `l_${n(k)}`]),
    ...windows.flatMap((length): [string, string][] => [
      [`mean_${n(length)}`, mean(length)],
      [`std_${n(length)}`, `sqrt(greatest(0, squares_of_${n(length)} - sum_of_${n(length)} * ${mean(length)}) / nullif(known_of_${n(length)} - 1, 0))`],
      [`zero_share_${n(length)}`, `zeros_of_${n(length)} / known_of_${n(length)}`],
    ]),
    ['ewm', `(${weighted}) / nullif(${weightKnown}, 0)`],
    ['momentum', `l_0 / nullif(${mean(short)}, 0)`],
    ['trend', `${mean(short)} / nullif(${mean(long)}, 0)`],
    ...averaged('n', 'lines'),
    ...averaged('g', 'largest'),
    ['price_log', 'CASE WHEN p_0 > 0 THEN ln(p_0) END'],
    ['price_relative', `p_0 / nullif(${meanOf('p', 0, priceWindow)}, 0)`],
    ['share', `(${sumOf('l', 0, short)}) / nullif(market_recent, 0)`],
    // A text counts from the period in which it became known.
    ...shared.filter(({ group }) => group === 'text').map(({ name }): [string, string] => [name, `CASE WHEN known_from < CAST(ds AS TIMESTAMP) + ${intervalOf[frequency]} THEN reduced_${name} END`]),
  ]);
}
