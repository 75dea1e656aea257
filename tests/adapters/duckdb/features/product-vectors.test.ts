import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { learnReduction } from '../../../../adapters/duckdb/features/learn-reduction.ts';
import type { OriginPlanRequest } from '../../../../adapters/duckdb/features/plan-origins.ts';
import { dateOf, somePanel, startOf } from '../../../domain/features/some-panel.ts';
import { useOwnSession } from '../own-session.ts';
import { writePanelParts } from '../panel-file.ts';
import { query, useScratch } from '../scratch.ts';
import { buildOrigins } from './build-origins.ts';
import { momentIn, type ProductVector, writeProducts } from './vector-files.ts';

const [scratch, session] = [useScratch(), useOwnSession()];
const weekly = { frequency: 'week', horizon: 3, folds: 2 } as const;
const panel = somePanel({ series: 6, periods: 34 });
let files = 0;

type Modalities = NonNullable<OriginPlanRequest['modalities']>;

async function build(modalities: Modalities, more: { readonly top?: number; readonly periods?: number } = {}) {
  const name = `products-${String((files += 1))}`;
  const { periods, ...options } = more;
  const parts = await writePanelParts(scratch(), name, periods === undefined ? panel : somePanel({ series: 6, periods }));
  return buildOrigins(scratch().duckdb, { ...weekly, ...options, modalities, panel: parts, outFolder: join(scratch().folder, name) });
}
const from = (table: readonly string[]): string => `read_parquet([${table.map((file) => `'${file}'`).join(', ')}])`;
const text = async (products: readonly ProductVector[], dims = 2, reduction: 'pca' | 'random-projection' = 'pca'): Promise<Modalities[number]> =>
  ({ modality: 'text', file: await writeProducts(scratch(), `vectors-${String((files += 1))}`, products), dims, reduction });

const rows = [[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0.2], [0.9, 0.1, 0]];
const days = ['1970-01-01', '2022-01-01', '2022-01-04', '2022-02-01'];
const early = rows.map((vector, i): ProductVector => ({ series: `s${String(i)}`, knownFrom: `${days[i] ?? ''}T10:00:00`, vector }));
const withLast = (vector: readonly number[]): readonly ProductVector[] => [...early, { series: 's4', knownFrom: momentIn(31), vector }];

describe('vectors of products in an origin table', () => {
  test('count from the period in which they became known; series without one have none', async () => {
    const { table, spec, plan } = await build([await text(withLast([0, 0, 9]))]);
    expect(spec.shared.filter(({ group }) => group === 'text').map(({ name }) => name)).toEqual(['text_1', 'text_2']);
    expect(plan.statics).toEqual(expect.arrayContaining(['text_1', 'text_2']));
    const known = await query(`SELECT series, CAST(min(origin) FILTER (NOT isnan(text_1)) AS VARCHAR) AS since FROM ${from(table)} GROUP BY series ORDER BY series`);
    expect(known.map(({ since }) => since)).toEqual([dateOf(0), dateOf(5), dateOf(10), dateOf(15), dateOf(31), null]);
  });

  test('belong to the day of the business that they became known on', async () => {
    const frequency = 'day@04:00';
    const parts = await writePanelParts(scratch(), 'aligned', somePanel({ series: 5, periods: 60 }), frequency);
    const moments = ['1970-01-01T00:00:00', '1970-01-01T00:00:00', '1970-01-01T00:00:00', `${dateOf(40, 'day')}T03:59:00`, `${dateOf(40, 'day')}T04:00:00`];
    const known = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]].map((vector, i): ProductVector => ({ series: `s${String(i)}`, knownFrom: moments[i] ?? '', vector }));
    const { products } = await scratch().duckdb.planOrigins({ ...weekly, frequency, panel: parts, modalities: [await text(known)] });
    expect([3, 4].map((row) => products[0]?.from[row])).toEqual([startOf(39, 'day'), startOf(40, 'day')]);
  });

  test('of several modalities stand beside one another, each of total variance 1 over the products that taught it, whatever its units', async () => {
    const loud = early.map((product) => ({ ...product, vector: product.vector.map((x) => 1000 * x) }));
    const { table, spec } = await build([await text(early), { ...(await text(loud, 2, 'random-projection')), modality: 'image' }, { ...(await text(loud)), modality: 'video' }]);
    const names = ['text', 'image', 'video'].map((group) => spec.shared.filter((column) => column.group === group).map(({ name }) => name));
    expect(names).toEqual([['text_1', 'text_2'], ['image_1', 'image_2'], ['video_1', 'video_2']]);
    for (const [a, b] of [['text_1', 'text_2'], ['image_1', 'image_2'], ['video_1', 'video_2']]) {
      const [row] = await query(`SELECT var_samp(${a ?? ''}) + var_samp(${b ?? ''}) AS total FROM ${from(table)} WHERE origin = DATE '${dateOf(33)}' AND NOT isnan(${a ?? ''})`);
      expect(Number(row?.['total'])).toBeCloseTo(1, 5);
    }
  });

  test.each(['pca', 'random-projection'] as const)('do not move the reduction (%s) when they become known after the first fold', async (reduction) => {
    const tables = [];
    for (const last of [[0, 0, 9], [7, -3, 1]]) {
      const { table } = await build([await text(withLast(last), 2, reduction)]);
      tables.push(await query(`SELECT series, origin, text_1, text_2 FROM ${from(table)} WHERE origin < DATE '${dateOf(31)}' ORDER BY ALL`));
    }
    expect(tables[0]).toEqual(tables[1]);
    expect(tables[0]?.some((row) => Number(row['text_1']) !== 0 && !Number.isNaN(row['text_1']))).toBe(true);
  });

  test('leave the parts before they became known as they are', async () => {
    const others = async (knownFrom: string): Promise<readonly string[]> =>
      (await build([await text([...early, { series: 's4', knownFrom, vector: [3, 4, 1] }])], { periods: 80 })).spans.map((span) => span.others);
    const [never, late] = [await others('2030-01-01T00:00:00'), await others(momentIn(75))];
    expect([late[0], late[1] === never[1]]).toEqual([never[0], false]);
  });

  test('that fewer than two products had by the first fold, or that are all alike, have no columns', async () => {
    const modality = async (products: readonly ProductVector[]) => (await build([await text(products)])).spec.shared.filter(({ group }) => group === 'text');
    expect(await modality(early.map((product, i) => (i === 0 ? product : { ...product, knownFrom: momentIn(30) })))).toEqual([]);
    expect(await modality(early.map((product) => ({ ...product, vector: [1, 2, 3] })))).toEqual([]);
    expect(await modality(early.map(({ series, vector }) => ({ series, vector })))).toEqual([]);
  });

  test('of series that take no part teach nothing', async () => {
    const table = async (stranger: readonly number[]) => {
      const built = await build([await text([...early, { series: 'unsold', knownFrom: '1970-01-01T00:00:00', vector: stranger }])]);
      return query(`SELECT series, origin, text_1, text_2 FROM ${from(built.table)} ORDER BY ALL`);
    };
    expect(await table([100, -100, 3])).toEqual(await table([0, 0, 1]));
  });

  test('that are more than a reduction is learnt from are drawn by their series, not by their order', async () => {
    const many = Array.from({ length: 60 }, (_, s): ProductVector => ({ series: `s${String(s).padStart(2, '0')}`, knownFrom: momentIn(0), vector: [s, (s * s) % 17] }));
    const learnt = async (products: readonly ProductVector[]) => {
      const file = await writeProducts(scratch(), `many-${String((files += 1))}`, products);
      return session().use(async (own) => {
        await own.run(`CREATE TEMP TABLE chosen AS SELECT DISTINCT series FROM read_parquet($file)`, { file });
        const request = { key: 'series', dims: 2, reduction: 'pca', frequency: 'week', knownBefore: dateOf(9), mostRows: 20 } as const;
        return learnReduction(own, { ...request, file, chosen: new Set(products.map(({ series }) => series)) });
      });
    };
    const reduction = await learnt(many);
    const drawn = many.filter(({ series }) => many.filter((other) => md5(other.series) < md5(series)).length < 20);
    expect(drawn).toHaveLength(20);
    [0, 1].forEach((i) => expect(reduction?.mean[i]).toBeCloseTo(drawn.reduce((sum, { vector }) => sum + (vector[i] ?? NaN), 0) / 20, 9));
    expect((await learnt([...many].reverse()))?.mean[0]).toBeCloseTo(reduction?.mean[0] ?? NaN, 12);
  });
});

const md5 = (text_: string): string => createHash('md5').update(text_).digest('hex');
