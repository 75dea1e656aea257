import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createDuckdb } from '../../adapters/duckdb/create-duckdb.ts';
import { pipelineSchema } from '../../contracts/pipeline.schema.ts';
import { resolveSpace } from '../../domain/search-spaces.ts';

const examples = resolve(import.meta.dirname, '../../examples');
let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'forecastle-examples-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

async function prepare(example: string) {
  const pipeline = pipelineSchema.parse(parse(await readFile(join(examples, example, 'pipeline.yaml'), 'utf8')));
  const { sources, frequency, horizon, cleaning, validate, evaluate: { folds } } = pipeline;
  const duckdb = createDuckdb({ memoryLimitMiB: 768, threads: 2, tempFolder: join(folder, 'spill') });
  const outFolder = join(folder, example);
  try {
    const snapshot = await duckdb.ingest({ sources, baseFolder: join(examples, example), frequency, horizon, folds, now: '2026-01-01', outFolder });
    const rules = await duckdb.validateSales({ sales: snapshot.sales, rules: validate, now: '2026-01-01' });
    const panel = await duckdb.clean({ sales: snapshot.sales, cleaning, frequency, horizon, folds, outFolder });
    const origins = await duckdb.buildOriginTable({ panel: panel.panel, textDims: 0, frequency, horizon, folds, outFolder });
    const all = await duckdb.describeTable({ file: snapshot.sales });
    return { pipeline, snapshot, rules, panel, origins, all };
  } finally {
    await duckdb.close();
  }
}

describe('the examples', () => {
  test('online-retail has the totals that its source is known for', { timeout: 30_000 }, async () => {
    const { snapshot, rules, panel, origins, pipeline } = await prepare('online-retail');
    expect(snapshot).toMatchObject({ rows: 541_909, keptRows: 527_725, series: 3_791, from: '2010-12-01T08:26:00', to: '2011-12-09T12:50:00' });
    expect(rules.every(({ holds }) => holds)).toBe(true);
    // The week of 2010-11-29 begins before the data, that of 2011-12-05 ends after them.
    expect(panel).toMatchObject({ from: '2010-12-06', to: '2011-11-28', periods: 52 });
    expect(origins.cutoffs).toEqual({ folds: ['2011-08-08', '2011-09-05', '2011-10-03'], test: '2011-10-31', final: '2011-11-28' });
    expect([pipeline.search.trials, pipeline.evaluate.folds]).toEqual([{ lightgbm: 4, lstm: 1 }, 3]);
  });

  test('tiny is small, and its search space is one that the models know', async () => {
    const { snapshot, rules, pipeline, origins } = await prepare('tiny');
    expect(snapshot.series).toBe(100);
    expect(rules.every(({ holds }) => holds)).toBe(true);
    expect((await stat(join(examples, 'tiny/data/orders.csv'))).size).toBeLessThan(1_000_000);
    expect(origins.rows).toBeLessThan(6_000);
    for (const family of ['lightgbm', 'lstm'] as const) expect(resolveSpace(family, pipeline.search.space[family]).problems).toEqual([]);
    expect(pipeline.search.trials).toEqual({ lightgbm: 4, lstm: 1 });
  });
});
