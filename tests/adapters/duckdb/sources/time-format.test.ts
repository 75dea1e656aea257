import { expect, test } from 'vitest';
import { timeCell } from '../../../../adapters/duckdb/sources/cells.ts';
import { openSource } from '../../../../adapters/duckdb/sources/open-source.ts';
import { timeFormatOf } from '../../../../adapters/duckdb/sources/time-format.ts';
import { useReader } from './opened.ts';

const reader = useReader();

/** What the cells of a column of times are read as; null where that fails. */
async function times(cells: readonly string[]): Promise<readonly unknown[]> {
  const path = await reader().write('times.csv', `day\n${cells.map((cell) => `"${cell}"`).join('\n')}\n`);
  return reader().use(async (session) => {
    const source = await openSource(session, { uri: 'times.csv', path, scratch: reader().folder, name: 'times' });
    const { value } = timeCell(source, 'day', 'columns.time', await timeFormatOf(session, source, 'day', 'columns.time'));
    const rows = await session.rows(`SELECT strftime(${value}, '%Y-%m-%d %H:%M') AS time FROM ${source.relation}`, source.parameters);
    return rows.map((row) => row['time']);
  });
}

test('five formats in one column: those of one order of parts are read together, the others stay unread, never guessed', async () => {
  expect(await times(['2024-03-05', '05/03/2024', '5.3.2024', 'March 5, 2024', '20240305', '2024-03-06', '2024-03-07 10:30', '2024-03-08T09:00', '2024-03-09'])).toEqual([
    '2024-03-05 00:00', null, null, null, null, '2024-03-06 00:00', '2024-03-07 10:30', '2024-03-08 09:00', '2024-03-09 00:00',
  ]);
  expect(await times(['05/03/2024', '5.3.24', '31-12-2024 10:30', '2024年3月5日', '25/03/2024'])).toEqual(['2024-03-05 00:00', '2024-03-05 00:00', '2024-12-31 10:30', null, '2024-03-25 00:00']);
});
