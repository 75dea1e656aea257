import { addPeriods, dayOfIso, isoOfDay, type PeriodLength } from '../../../domain/calendar.ts';
import { query, type Scratch } from './scratch.ts';

export interface PanelRow {
  readonly series: string;
  /** Period number from the first one. */
  readonly t: number;
  readonly yRaw: number;
  readonly y: number;
  readonly price: number | undefined;
  readonly lines: number;
  readonly largest: number;
}

const firstMonday = dayOfIso('2022-01-03') ?? Number.NaN;
const firstOfMonth = dayOfIso('2015-01-01') ?? Number.NaN;

/** ISO date of a period of these panels. */
export const dateOf = (t: number, frequency: PeriodLength = 'week'): string =>
  isoOfDay(addPeriods(frequency === 'month' ? firstOfMonth : firstMonday, t, frequency));

/** Writes rows as a panel (contracts/data.ts, `CleanResult`), in the order given. */
export async function writePanel({ file, folder }: Scratch, name: string, rows: readonly PanelRow[], frequency: PeriodLength = 'week'): Promise<string> {
  const csv = await file(`${name}.csv`, ['series,ds,y_raw,y,price,lines,largest', ...rows.map((r) =>
    [r.series, dateOf(r.t, frequency), r.yRaw, r.y, r.price ?? '', r.lines, r.largest].join(','))].join('\n'));
  const out = `${folder}/${name}.parquet`;
  await query(`COPY (SELECT series::VARCHAR AS series, ds::DATE AS ds, y_raw::DOUBLE AS y_raw, y::DOUBLE AS y, price::DOUBLE AS price, 0::UTINYINT AS touched,
    lines::UINTEGER AS lines, largest::DOUBLE AS largest FROM read_csv('${csv}', header = true, all_varchar = true)) TO '${out}' (FORMAT parquet)`);
  return out;
}

/** Series that start at different periods and sell now and then; the same seed gives the same rows. */
export function somePanel({ series = 3, periods = 40, seed = 1 }: { series?: number; periods?: number; seed?: number } = {}): PanelRow[] {
  let state = seed;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: series }, (_, s) => s).flatMap((s) => {
    const start = (s * 5) % 17;
    let price: number | undefined;
    return Array.from({ length: periods - start }, (_, i) => {
      const sold = random() < 0.4 ? 0 : Math.round(random() * 40);
      if (sold > 0) price = Math.round(100 + random() * 400) / 100;
      return { series: `s${s}`, t: start + i, yRaw: sold, y: Math.min(sold, 30), price, lines: Math.ceil(sold / 7), largest: Math.min(7, sold) };
    });
  });
}
