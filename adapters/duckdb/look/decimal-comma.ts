import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { textCell } from '../sources/cells.ts';
import type { OpenSource } from '../sources/open-source.ts';

/** Numbers as most of continental Europe and Latin America write them: `12,5`, `1.234,50`. Three digits behind a comma may be thousands. */
const withComma = '^[-+]?(\\d+|\\d{1,3}(\\.\\d{3})+),(\\d{1,2}|\\d{4,})$';

/** Whether some text column of the table `looked` has such numbers, and numbers only. */
export async function decimalComma(session: Session, source: OpenSource): Promise<boolean> {
  for (const { name, type } of source.columns) {
    if (type !== 'VARCHAR') continue;
    const row = await session.row(`SELECT count(cell) AS filled, count(*) FILTER (regexp_matches(cell, $comma)) AS comma, count(*) FILTER (regexp_matches(cell, '^[-+]?[\\d.]+(,\\d+)?$')) AS numbers
      FROM (SELECT ${textCell(source, name, 'look')} AS cell FROM looked LIMIT 50000)`, { comma: withComma });
    if (numberIn(row, 'comma') > 0.05 * numberIn(row, 'filled') && numberIn(row, 'numbers') >= 0.98 * numberIn(row, 'filled')) return true;
  }
  return false;
}
