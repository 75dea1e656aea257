import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSessions } from '../../adapters/duckdb/session.ts';
import { cutP2, onlineRetailFile, p2, type P2Problem } from '../../bench/protocol-p2.ts';
import { type Forecast, forecastKey, meanScores, scoreForecasts } from '../../bench/score-forecasts.ts';
import { windowAverage } from '../../domain/baselines.ts';
import { query } from '../adapters/duckdb/scratch.ts';

/** What the protocol's own Python makes of the same file (pandas, numpy, no rounding). */
const oracle = [
  {
    firstTestWeek: '2011-11-07', rows: 42_724, sold: 3_802_011, ahead: 544_114,
    naive: { wape: 0.6650113762924681, bias: -0.0667985017845525, mase: 1.3674631775443922 },
    average: { wape: 0.5972270600684867, bias: -0.20692877434424245, mase: 1.2560330673550497, wql: 0.4807375006789835 },
  },
  {
    firstTestWeek: '2011-10-10', rows: 39_557, sold: 3_358_205, ahead: 420_588,
    naive: { wape: 0.932684717585856, bias: 0.28431624297412195, mase: 1.3651851455407156 },
    average: { wape: 0.6830025727804551, bias: -0.07439113812619476, mase: 1.1025611634312968, wql: 0.5291999349059464 },
  },
  {
    firstTestWeek: '2011-09-12', rows: 36_820, sold: 2_911_794, ahead: 418_114,
    naive: { wape: 0.7497333263177028, bias: -0.15385756037827003, mase: 1.2769651827795916 },
    average: { wape: 0.6619372445309868, bias: -0.20847700759973486, mase: 1.132263137174302, wql: 0.5475476597823135 },
  },
];

describe.each(oracle)('protocol P2 with forecast weeks from $firstTestWeek', ({ firstTestWeek, rows, sold, ahead, naive, average }) => {
  let folder = '';
  let problem: P2Problem;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forecastle-p2-'));
    const sessions = createSessions({ memoryLimitMiB: 512, threads: 2, tempFolder: folder });
    problem = await sessions.use(undefined, (session) => cutP2(session, { sales: onlineRetailFile(), firstTestWeek, outFolder: folder }));
    await sessions.close();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const forecastAll = (forecast: (history: readonly number[]) => Forecast): Map<string, Forecast> =>
    new Map(problem.actuals.map(({ series, ds }) => [forecastKey(series, ds), forecast(problem.history.get(series) ?? [])]));

  test('the training file has the rows and units of the protocol, and none from the forecast weeks', async () => {
    const [train] = await query(`SELECT count(*) AS rows, sum(y) AS sold, count(DISTINCT unique_id) AS series, max(ds) < DATE '${firstTestWeek}' AS before FROM '${problem.train}'`);
    expect(train).toEqual({ rows, sold, series: p2.series, before: true });
    expect(problem.actuals).toHaveLength(p2.series * p2.horizon);
    expect(problem.actuals.reduce((sum, { y }) => sum + y, 0)).toBe(ahead);
  });

  test('the order lines add up to the training file, week by week', async () => {
    const [difference] = await query(`
      SELECT count(*) FILTER (t.y <> coalesce(l.y, 0) OR t.y IS NULL) AS different
      FROM '${problem.train}' t FULL JOIN (SELECT unique_id, date_trunc('week', time) AS ds, sum(y) AS y FROM '${problem.lines}' GROUP BY ALL) l
        ON t.unique_id = l.unique_id AND t.ds = l.ds`);
    expect(difference).toEqual({ different: 0 });
  });

  test('forecasts score as the protocol scores them', () => {
    const last = scoreForecasts(problem, forecastAll((history) => ({ point: history.at(-1) ?? 0 })), p2.quantiles);
    expect(last.wql).toBeUndefined();
    const mean = scoreForecasts(problem, forecastAll((history) => windowAverage(history, 13, p2.quantiles)), p2.quantiles);
    for (const [found, expected] of [[last, naive], [mean, average]] as const) {
      for (const [measure, value] of Object.entries(expected)) expect(found, measure).toHaveProperty(measure, expect.closeTo(value, 9));
    }
  });

  test('a forecast that is missing is an error, not a zero', () => {
    const forecasts = forecastAll(() => ({ point: 1 }));
    const [missing] = problem.actuals;
    forecasts.delete(forecastKey(missing?.series ?? '', missing?.ds ?? ''));
    expect(() => scoreForecasts(problem, forecasts, p2.quantiles)).toThrow(`no forecast of ${missing?.series ?? ''} for ${firstTestWeek}`);
  });
});

test('a folder without the data is told in one line', () => {
  expect(() => onlineRetailFile('nowhere')).toThrow(/^nowhere\/OnlineRetail_UCI\/online_retail\.parquet is not there: give the folder/);
});

test('the mean over origins has a WQL only where every origin has one', () => {
  const point = { wape: 0.5, mase: 1, bias: -0.25 };
  const full = { wape: 0.75, mase: 2, bias: 0.25, wql: 0.5 };
  expect(meanScores([point, full])).toEqual({ wape: 0.625, mase: 1.5, bias: 0 });
  expect(meanScores([full, { ...full, wql: 0.25 }])).toEqual({ wape: 0.75, mase: 2, bias: 0.25, wql: 0.375 });
});
