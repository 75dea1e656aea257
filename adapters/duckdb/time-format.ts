import { BadInput } from '../../contracts/failure.ts';
import { parsedTime, textCell, type TimeFormat } from './cells.ts';
import { columnNamed, type OpenSource, reading } from './open-source.ts';
import { numberIn } from './row-values.ts';
import type { Session } from './session.ts';

const clocks = [' %H:%M:%S', ' %H:%M', ' %I:%M %p', ''];
// %y first: %Y would read "11" as the year 11, while %y never fits "2011".
const withClocks = (dates: readonly string[]): TimeFormat => dates.flatMap((date) => clocks.map((clock) => date + clock));

/** How dates are commonly written, by the order of their parts. A whole column has one order. */
const families = {
  iso: [],
  dayFirst: withClocks(['%d/%m/%y', '%d/%m/%Y', '%d.%m.%y', '%d.%m.%Y', '%d-%m-%y', '%d-%m-%Y']),
  monthFirst: withClocks(['%m/%d/%y', '%m/%d/%Y', '%m-%d-%y', '%m-%d-%Y']),
  yearFirst: withClocks(['%Y/%m/%d', '%Y.%m.%d', '%Y%m%d', '%Y年%m月%d日']),
} satisfies Record<string, TimeFormat>;

/**
 * The formats to read a time column with: the declared one, else the family that fits most cells. `BadInput` when day and month
 * could be either way round in every cell, or when the declared format is no strptime format.
 */
export async function timeFormatOf(session: Session, source: OpenSource, name: string, role: string): Promise<TimeFormat> {
  if (columnNamed(source, name, role).type !== 'VARCHAR') return families.iso;
  if (source.timeFormat !== undefined) {
    await checkFormat(session, source.timeFormat);
    return [source.timeFormat];
  }
  const text = textCell(source, name, role);
  const counts = Object.entries(families).map(([family, format]) => `count(${parsedTime(text, format)}) AS ${family}`);
  const found = await reading(source.uri, () => session.row(`SELECT ${counts.join(', ')} FROM ${source.relation}`, source.parameters));
  const [dayFirst, monthFirst] = [numberIn(found, 'dayFirst'), numberIn(found, 'monthFirst')];
  const ranked = (['iso', 'yearFirst', 'dayFirst', 'monthFirst'] as const).toSorted((a, b) => numberIn(found, b) - numberIn(found, a));
  const best = ranked[0] ?? 'iso';
  if (best === 'dayFirst' && dayFirst === monthFirst) {
    throw new BadInput(`${source.uri}, column "${name}": every date can be read as day/month and as month/day; set csv.timeFormat, for instance '%d/%m/%Y %H:%M'`);
  }
  return families[best];
}

async function checkFormat(session: Session, format: string): Promise<void> {
  try {
    await session.run('SELECT try_strptime($text, $format)', { text: '', format });
  } catch (error) {
    throw new BadInput(`csv.timeFormat '${format}' is no strptime format; an example: '%d/%m/%Y %H:%M'`, { cause: error });
  }
}
