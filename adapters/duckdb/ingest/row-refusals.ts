import { BadInput } from '../../../contracts/failure.ts';
import { counted, numberIn, quoted, textIn } from '../row-values.ts';
import type { Session } from '../session.ts';

/** The largest number of a row, after conversion: sums of 10¹⁶ of them still fit the exact decimals that all sums are made in. */
export const largestNumber = '1e15';

/** A fault that a row may have. */
export interface Problem {
  readonly kind: 'number' | 'time' | 'no-series' | 'nul-in-series' | 'no-time' | 'future' | 'unit' | 'rate' | 'too-large';
  /** Of the source. */
  readonly column: string;
  /** SQL of rows that have it; never NULL where it matters. */
  readonly condition: string;
  /** SQL of the text that is shown. */
  readonly found?: string;
}

/** SQL of the first problem of a row: its number, a colon, and what was found. NULL for a good row. */
export function badRowSql(problems: readonly Problem[]): string {
  return `CASE ${problems.map(({ condition, found }, i) => `WHEN ${condition} THEN '${String(i)}:' || coalesce(${found ?? "''"}, '')`).join(' ')} END`;
}

/** Throws `BadInput` that names the first bad row of `relation`; rows that the filters leave out may hold anything. */
export async function refuseBadRows(session: Session, { uri, relation, problems, now }: { readonly uri: string; readonly relation: string; readonly problems: readonly Problem[]; readonly now: string }): Promise<void> {
  const [first] = await session.rows(`SELECT row, bad FROM ${relation} WHERE bad IS NOT NULL ORDER BY row LIMIT 1`);
  if (first === undefined) return;
  const bad = textIn(first, 'bad');
  const problem = problems[Number(bad.slice(0, bad.indexOf(':')))];
  if (problem === undefined) throw new TypeError(`no problem ${bad}`);
  throw new BadInput(`${uri} row ${counted(numberIn(first, 'row'))}, column "${problem.column}": ${reasonOf(problem.kind, bad.slice(bad.indexOf(':') + 1), now)}`);
}

function reasonOf(kind: Problem['kind'], found: string, now: string): string {
  switch (kind) {
    case 'time':
      return `${quoted(found)} is not a date; correct it, or set csv.timeFormat (for instance '%d/%m/%Y %H:%M')`;
    case 'number':
      // A number beyond those that computers know.
      if (Math.abs(Number(found)) === Number.POSITIVE_INFINITY && /\d/.test(found)) return `${quoted(found)} is too large, ${largestNumber} is the most; correct it, or filter the row away`;
      return `${quoted(found)} is not a number${/^-?[\d. ]+,\d+$/.test(found) ? " (decimal comma? set csv.decimal: ',')" : '; correct it, or filter the row away'}`;
    case 'too-large':
      return `${found} is too large, ${largestNumber} is the most; correct it, or filter the row away`;
    case 'no-series':
      return 'the series key is empty; fill it in, or filter such rows away (rule: matches, pattern: .)';
    case 'nul-in-series':
      return 'the series key holds a NUL character, which no database takes; take it out';
    case 'no-time':
      return 'the date is empty; fill it in, or filter such rows away (rule: matches, pattern: .)';
    case 'future':
      return `${found} lies in the future (the run started on ${now.slice(0, 10)}); correct the date or its format (csv.timeFormat), or filter the row away`;
    case 'unit':
      return found === '' ? 'the unit is empty; fill it in, or filter such rows away' : `the unit ${quoted(found)} has no factor; add it to sources.sales.units.factors`;
    case 'rate':
      return found.startsWith(' ') ? 'the currency is empty; fill it in, or filter such rows away' : `there is no rate for ${found}; add one to sources.sales.currency.rates`;
  }
}
