import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';

import { createEvaluationActivities } from '../../activities/evaluation.ts';
import { createHierarchyActivities } from '../../activities/hierarchy.ts';
import { publishTable } from '../../activities/publish-table.ts';
import type { HierarchyMembers } from '../../contracts/hierarchy.ts';
import type { ModelForecasts } from '../../contracts/modelling.ts';
import type { PredictionTable } from '../../contracts/prediction-table.ts';
import { parquetFile } from '../../activities/artifact-store.ts';
import { buildHierarchy, type LevelName } from '../../domain/hierarchy/hierarchy.ts';
import { nameNodes } from '../../domain/hierarchy/name-nodes.ts';
import { type ReconciliationMethod, reconciliationMethods } from '../../domain/hierarchy/reconcile.ts';
import { query, useScratch } from '../adapters/duckdb/scratch.ts';
import { at, attempt, surroundings } from './surroundings.ts';

const scratch = useScratch();
let given: ReturnType<typeof surroundings>;
beforeEach(() => {
  given = surroundings(scratch().folder);
});

const quantiles = [0.1, 0.5, 0.9];
const cutoffs = { 'fold-1': '2024-02-01', 'fold-2': '2024-02-03', final: '2024-02-07', test: '2024-02-05' } as const;
type Split = keyof typeof cutoffs;
const splits = Object.keys(cutoffs) as Split[];
const horizon = 2;

/** Series of some categories and stores, and numbers to make forecasts of. */
interface Shop {
  readonly labels: ReadonlyMap<string, readonly string[]>;
  readonly size: number;
  readonly numbers: readonly number[];
  /** Series from this number on have begun only after the first fold. */
  readonly late: number;
}
const levels: readonly LevelName[] = ['category', 'store', ['category', 'store'], 'total'];
const shops: fc.Arbitrary<Shop> = fc
  .array(fc.record({ category: fc.constantFrom('a', 'b', 'c'), store: fc.constantFrom('x', 'y') }), { minLength: 2, maxLength: 9 })
  .chain((places) =>
    fc.record({ numbers: fc.array(fc.nat({ max: 5000 }), { minLength: 40, maxLength: 40 }), late: fc.integer({ min: 1, max: places.length }) }).map(({ numbers, late }) => ({
      size: places.length, numbers, late,
      labels: new Map<string, readonly string[]>([['category', places.map(({ category }) => category)], ['store', places.map(({ store }) => store)]]),
    })));

const seriesOf = ({ size }: Shop): string[] => Array.from({ length: size }, (_, i) => `s${String(i)}`);
const day = (iso: string): number => Date.parse(iso) / 86_400_000;

/** A row per split, name and step; what is sold in the final horizon is not known. */
function tableOf(names: readonly string[], has: (split: Split, i: number) => boolean, point: (split: number, i: number, step: number) => number, sold: (split: number, i: number, step: number) => number): PredictionTable {
  const rows = splits.toSorted().flatMap((split, s) => names.flatMap((_, i) => (has(split, i) ? Array.from({ length: horizon }, (_, h) => ({ split, s, i, step: h + 1 })) : [])));
  return {
    splits: splits.toSorted(), cutoffs: splits.toSorted().map((split) => cutoffs[split]), series: names, levels: quantiles, unit: 'day',
    splitIndex: Uint16Array.from(rows, ({ s }) => s), seriesIndex: Uint32Array.from(rows, ({ i }) => i), step: Uint16Array.from(rows, ({ step }) => step),
    ds: Int32Array.from(rows, ({ split, step }) => day(cutoffs[split]) + step),
    yHat: Float32Array.from(rows, ({ s, i, step }) => point(s, i, step)),
    quantiles: Float32Array.from(rows.flatMap(({ s, i, step }) => [0.5, 1, 1.5].map((factor) => factor * point(s, i, step)))),
    actual: Float64Array.from(rows, ({ split, s, i, step }) => (split === 'final' ? Number.NaN : sold(s, i, step))),
  };
}

async function publish(table: PredictionTable): Promise<ModelForecasts> {
  const out = `${scratch().folder}/table.parquet`;
  await scratch().duckdb.writePredictionTable({ table, out });
  return { model: 'ensemble', predictions: await given.artifacts.publishFile('forecasts', out, parquetFile), files: [], parameters: {}, engine: 'test' };
}
const readBack = async ({ predictions }: ModelForecasts): Promise<PredictionTable> => scratch().duckdb.readPredictions({ file: await given.artifacts.fetchFile(predictions) });

/** A panel of constant sales, one file. */
async function panelOf(names: readonly string[]) {
  const file = `${scratch().folder}/panel.parquet`;
  await query(`COPY (SELECT series, ds::DATE AS ds, (1 + length(series))::DOUBLE AS y_raw FROM (SELECT unnest([${names.map((name) => `'${name}'`).join(', ')}]) AS series), range(DATE '2024-01-01', DATE '2024-02-08', INTERVAL 1 DAY) AS t(ds) ORDER BY series, ds) TO '${file}' (FORMAT parquet)`);
  return publishTable(given.artifacts, 'primary', [{ from: '2024-01-01', rows: 1, file }]);
}

async function setUp(shop: Shop, testSold = 1) {
  const hierarchy = buildHierarchy(levels, shop.size, shop.labels);
  const names = nameNodes(hierarchy, levels, shop.labels);
  const number = (...at: number[]): number => (shop.numbers[at.reduce((sum, x, k) => sum + x * ([7, 3, 11, 5][k] ?? 1), 0) % shop.numbers.length] ?? 0) / 100;
  const began = (split: Split, i: number): boolean => split !== 'fold-1' || i < shop.late;
  const factor = (s: number): number => (splits.toSorted()[s] === 'test' ? testSold : 1);
  const series = tableOf(seriesOf(shop), began, (...row) => number(...row), (s, i, step) => factor(s) * number(s, i, step, 1));
  const nodes = tableOf(names, () => true, (s, i, step) => 3 * number(s, i, step, 2), (s, i, step) => factor(s) * 3 * number(s, i, step, 3));
  const members: HierarchyMembers = {
    levels: levels.map((level) => (typeof level === 'string' ? level : [...level])), series: seriesOf(shop), labels: Object.fromEntries(shop.labels),
    nodes: hierarchy.levels.map(({ name, first, count }) => ({ level: name, names: names.slice(first, first + count) })),
  };
  const own = await publish(series);
  const above = await publish(nodes);
  return { shop, hierarchy, names, own, above, members: await given.artifacts.publishJson('primary', members), panel: await panelOf(seriesOf(shop)) };
}
type Given = Awaited<ReturnType<typeof setUp>>;

const alone = (model: ModelForecasts) => ({ models: [model], weights: { ensemble: 1 }, level: 1 });
const activities = () => createHierarchyActivities({ ...given, tables: scratch().duckdb });
const reconcile = (method: ReconciliationMethod, { own, above, members, panel }: Given) =>
  attempt(() => activities().reconcileForecasts({ context: at('reconcile'), method, members, panel, frequency: 'day', series: alone(own), nodes: alone(above) }));

/** Points by split, name and step. */
const pointsOf = ({ splits: of, splitIndex, series, seriesIndex, step, yHat }: PredictionTable): Map<string, number> =>
  new Map(Array.from(yHat, (value, row) => [`${of[splitIndex[row] ?? -1] ?? ''} ${series[seriesIndex[row] ?? -1] ?? ''} ${String(step[row])}`, value]));

/** Largest distance of a node from the sum of its series, relative to it. */
function worstGap(given: Given, series: PredictionTable, nodes: PredictionTable): number {
  const [own, above] = [pointsOf(series), pointsOf(nodes)];
  let worst = 0;
  for (const [key, value] of above) {
    const [split = '', name = '', step = ''] = key.split(' ');
    const node = given.names.indexOf(name);
    const sum = seriesOf(given.shop).reduce((all, id, i) => (given.hierarchy.levels.some(({ nodeOf }) => nodeOf[i] === node) ? all + (own.get(`${split} ${id} ${step}`) ?? 0) : all), 0);
    worst = Math.max(worst, Math.abs(sum - value) / Math.max(1, Math.abs(value)));
  }
  return worst;
}

const example: Shop = { size: 4, late: 3, numbers: Array.from({ length: 40 }, (_, i) => (i * 37) % 101), labels: new Map<string, readonly string[]>([['category', ['a', 'a', 'b', 'c']], ['store', ['x', 'y', 'x', 'y']]]) };

describe('reconciled forecasts', () => {
  test.each(reconciliationMethods)('add up in every split of any hierarchy, none is negative, and quantiles keep their order: %s', async (method) => {
    await fc.assert(fc.asyncProperty(shops, async (shop) => {
      const made = await setUp(shop);
      const result = await reconcile(method, made);
      const [series, nodes] = [await readBack(result.series), await readBack(result.nodes)];
      expect(series.splits).toEqual(splits.toSorted());
      expect(nodes.splits).toEqual(splits.toSorted());
      expect(worstGap(made, series, nodes)).toBeLessThan(1e-6);
      for (const table of [series, nodes]) {
        expect(Math.min(...table.yHat, ...table.quantiles)).toBeGreaterThanOrEqual(0);
        for (let q = 0; q < table.quantiles.length; q += 1) if (q % quantiles.length > 0) expect(table.quantiles[q]).toBeGreaterThanOrEqual(table.quantiles[q - 1] ?? Number.NaN);
      }
    }), { numRuns: 5 });
  });

  test('from the bottom up leave every series as it was', async () => {
    const made = await setUp(example);
    const { series, moved } = await reconcile('bottom-up', made);
    expect(moved).toBe(0);
    expect(series.predictions.sha256).toBe(made.own.predictions.sha256);
  });

  test('leave out a node above no series that is forecast in a split', async () => {
    const { nodes } = await reconcile('bottom-up', await setUp(example));
    const keys = [...pointsOf(await readBack(nodes)).keys()];
    // Only the last series, which begins after the first fold, is of category c.
    expect(keys.filter((key) => key.startsWith('fold-1 category=c '))).toEqual([]);
    expect(keys.filter((key) => key.startsWith('fold-2 category=c '))).toHaveLength(horizon);
  });

  test.each(['mint-shrink', 'mint-wls-variance'] as const)('learn nothing from what was sold in the test horizon: %s', async (method) => {
    const plain = await readBack((await reconcile(method, await setUp(example, 1))).series);
    const other = await readBack((await reconcile(method, await setUp(example, 50))).series);
    expect([...other.yHat]).toEqual([...plain.yHat]);
    expect([...other.actual]).not.toEqual([...plain.actual]);
  });

  test('move a quantile by as much as its point, but not below zero', async () => {
    const made = await setUp(example);
    const [before, after] = [await readBack(made.own), await readBack((await reconcile('mint-ols', made)).series)];
    before.yHat.forEach((was, row) => {
      const by = (after.yHat[row] ?? 0) - was;
      quantiles.forEach((_, q) => expect(after.quantiles[row * 3 + q]).toBeCloseTo(Math.max(0, (before.quantiles[row * 3 + q] ?? 0) + by), 4));
    });
  });

  test('are refused where series and levels have no splits in common', async () => {
    const made = await setUp(example);
    const table = await readBack(made.own);
    const other = await publish({ ...table, splits: table.splits.map((split) => `${split}-b`) });
    await expect(reconcile('bottom-up', { ...made, above: other })).rejects.toMatchObject({ code: 'Conflict', message: expect.stringContaining('levels above them for') });
  });
});

test('an evaluation scores every level beside what it was before, and serves series and nodes that add up', async () => {
  const made = await setUp(example);
  const { series, nodes } = await reconcile('mint-shrink', made);
  const nodePanel = await panelOf(made.names);
  const { levels: scored, forecasts, forecastSeries, report } = await attempt(() =>
    createEvaluationActivities({ ...given, tables: scratch().duckdb }).evaluateModels({
      context: at('evaluate'), panel: made.panel, models: [], ensemble: series, weights: { ensemble: 1 }, level: 1, minHistory: 1, quantiles,
      hierarchy: { members: made.members, panel: nodePanel, nodes, before: { series: made.own, nodes: made.above } },
    }));
  expect(scored?.map(({ level, split }) => `${level} ${split}`)).toEqual(['category', 'store', 'category × store', 'total', 'series'].flatMap((level) => [`${level} folds`, `${level} test`]));
  expect(await given.artifacts.readJson(report)).toMatchObject({ levels: scored });
  expect(forecastSeries).toBe(4);
  const file = await given.artifacts.fetchFile(forecasts);
  const [gap] = await query(`SELECT count(*) AS days, max(abs(t.y_hat - s.y)) AS worst FROM read_parquet('${file}') t JOIN (SELECT ds, sum(y_hat::DOUBLE) AS y FROM read_parquet('${file}') WHERE unique_id LIKE 's_' GROUP BY ds) s USING (ds) WHERE unique_id = 'total'`);
  expect(gap?.['days']).toBe(horizon);
  expect(gap?.['worst']).toBeLessThan(1e-4);

  // The scores by hand: the total of the last horizon.
  const total = await readBack(nodes);
  const rows = Array.from(total.yHat.keys()).filter((row) => total.splits[total.splitIndex[row] ?? -1] === 'test' && total.series[total.seriesIndex[row] ?? -1] === 'total');
  const sum = (of: (row: number) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const wape = sum((row) => Math.abs((total.actual[row] ?? 0) - (total.yHat[row] ?? 0))) / sum((row) => total.actual[row] ?? 0);
  expect(scored?.find(({ level, split }) => level === 'total' && split === 'test')?.wape).toBeCloseTo(wape, 10);
});
