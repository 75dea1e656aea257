import { addPeriods, dayOfIso, dayOfStart, isoOfDay, type PeriodLength, startOfDay, unitOf } from '../calendar.ts';
import { type FeaturePlan, marketLags } from './feature-plan.ts';
import { type ColumnOf, copyInto, type FillColumns } from './origins.ts';
import { ratio } from './sales-columns.ts';

/** What is the same for all series at an origin; recomputed for every stretch of periods. */
export interface PeriodColumns {
  /**
   * @param start first day of the first period of the stretch
   * @param count its periods, at most as many as the columns were made for
   * @param totalBack total sales of all series, so many periods after the first one (negative: before it); NaN where there was none
   */
  see(start: number, count: number, total: (after: number) => number): void;
  /** `origins.period` counts from the stretch's first period. */
  readonly fill: FillColumns;
  /** Total sales of all series in the short window up to each period of the stretch. */
  readonly marketRecent: Float64Array;
}

export function createPeriodColumns(plan: FeaturePlan, column: ColumnOf, mostPeriods: number): PeriodColumns {
  const { frequency, horizon, short, long } = plan;
  const columns = new Map<Float32Array, Float32Array>();
  /** The stretch's own values of a column, to be copied for every series. */
  function own(name: string): Float32Array | undefined {
    const target = column(name);
    const values = new Float32Array(mostPeriods);
    if (target !== undefined) columns.set(target, values);
    return target === undefined ? undefined : values;
  }
  const lags = Array.from({ length: marketLags }, (_, k) => own(`market_${String(k)}`));
  const marketRatio = own('market_ratio');
  const marketRecent = new Float64Array(mostPeriods);
  const ahead = Array.from({ length: horizon }, (_, i) => i + 1).map((step) => ({
    step, sine: own(`season_sin_${String(step)}`), cosine: own(`season_cos_${String(step)}`),
    weekday: own(`weekday_${String(step)}`), hour: own(`hour_${String(step)}`),
  }));
  return {
    marketRecent,
    see(start, count, total) {
      for (let i = 0; i < count; i += 1) {
        const level = knownMean(total, i, 0, long);
        lags.forEach((lag, k) => { if (lag !== undefined) lag[i] = ratio(total(i - k), level); });
        if (marketRatio !== undefined) marketRatio[i] = ratio(knownMean(total, i, 0, short), knownMean(total, i, short, short + long));
        marketRecent[i] = knownSum(total, i, 0, short).sum;
        for (const { step, sine, cosine, weekday, hour } of ahead) {
          const target = addPeriods(start, i + step, frequency);
          const day = dayOfStart(target, frequency);
          const angle = angleOfYear(day, frequency);
          if (sine !== undefined) sine[i] = Math.sin(angle);
          if (cosine !== undefined) cosine[i] = Math.cos(angle);
          if (weekday !== undefined) weekday[i] = weekdayOf(day);
          if (hour !== undefined) hour[i] = target - startOfDay(day, frequency);
        }
      }
    },
    fill({ period, count }, at) {
      for (const [target, values] of columns) copyInto(target, at, values, period, count);
    },
  };
}

/** Sum and number of the known totals from `from` up to (not including) `to` periods back. */
function knownSum(total: (after: number) => number, period: number, from: number, to: number): { readonly sum: number; readonly known: number } {
  let [sum, known] = [0, 0];
  for (let k = from; k < to; k += 1) {
    const value = total(period - k);
    if (Number.isNaN(value)) continue;
    sum += value;
    known += 1;
  }
  return { sum, known };
}

function knownMean(total: (after: number) => number, period: number, from: number, to: number): number {
  const { sum, known } = knownSum(total, period, from, to);
  return ratio(sum, known);
}

/** Where in the year a period lies, as an angle: months by the number of the month that their middle lies in, weeks by their middle, others by their day. */
function angleOfYear(day: number, frequency: PeriodLength): number {
  const middle = day + { hour: 0, day: 0, week: 3, month: 14 }[unitOf(frequency)];
  const iso = isoOfDay(middle);
  if (unitOf(frequency) === 'month') return (2 * Math.PI * (Number(iso.slice(5, 7)) - 1)) / 12;
  const dayOfYear = middle - (dayOfIso(`${iso.slice(0, 4)}-01-01`) ?? middle) + 1;
  return (2 * Math.PI * dayOfYear) / 365.25;
}

/** Monday = 1 … Sunday = 7; 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}
