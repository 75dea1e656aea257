import { BadInput } from '../../../contracts/failure.ts';
import { parsedTime, textCell, type TimeFormat } from './cells.ts';
import { columnNamed, type OpenSource, reading } from './open-source.ts';
import { numberIn } from '../row-values.ts';
import type { Row, Session } from '../session.ts';

const clocks = [' %H:%M:%S', ' %H:%M', ' %I:%M %p', ''];
// %y first: %Y would read "11" as the year 11, while %y never fits "2011".
const withClocks = (dates: readonly string[]): TimeFormat => dates.flatMap((date) => clocks.map((clock) => date + clock));

const iso: TimeFormat = [];

/** How dates are commonly written, by the order of their parts. A whole column has one order. */
const families = {
  dayFirst: withClocks(['%d/%m/%y', '%d/%m/%Y', '%d.%m.%y', '%d.%m.%Y', '%d-%m-%y', '%d-%m-%Y']),
  monthFirst: withClocks(['%m/%d/%y', '%m/%d/%Y', '%m-%d-%y', '%m-%d-%Y']),
  yearFirst: withClocks(['%Y/%m/%d', '%Y.%m.%d', '%Y%m%d', '%Y年%m月%d日']),
} satisfies Record<string, TimeFormat>;

/** Rows that decide which formats of a family occur at all; trying all of them on every row would take longer than reading the file. */
const sampleRows = 10_000;

/**
 * The formats to read a time column with: the declared one, else those of the family that fits most cells. `BadInput` when day and
 * month could be either way round in every cell, or when the declared format is no strptime format.
 */
export async function timeFormatOf(session: Session, source: OpenSource, name: string, role: string): Promise<TimeFormat> {
  if (columnNamed(source, name, role).type !== 'VARCHAR') return iso;
  if (source.timeFormat !== undefined) {
    await checkFormat(session, source.timeFormat);
    return [source.timeFormat];
  }
  const ask = (counts: readonly string[], limit = ''): Promise<Row> => reading(source.uri, () =>
    session.row(`SELECT ${counts.join(', ')} FROM (SELECT ${textCell(source, name, role)} AS cell FROM ${source.relation} ${limit})`, source.parameters));
  const plain = await ask(['count(cell) AS cells', `count(${parsedTime('cell', iso)}) AS iso`]);
  if (2 * numberIn(plain, 'iso') >= numberIn(plain, 'cells')) return iso;

  const tried = Object.values(families).flat();
  const sample = await ask(tried.map((format, i) => `count(${parsedTime('cell', [format])}) AS fits_${i}`), `LIMIT ${sampleRows}`);
  const found = Object.values(families).map((family) => family.filter((format) => numberIn(sample, `fits_${tried.indexOf(format)}`) > 0));
  const counts = await ask(found.map((family, i) => `${family.length === 0 ? '0' : `count(${parsedTime('cell', family)})`} AS fits_${i}`));
  const ranked = found.map((family, i) => ({ family, fits: numberIn(counts, `fits_${i}`) })).toSorted((a, b) => b.fits - a.fits);
  const [best, second] = ranked;
  if (best === undefined || best.fits === 0) return iso;
  if (best.fits === second?.fits) {
    throw new BadInput(`${source.uri}, column "${name}": every date can be read as day/month and as month/day; set csv.timeFormat, for instance '%d/%m/%Y %H:%M'`);
  }
  return best.family;
}

async function checkFormat(session: Session, format: string): Promise<void> {
  try {
    await session.run('SELECT try_strptime($text, $format)', { text: '', format });
  } catch (error) {
    throw new BadInput(`csv.timeFormat '${format}' is no strptime format; an example: '%d/%m/%Y %H:%M'`, { cause: error });
  }
}
