import { join } from 'node:path';

import { beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { createColdStartActivities } from '../../activities/cold-start.ts';
import { publishTable } from '../../activities/publish-table.ts';
import type { Duckdb } from '../../adapters/duckdb/create-duckdb.ts';
import type { ColdStartReport, ColdStartResult } from '../../contracts/cold-start.ts';
import { createRandom } from '../../domain/random.ts';
import { type ProductSales, type ProductVector, weekStart, writePanelPart, writeStaticsFile, writeVectorFile } from '../adapters/duckdb/cold-start/product-files.ts';
import { useScratch } from '../adapters/duckdb/scratch.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
const scratch = useScratch();
const [weeks, horizon, folds] = [50, 2, 3];
const parquet = { mediaType: 'application/vnd.apache.parquet', extension: 'parquet' };
/** The first fold's cutoff. */
const firstFold = weeks - 1 - (1 + folds) * horizon;

/** Products of three kinds, which sell 10, 100 or 1,000 a week; vectors tell the kind. */
const kinds = 3;
const kindOf = (series: string): number => Number(series.slice(1)) % kinds;
const vectorOf = (series: string, noise: number): ProductVector => ({ series, vector: Array.from({ length: kinds }, (_, k) => (k === kindOf(series) ? 1 : 0) + noise) });

/** Nine products that were always sold and two new ones a week. @param after what is sold after that week is chance */
function shop(after = Infinity): readonly ProductSales[] {
  const [random, chance] = [createRandom(3), createRandom(4)];
  const sales = (series: string, from: number): ProductSales => ({
    series, from,
    sold: Array.from({ length: weeks - from }, (_, age) => {
      const sold = Math.round(10 ** (1 + kindOf(series)) * (0.6 + 0.8 * random.next()));
      return from + age > after ? 1 + chance.integer(5_000) : sold;
    }),
  });
  return [...Array.from({ length: 9 }, (_, i) => sales(`a${String(i)}`, 0)), ...Array.from({ length: 94 }, (_, i) => sales(`n${String(i)}`, 3 + Math.floor(i / 2)))];
}

interface Given {
  readonly products?: readonly ProductSales[];
  readonly vectors?: readonly ProductVector[];
  readonly statics?: { readonly names: readonly string[]; readonly rows: Parameters<typeof writeStaticsFile>[2] };
  readonly tables?: Duckdb;
}

interface Served {
  readonly series: string;
  readonly ds: string;
  readonly yHat: number;
  readonly quantiles: readonly number[];
}

let given: ReturnType<typeof surroundings>;
let runs = 0;
beforeEach(() => {
  given = surroundings(join(folder(), String((runs += 1))));
});

async function run({ products = shop(), vectors, statics, tables = scratch().duckdb }: Given): Promise<ColdStartResult & { readonly told: ColdStartReport; readonly note: string | undefined; readonly served: readonly Served[] }> {
  const { artifacts } = given;
  const out = (name: string): string => join(scratch().folder, `cold-${String((runs += 1))}-${name}.parquet`);
  const parts = [[0, 29], [30, weeks - 1]].map(async ([first = 0, last = 0]) => ({ from: weekStart(first), rows: 0, file: await writePanelPart(out('panel'), products, { first, last }) }));
  const panel = await publishTable(artifacts, 'primary', await Promise.all(parts));
  const modalities = vectors === undefined ? [] : [{ modality: 'text' as const, vectors: await artifacts.publishFile('embeddings', await writeVectorFile(out('vectors'), vectors, kinds), parquet), dims: 2, reduction: 'pca' as const }];
  const attributes = statics && (await artifacts.publishFile('primary', await writeStaticsFile(out('statics'), statics.names, statics.rows), parquet));
  const runId = `run-${String((runs += 1))}`;
  const { forecastColdStart } = createColdStartActivities({ ...given, tables });
  const result = await attempt(() => forecastColdStart({
    context: at('cold-start', runId), panel, modalities, ...(attributes && { statics: attributes }), frequency: 'week', horizon, quantiles: [0.1, 0.5, 0.9], folds, seed: 7,
  }));
  const served: Served[] = [];
  if (result.forecasts !== undefined) for await (const batch of tables.forecastRows({ file: await artifacts.fetchFile(result.forecasts) })) served.push(...batch);
  return { ...result, served, told: (await artifacts.readJson(result.report)) as ColdStartReport, note: (await given.database.steps.list(runId))[0]?.note };
}

const unsold = ['u0', 'u1', 'u2'];
const random = createRandom(9);
const vectors = [...shop().map(({ series }) => series), ...unsold].map((series) => vectorOf(series, random.next() / 5));

describe('a shop whose pictures or texts tell how products sell', () => {
  let made: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    given = surroundings(join(folder(), 'first'));
    made = await run({ vectors });
  });

  test('has its launches forecast far better from analogues than from averages', () => {
    expect(made.rows.map(({ method }) => method)).toEqual(['analogues', 'category-average', 'overall-average']);
    expect(made.gain.low).toBeGreaterThan(0.5);
    expect(made.told.gains['category-average'].wql).toEqual(made.gain);
    expect(made.rows[0]?.products).toBe(made.told.folds.reduce((sum, fold) => sum + (fold.rows[0]?.products ?? 0), 0));
    expect(made.told.folds.map(({ split }) => split).slice(-4)).toEqual(['fold-1', 'fold-2', 'fold-3', 'test']);
    expect(made.note).toMatch(/^\d+ launches, WQL 0\.\d+, \d+\.\d % below the category average; 3 products never sold$/);
  });

  test('has products that were never sold forecast as if they came next, each like its kind', () => {
    expect(made.products).toBe(3);
    expect(made.served.map(({ series, ds }) => [series, ds])).toEqual(unsold.flatMap((series) => [weeks, weeks + 1].map((week) => [series, weekStart(week)])));
    for (const { series, yHat, quantiles } of made.served) {
      expect(Math.round(Math.log10(yHat))).toBe(1 + kindOf(series));
      expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
    }
  });

  test('is told for each of them the five nearest launches with their likeness, and whom it is like of what is on sale', () => {
    expect(made.told.forecasts.map(({ series }) => series)).toEqual(unsold);
    for (const { series, analogues, alike } of made.told.forecasts) {
      expect(analogues).toHaveLength(5);
      expect(analogues.every((analogue) => kindOf(analogue.series) === kindOf(series) && (analogue.likeness['text'] ?? 0) > 0.8)).toBe(true);
      expect(alike['text']?.map(kindOf)).toEqual([1, 2, 3, 4, 5].map(() => kindOf(series)));
    }
  });

  test('is given the same bytes whatever the threads', async () => {
    const again = await run({ vectors, tables: scratch().withThreads(1) });
    expect([again.report.sha256, again.forecasts?.sha256]).toEqual([made.report.sha256, made.forecasts?.sha256]);
  });

  test('has no forecast moved by what is sold after its cutoff, nor a setting by what is sold after the first fold’s', async () => {
    const moved = await run({ vectors, products: shop(firstFold) });
    const until = ({ told }: typeof made) => told.scored.filter(({ cutoff }) => cutoff <= weekStart(firstFold)).map(({ series, forecast, average, analogues }) => ({ series, forecast, average, analogues }));
    expect(until(made).length).toBeGreaterThan(2);
    expect([until(moved), moved.told.settings]).toEqual([until(made), made.told.settings]);
    expect(moved.rows).not.toEqual(made.rows);
  });
});

describe('where there is little to go by', () => {
  test('without vectors and attributes all methods are the average, and nobody knows of products never sold', async () => {
    const { rows, products, forecasts, gain } = await run({});
    expect(new Set(rows.map(({ wql }) => wql)).size).toBe(1);
    expect([products, forecasts, gain]).toEqual([0, undefined, { gain: 0, low: 0, high: 0 }]);
  });

  test('one product alone is no launch to learn from', async () => {
    const { rows, told, products, note } = await run({ products: shop().slice(0, 1), vectors });
    expect(rows.map((row) => [row.wql, row.products])).toEqual([[null, 0], [null, 0], [null, 0]]);
    expect([told.launches, told.forecasts, products, note]).toEqual([0, [], 0, 'no launches to measure on']);
  });

  test('attributes alone do: the category is the first of them, and products of one nobody had are like all', async () => {
    const names = ['kind', 'of'];
    const series = shop().map((product) => product.series);
    const statics = { names, rows: [...series.map((name) => ({ series: name, values: [`kind ${String(kindOf(name))}`, 'all'] })), { series: 'u0', values: ['kind 0', 'all'] }, { series: 'ux', values: ['unheard of', 'all'] }] };
    const { told, rows, products } = await run({ statics });
    expect([told.category, products]).toEqual(['kind', 2]);
    const [mine, category, overall] = rows;
    expect((category?.wql ?? 1) / (overall?.wql ?? 0)).toBeLessThan(0.5);
    expect((mine?.wql ?? 1) / (category?.wql ?? 0)).toBeLessThan(1.05);
    const [like0, likeAll] = told.forecasts;
    expect([like0?.series, likeAll?.series, (like0?.forecast ?? 0) < 40, (likeAll?.forecast ?? 0) > 200]).toEqual(['u0', 'ux', true, true]);
  });

  test('vectors that are no numbers are none', async () => {
    const { rows, told } = await run({ vectors: vectors.map(({ series }) => ({ series, vector: [Number.NaN, 1, 1] })) });
    expect(new Set(rows.map(({ wql }) => wql)).size).toBe(1);
    expect(told.scored.every(({ analogues }) => analogues.length === 0)).toBe(true);
  });
});
