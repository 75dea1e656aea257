import { DOUBLE } from '@duckdb/node-api';
import { afterAll, expect, test } from 'vitest';
import { fillTable } from '../../../adapters/duckdb/fill-table.ts';
import { createSessions } from '../../../adapters/duckdb/session.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const sessions: ReturnType<typeof createSessions>[] = [];
afterAll(async () => {
  for (const one of sessions) await one.close();
});

test('a table is filled chunk by chunk, and between two chunks the process does what else is waiting', async () => {
  const opened = createSessions({ memoryLimitMiB: 256, threads: 1, tempFolder: scratch().folder });
  sessions.push(opened);
  let turns = 0;
  let watching = true;
  const watch = (): void => {
    turns += 1;
    if (watching) setImmediate(watch);
  };
  watch();
  // The rows of one chunk are asked for in one turn of the event loop.
  const rowsInTurn = new Map<number, number>();
  const value = (row: number): number => {
    rowsInTurn.set(turns, (rowsInTurn.get(turns) ?? 0) + 1);
    return row;
  };
  try {
    await opened.use(undefined, async (session) => {
      await fillTable(session, 'numbers', 10_000, [{ name: 'n', type: DOUBLE, value }]);
      expect(await session.row('SELECT count(*)::INTEGER AS rows, sum(n)::DOUBLE AS total FROM numbers')).toEqual({ rows: 10_000, total: (10_000 * 9_999) / 2 });
    });
  } finally {
    watching = false;
  }
  expect([...rowsInTurn.values()]).toEqual([2048, 2048, 2048, 2048, 1808]);
});
