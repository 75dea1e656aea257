import { expect, test } from 'vitest';
import { completePeriods } from '../../../../adapters/duckdb/clean/complete-periods.ts';
import { createSessions } from '../../../../adapters/duckdb/session.ts';
import { dayOfIso, isoOfDay, type PeriodLength } from '../../../../domain/calendar.ts';
import { useScratch } from '../scratch.ts';

const scratch = useScratch();

/** First and last complete period of rows that come once a step from `from` to `to`. */
async function periods({ from, to, step, frequency, cutoff }: { from: string; to: string; step: string; frequency: PeriodLength; cutoff?: string }) {
  const sessions = createSessions({ memoryLimitMiB: 256, threads: 1, tempFolder: scratch().folder });
  try {
    const { first, last } = await sessions.use(undefined, (session) =>
      completePeriods(session, {
        relation: `(SELECT unnest(generate_series(TIMESTAMP '${from}', TIMESTAMP '${to}', INTERVAL ${step})) AS time)`,
        condition: 'true', frequency, ...(cutoff !== undefined && { cutoff: dayOfIso(cutoff) }),
      }));
    return [isoOfDay(first), isoOfDay(last)];
  } finally {
    await sessions.close();
  }
}

const mondays = { from: '2011-09-05', to: '2011-12-05', step: '7 DAY', frequency: 'week' } as const;
const firsts = { from: '2011-01-01', to: '2011-12-01', step: '1 MONTH', frequency: 'month' } as const;
const days = { from: '2011-09-05', to: '2011-12-11', step: '1 DAY', frequency: 'week' } as const;

test.each([
  ['a total of a week that the cutoff cuts was not known yet', { ...mondays, cutoff: '2011-11-09' }, '2011-10-31'],
  ['a total is known on the last day of its week', { ...mondays, cutoff: '2011-11-13' }, '2011-11-07'],
  ['a total of a month that the cutoff cuts was not known yet', { ...firsts, cutoff: '2011-11-29' }, '2011-10-01'],
  ['a total is known on the last day of its month', { ...firsts, cutoff: '2011-11-30' }, '2011-11-01'],
  ['without a cutoff the newest total is complete by itself', mondays, '2011-12-05'],
  ['days count until the week before the one that the cutoff cuts', { ...days, cutoff: '2011-11-09' }, '2011-10-31'],
  ['days count as a week on its last day', { ...days, cutoff: '2011-11-13' }, '2011-11-07'],
])('%s', async (_, rows, last) => {
  expect((await periods(rows))[1]).toBe(last);
});
