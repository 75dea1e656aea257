import { timeCell, type CellSql, numberCell, textCell } from '../sources/cells.ts';
import { columnNamed, type OpenSource, reading, type SourceColumn } from '../sources/open-source.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { identifier } from '../sql-text.ts';
import { timeFormatOf } from '../sources/time-format.ts';

/** SQL of the MD5 of columns' values as UUID. `complete`: NULL where one of them is empty, since such rows are like no other. */
export function hashSql(columns: readonly SourceColumn[], complete: boolean): string {
  const texts = columns.map(({ name }) => `CAST(${identifier(name)} AS VARCHAR)`);
  // As a JSON list, so that no two lists of values look alike.
  const hash = `CAST(md5(CAST(to_json([${texts.join(', ')}]) AS VARCHAR)) AS UUID)`;
  return complete ? `CASE WHEN ${texts.map((text) => `nullif(trim(${text}), '') IS NOT NULL`).join(' AND ')} THEN ${hash} END` : hash;
}

export interface VersionCell {
  /** Its value is a DOUBLE: the number, or microseconds since 1970-01-01. */
  readonly cell: CellSql;
  readonly kind: 'number' | 'time';
}

/** The column that tells newer rows from older ones: numbers where every text in it is one, else times. */
export async function versionCell(session: Session, source: OpenSource, name: string): Promise<VersionCell> {
  const { type } = columnNamed(source, name, 'version');
  const isTime = type === 'DATE' || type.startsWith('TIMESTAMP');
  if (!isTime && type !== 'VARCHAR') return { cell: numberCell(source, name, 'version'), kind: 'number' };
  if (!isTime) {
    const number = numberCell(source, name, 'version');
    const found = await reading(source.uri, () =>
      session.row(`SELECT count(${textCell(source, name, 'version')}) AS texts, count(${number.value}) AS numbers FROM ${source.relation}`, source.parameters));
    if (numberIn(found, 'texts') === numberIn(found, 'numbers')) return { cell: number, kind: 'number' };
  }
  const time = timeCell(source, name, 'version', await timeFormatOf(session, source, name, 'version'));
  return { cell: { ...time, value: `CAST(epoch_us(${time.value}) AS DOUBLE)` }, kind: 'time' };
}
