import { isoOfDay, type PeriodLength } from '../../../domain/calendar.ts';
import { spanStart } from '../../../domain/spans.ts';
import { dateOf, type HistoryRow, type PanelRow, startOf, withHistory } from '../../domain/features/some-panel.ts';
import { query, type Scratch } from './scratch.ts';

/** Writes rows, a series' own in the order of time, as a panel (contracts/data.ts, `CleanResult`) in one file. */
export async function writePanel(scratch: Scratch, name: string, rows: readonly PanelRow[], frequency: PeriodLength = 'week'): Promise<string> {
  return writeRows(scratch, name, withHistory(rows), frequency);
}

/** The same in parts, oldest first. */
export async function writePanelParts(scratch: Scratch, name: string, rows: readonly PanelRow[], frequency: PeriodLength = 'week'): Promise<{ from: string; file: string }[]> {
  const history = withHistory(rows);
  const spanOf = ({ t }: PanelRow): string => isoOfDay(spanStart(startOf(t, frequency), frequency));
  const parts: { from: string; file: string }[] = [];
  for (const from of [...new Set(history.map(spanOf))].sort()) {
    parts.push({ from, file: await writeRows(scratch, `${name}-${from}`, history.filter((row) => spanOf(row) === from), frequency) });
  }
  return parts;
}

async function writeRows({ file, folder }: Scratch, name: string, rows: readonly HistoryRow[], frequency: PeriodLength): Promise<string> {
  const known = (value: number): number | '' => (Number.isNaN(value) ? '' : value);
  const csv = await file(`${name}.csv`, ['series,ds,y_raw,y,price,touched,lines,largest,age,since_sale,known,total', ...rows.map((r) =>
    [r.series, dateOf(r.t, frequency), known(r.yRaw), known(r.y), r.price ?? '', r.touched, r.lines, r.largest, r.age, known(r.sinceSale), r.known, r.total].join(','))].join('\n'));
  const out = `${folder}/${name}.parquet`;
  await query(`COPY (SELECT series::VARCHAR AS series, ds::${frequency === 'hour' ? 'TIMESTAMP' : 'DATE'} AS ds, y_raw::DOUBLE AS y_raw, y::DOUBLE AS y, price::DOUBLE AS price, touched::UTINYINT AS touched,
    lines::UINTEGER AS lines, largest::DOUBLE AS largest, age::INTEGER AS age, since_sale::INTEGER AS since_sale, known::INTEGER AS known, total::DOUBLE AS total
    FROM read_csv('${csv}', header = true, all_varchar = true) ORDER BY series, ds) TO '${out}' (FORMAT parquet)`);
  return out;
}
