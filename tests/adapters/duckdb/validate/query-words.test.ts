import { expect, test } from 'vitest';

import { queryReason } from '../../../../adapters/duckdb/validate/query-words.ts';
import { sandboxedQuery } from '../../../../adapters/duckdb/validate/sandboxed-query.ts';
import { useOwnSession } from '../own-session.ts';
import { salesFile } from './sales-file.ts';

const scratch = useOwnSession();

test.each([
  ['SELEKT', 'syntax error at "SELEKT"'],
  ['SELECT * FROM sales WHERE', 'syntax error: it ends too early'],
  ['SELECT kept FROM sales', 'there is no column "kept" in sales'],
  ['SELECT * FROM sale', 'there is no table sale: it can see sales only'],
  ['SELECT getenv(series) FROM sales', 'there is no function getenv'],
  ['SELECT * FROM sales WHERE CAST(series AS INTEGER) > 1', '"A" can\'t be read as INT32; TRY_CAST takes NULL instead'],
  ['SELECT * FROM sales WHERE series > 3', 'values of type VARCHAR and INTEGER can\'t be compared; write a CAST(… AS …)'],
  ['SELECT * FROM sales WHERE 10::TINYINT * 100::TINYINT > 1', 'a number gets too large in a multiplication; write a CAST(… AS DOUBLE)'],
  ['SELECT * FROM sales WHERE sum(target) > 1', 'WHERE looks at single rows; what is summed up belongs in HAVING'],
  ['SELECT series, target FROM sales GROUP BY series', 'the column "target" is neither in GROUP BY nor summed up'],
  ["SELECT * FROM read_csv('/etc/passwd')", 'file system operations are disabled in it: it can see sales only, not "/etc/passwd"'],
  ['SELECT series + 1 FROM sales', '+(VARCHAR, INTEGER_LITERAL) does not fit these types; a CAST(… AS …) may help'],
  ["SELECT regexp_matches(series, '(') FROM sales", 'missing ): ('],
  ["SELECT * FROM sales s JOIN sales t ON true WHERE target > 1", 'the column "target" is in several of its tables; say in which one: sales.target'],
])('%s: %s', async (query, reason) => {
  const sales = [await salesFile(scratch(), 'words', [{ target: 5 }])];
  await expect(sandboxedQuery({ query, sales, columns: ['series', 'time', 'target'], memoryLimitMiB: 64, threads: 1, tempFolder: scratch().folder })).rejects.toMatchObject({ message: reason });
});

test('what no one has met before is told without the engine’s name for it', () => {
  expect(queryReason('Not implemented Error: Something odd\n\nLINE 1: SELECT')).toBe('something odd');
  expect(queryReason("Out of Memory Error: failed to allocate data of size 16.0 MiB\n\nPossible solutions:\n* SET threads=X")).toBe('it takes too much memory; make it look at less');
});
