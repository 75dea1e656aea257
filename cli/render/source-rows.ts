import type { Lineage } from '../../contracts/http-lineage.schema.ts';
import type { Colors } from '../terminal.ts';
import { shortDigest } from './figures.ts';
import { renderTable, shorten } from './table.ts';

type Rows = NonNullable<Lineage['rows']>;

/** What the other columns of a row take, at most; the file's address gets the rest. */
const othersWidth = 66;
const leastFileWidth = 14;

/** The rows behind a forecast: which file, which row, what it says and the digest of that; and what else was known of the series. */
export function renderSourceRows(lineage: Lineage, columns: number, colors: Colors): string {
  return [salesRows(lineage, columns, colors), ...mediaLines(lineage, columns), ...reviewRows(lineage, columns, colors)].join('\n\n');
}

function mediaLines({ media = [] }: Lineage, columns: number): string[] {
  if (media.length === 0) return [];
  return [media.map(({ modality, name, sha256, problem }) => shorten(`${modality} ${seen(name)} (${sha256 === undefined ? seen(problem ?? '') : `sha256 ${shortDigest(sha256)}`})`, columns)).join('\n')];
}

/** What the other columns of a review take, at most; its words get the rest. */
const besideWords = 34;

function reviewRows({ reviews }: Lineage, columns: number, colors: Colors): string[] {
  if (reviews === undefined) return [];
  const { total, rows } = reviews;
  if (rows.length === 0) return ['no reviews'];
  const heading = `reviews: ${total > rows.length ? `the newest ${rows.length} of ${total}` : `all ${total}`}`;
  const table = renderTable(
    [{ title: 'row', align: 'right' }, { title: 'time' }, { title: 'rating', align: 'right' }, { title: 'text', max: Math.max(20, columns - besideWords) }],
    rows.map(({ row, time, rating, text: words }) => [String(row), time.slice(0, 10), text(rating), seen(words ?? '–')]), colors,
  );
  return [`${heading}\n${table}`];
}

/** Customers write them: nothing in them may steer the terminal. */
function seen(words: string): string {
  return words.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}

function salesRows({ rows = [], rowsFrom }: Lineage, columns: number, colors: Colors): string {
  if (rows.length === 0) return 'no source rows';
  const isDaily = rows.every(({ time }) => /T00:00:00$/.test(time));
  const width = Math.max(leastFileWidth, columns - othersWidth);
  const files = new Set(rows.map(({ file }) => file ?? ''));
  const several = files.size > 1;
  const table = renderTable(
    [
      ...(several ? [{ title: 'file' }] : []),
      { title: 'row', align: 'right' }, { title: 'digest' }, { title: 'time' }, { title: 'target', align: 'right' }, { title: 'price', align: 'right' }, { title: '' },
    ],
    rows.map((row) => [
      ...(several ? [shortenStart(row.file ?? '', width)] : []),
      String(row.row), row.digest?.slice(0, 8) ?? '', isDaily ? row.time.slice(0, 10) : row.time.slice(0, 16).replace('T', ' '),
      text(row.target), text(row.price), row.kept ? '' : row.returned ? 'returned' : 'left out',
    ]),
    colors,
  );
  return [...headingOf(rows, rowsFrom, files).map((line) => shorten(line, columns)), table].join('\n');
}

function headingOf(rows: Rows, from: Lineage['rowsFrom'], files: ReadonlySet<string>): string[] {
  if (from === undefined) return ['source rows'];
  const which = from.total > rows.length ? `the newest ${rows.length} of ${from.total}` : `all ${from.total}`;
  const where = files.size === 1 ? `${from.uri} (sha256 ${shortDigest(from.sha256)})` : `${files.size} files`;
  const when = from.from === undefined ? '' : `, from ${from.from}`;
  return [`source rows of ${where}`, `in snapshot ${shortDigest(from.snapshot)}: ${which}${when}${from.to === undefined ? '' : `, up to ${from.to}`}`];
}

/** The end of an address says more than its beginning. */
function shortenStart(address: string, width: number): string {
  return address.length <= width ? address : `…${address.slice(address.length - width + 1)}`;
}

function text(value: number | null): string {
  return value === null ? '–' : String(value);
}
