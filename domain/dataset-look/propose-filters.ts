import type { DatasetLook } from './dataset-look.ts';
import type { Choice } from './frequency.ts';
import { productKeyPattern } from './key-pattern.ts';
import type { ProposedFilter } from './proposal.ts';
import { percent, whole } from './roles.ts';

/** Share of marked rows that must have negative quantities, where the mark itself does not say what it means. */
const nearlyAll = 0.95;
const fewest = 5;

/** How cancelled or returned rows are recognised: a letter before the order number, or values of a status column. */
export function proposeReturns({ marks }: DatasetLook): Choice<ProposedFilter> | undefined {
  const letter = marks.find(({ kind, negative, rows }) => kind === 'letter' && negative >= nearlyAll && rows >= fewest);
  if (letter !== undefined) {
    return { value: { column: letter.column, rule: 'matches', pattern: `^${letter.mark}` }, reason: `${whole(letter.rows)} rows begin with ${letter.mark}, and ${letter.negative === 1 ? 'all' : 'nearly all'} of them have negative quantities` };
  }
  const values = marks.filter(({ kind }) => kind === 'value');
  const [first] = values;
  if (first === undefined) return undefined;
  const rows = values.reduce((sum, mark) => sum + mark.rows, 0);
  return { value: { column: first.column, rule: 'in', values: values.map(({ mark }) => mark) }, reason: `${whole(rows)} rows are ${values.map(({ mark }) => mark).join(', ')}` };
}

/** More rows than this with a price of zero are no corrections. */
const corrections = 0.05;
/** Share of the closed rows that must have no sales. */
const noSales = 0.99;

/** Rows that take part: products, sold for a price, in days on which the shop was open. */
export function proposeFilters(look: DatasetLook): Choice<ProposedFilter>[] {
  const { roles: { target, price, open, time }, chosen, keys, closedRows, strays, months } = look;
  const { isPanel } = chosen.spacing;
  const filters: Choice<ProposedFilter>[] = [];
  const [key] = chosen.columns;
  const pattern = chosen.columns.length === 1 ? productKeyPattern(keys) : undefined;
  if (key !== undefined && pattern !== undefined) {
    filters.push({ value: { column: key, rule: 'matches', pattern: pattern.pattern }, reason: `products; not ${pattern.others.slice(0, 3).join(', ')} and ${whole(Math.max(0, pattern.otherKeys - 3))} other keys of another form` });
  }
  const { negative = 0, zero = 0 } = target.number ?? {};
  if (isPanel && negative > 0) filters.push({ value: { column: target.name, rule: 'at-least', value: 0 }, reason: `${percent(negative)} of the rows are negative: corrections` });
  if (!isPanel && negative + zero > 0) filters.push({ value: { column: target.name, rule: 'more-than', value: 0 }, reason: `${percent(negative + zero)} of the rows are zero or less: returns, write-offs, corrections` });
  const unpriced = (price?.number?.zero ?? 0) + (price?.number?.negative ?? 0);
  if (price !== undefined && !isPanel && unpriced > 0 && unpriced < corrections) filters.push({ value: { column: price.name, rule: 'more-than', value: 0 }, reason: `${percent(unpriced)} of the rows have no price: free samples, corrections` });
  if (open !== undefined && closedRows !== undefined && tellsClosedDays(closedRows)) {
    filters.push({ value: { column: open.name, rule: 'more-than', value: 0 }, reason: `${percent(closedRows.share)} of the rows are of closed days: no zero of demand` });
  }
  if (strays.length > 0 && time.type !== 'VARCHAR') {
    const rows = months.filter(({ month }) => strays.includes(month)).reduce((sum, month) => sum + month.rows, 0);
    filters.push({ value: { column: time.name, rule: 'not-matches', pattern: `^(${strays.join('|')})` }, reason: `${whole(rows)} rows lie far from all others in time` });
  }
  return filters;
}

/** Whether rows with the mark `open` = 0 are those of closed days, which a filter leaves out. */
export function tellsClosedDays({ share, withoutSales }: NonNullable<DatasetLook['closedRows']>): boolean {
  return share > 0 && withoutSales >= noSales;
}
