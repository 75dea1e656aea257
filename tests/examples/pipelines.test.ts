import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { resolveSpace } from '../../domain/search-spaces.ts';
import { useDataPlane } from '../data-sets/data-plane.ts';

const examples = resolve(import.meta.dirname, '../../examples');
const plane = useDataPlane();

async function prepare(example: string) {
  const made = await plane().run(parse(await readFile(join(examples, example, 'pipeline.yaml'), 'utf8')), join(examples, example));
  return { ...made, rules: await plane().validate(made), origins: await plane().features(made) };
}

describe('the examples', () => {
  test('online-retail has the totals that its source is known for', { timeout: 30_000 }, async () => {
    const { snapshot, rules, cleaned, origins, pipeline } = await prepare('online-retail');
    expect(snapshot).toMatchObject({ rows: 541_909, keptRows: 527_725, series: 3_791, from: '2010-12-01T08:26:00', to: '2011-12-09T12:50:00' });
    expect(rules.warnings).toBe(0);
    // The week of 2010-11-29 begins before the data, that of 2011-12-05 ends after them.
    expect(cleaned).toMatchObject({ from: '2010-12-06', to: '2011-11-28', periods: 52 });
    expect(origins.cutoffs).toEqual({ folds: ['2011-08-08', '2011-09-05', '2011-10-03'], test: '2011-10-31', final: '2011-11-28' });
    expect([pipeline.search.trials, pipeline.evaluate.folds]).toEqual([{ lightgbm: 4, lstm: 1 }, 3]);
  });

  test('tiny is small, and its search space is one that the models know', async () => {
    const { snapshot, rules, pipeline, origins } = await prepare('tiny');
    expect(snapshot.series).toBe(100);
    expect(rules.warnings).toBe(0);
    expect((await stat(join(examples, 'tiny/data/orders.csv'))).size).toBeLessThan(1_000_000);
    expect(origins.rows).toBeLessThan(6_000);
    for (const family of ['lightgbm', 'lstm'] as const) expect(resolveSpace(family, pipeline.search.space[family]).problems).toEqual([]);
    expect(pipeline.search.trials).toEqual({ lightgbm: 4, lstm: 1 });
  });
});
