import { BadInput } from '../../../contracts/failure.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parsedTime, textCell, type TimeFormat } from '../sources/cells.ts';
import type { OpenSource } from '../sources/open-source.ts';
import { timeFormatOf } from '../sources/time-format.ts';

export interface Dates {
  readonly format: TimeFormat;
  /** The one format, where day and month could be either way round and one of them had to be taken. */
  readonly assumed?: string;
}

/** Share of the filled cells that must read as times. */
const nearlyAll = 0.98;
const looksLikeDate = '^\\s*(\\d{4}[-/.年]\\d{1,2}[-/.月]\\d{1,2}|\\d{1,2}[-/.]\\d{1,2}[-/.](\\d{2}|\\d{4})\\b|(19|20)\\d{6}\\s*$)';

/** How the texts of a column are read as times; nothing where they are none. */
export async function datesOf(session: Session, source: OpenSource, name: string): Promise<Dates | undefined> {
  const text = textCell(source, name, 'look');
  const sample = await session.row(`SELECT count(cell) AS filled, count(*) FILTER (regexp_matches(cell, $pattern)) AS dates FROM (SELECT ${text} AS cell FROM looked LIMIT 20000)`, { pattern: looksLikeDate });
  if (numberIn(sample, 'filled') === 0 || numberIn(sample, 'dates') < nearlyAll * numberIn(sample, 'filled')) return undefined;
  const dates = await formatOf(session, source, name);
  const read = await session.row(`SELECT count(cell) AS filled, count(${parsedTime('cell', dates.format)}) AS fits FROM (SELECT ${text} AS cell FROM looked)`);
  return numberIn(read, 'fits') >= nearlyAll * numberIn(read, 'filled') ? dates : undefined;
}

async function formatOf(session: Session, source: OpenSource, name: string): Promise<Dates> {
  try {
    return { format: await timeFormatOf(session, source, name, 'look') };
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    const assumed = await likelier(session, textCell(source, name, 'look'));
    return assumed === undefined ? { format: [] } : { format: [assumed], assumed };
  }
}

/**
 * Of day first and month first, which both fit, the one that leaves fewer days between the first and the last: read the wrong way round,
 * the days of one month are spread over a year. Day first where they are equal, as most of the world writes.
 */
async function likelier(session: Session, text: string): Promise<string | undefined> {
  const clocks = ['', ' %H:%M', ' %H:%M:%S', ' %I:%M %p'];
  const formats = ['/', '-', '.'].flatMap((sign) => ['%y', '%Y'].flatMap((year) => clocks.flatMap((clock) => [`%d${sign}%m${sign}${year}${clock}`, `%m${sign}%d${sign}${year}${clock}`])));
  const row = await session.row(`SELECT count(cell) AS filled, ${formats.map((format, i) => {
    const time = parsedTime('cell', [format]);
    return `count(${time}) AS fits_${String(i)}, coalesce(datediff('day', min(${time}), max(${time})), 0) AS days_${String(i)}`;
  }).join(', ')} FROM (SELECT DISTINCT ${text} AS cell FROM looked)`);
  const fitting = formats.map((format, i) => ({ format, fits: numberIn(row, `fits_${String(i)}`), days: numberIn(row, `days_${String(i)}`) }));
  // %Y reads `24` as the year 24.
  const [best] = fitting.filter(({ fits }) => fits >= nearlyAll * numberIn(row, 'filled')).toSorted((a, b) => a.days - b.days || Number(b.format.startsWith('%d')) - Number(a.format.startsWith('%d')));
  return best?.format;
}
