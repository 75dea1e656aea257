import { beforeEach, describe, expect, test } from 'vitest';

import { createHierarchyActivities } from '../../activities/hierarchy.ts';
import { publishTable } from '../../activities/publish-table.ts';
import type { AggregateInput, HierarchyMembers } from '../../contracts/hierarchy.ts';
import type { Snapshot } from '../../contracts/data.ts';
import { fetchParts, readParts } from '../../contracts/table-parts.ts';
import { query, useScratch } from '../adapters/duckdb/scratch.ts';
import { at, attempt, surroundings } from './surroundings.ts';

const scratch = useScratch();
let given: ReturnType<typeof surroundings>;
beforeEach(() => {
  given = surroundings(scratch().folder);
});

/** `y_raw` and `y` are one value here; `age` counts days from the series' first. */
interface Cell { readonly series: string; readonly ds: string; readonly y: number | null; readonly age: number; readonly since: number | null; readonly known: number; readonly total: number; readonly touched?: number }
const cell = (series: string, ds: string, y: number | null, age: number, since: number | null, known: number, total: number, touched = 0): Cell => ({ series, ds, y, age, since, known, total, touched });

const january = [
  cell('A', '2024-01-30', 1, 0, 0, 1, 1), cell('A', '2024-01-31', null, 1, 1, 1, 1, 4),
  cell('B', '2024-01-31', 4, 0, 0, 1, 4),
];
const february = [
  cell('A', '2024-02-01', 2, 2, 0, 2, 3), cell('A', '2024-02-02', null, 3, 1, 2, 3, 3),
  cell('B', '2024-02-01', 0, 1, 1, 2, 4, 1), cell('B', '2024-02-02', null, 2, 2, 2, 4, 3),
  cell('C', '2024-02-01', 10, 0, 0, 1, 10), cell('C', '2024-02-02', 20, 1, 0, 2, 30),
];

let files = 0;
async function parquet(select: string): Promise<string> {
  files += 1;
  const out = `${scratch().folder}/given-${String(files)}.parquet`;
  await query(`COPY (${select}) TO '${out}' (FORMAT parquet)`);
  return out;
}
const sql = (value: string | number | null | undefined): string => (value === null || value === undefined ? 'NULL' : typeof value === 'number' ? String(value) : `'${value}'`);

async function panelOf(...parts: readonly (readonly Cell[])[]) {
  const written = [];
  for (const cells of parts) {
    const rows = cells.map((c) => `(${[c.series, c.ds, c.y, c.touched, c.age, c.since, c.known, c.total].map(sql).join(', ')})`);
    const file = await parquet(`SELECT series::VARCHAR AS series, ds::DATE AS ds, y::DOUBLE AS y_raw, y::DOUBLE AS y, 2.5::DOUBLE AS price, touched::UTINYINT AS touched, 1::UINTEGER AS lines,
      y::DOUBLE AS largest, age::INTEGER AS age, since::INTEGER AS since_sale, known::INTEGER AS known, total::DOUBLE AS total, NULL::DOUBLE AS stock
      FROM (VALUES ${rows.join(', ')}) AS t(series, ds, y, touched, age, since, known, total) ORDER BY series, ds`);
    written.push({ from: `${cells[0]?.ds.slice(0, 7) ?? ''}-01`, rows: cells.length, file });
  }
  return publishTable(given.artifacts, 'primary', written);
}

type Sale = readonly [series: string, time: string, row: number, category: string | null, store: string | null, kept?: boolean];
async function snapshotOf(...parts: readonly (readonly Sale[])[]): Promise<Snapshot> {
  const written = [];
  for (const sales of parts) {
    const rows = sales.map(([series, time, row, category, store, kept = true]) => `(${[series, time, row, category, store].map(sql).join(', ')}, ${String(kept)})`);
    const file = await parquet(`SELECT series::VARCHAR AS series, time::TIMESTAMP AS time, 7::UBIGINT AS file, row::UBIGINT AS row, category::VARCHAR AS category, store::VARCHAR AS store, kept
      FROM (VALUES ${rows.join(', ')}) AS t(series, time, row, category, store, kept)`);
    written.push({ from: sales[0]?.[1].slice(0, 10) ?? '', rows: sales.length, file });
  }
  const sales = await publishTable(given.artifacts, 'primary', written);
  return { digest: 'd', manifest: sales, sales, sources: [], rows: 0, keptRows: 0, series: 3, from: '', to: '' };
}

const usual = (): Promise<Snapshot> => snapshotOf(
  [['A', '2024-01-30', 1, 'bags', 'Leeds'], ['B', '2024-01-31', 2, 'bags', 'York']],
  [['A', '2024-02-01', 3, 'toys', null], ['A', '2024-02-01', 4, 'hats', null, false], ['C', '2024-02-01', 5, 'toys', 'Leeds']],
);

const activities = (threads = 2) => createHierarchyActivities({ ...given, tables: scratch().withThreads(threads) });
async function aggregate(more: Partial<AggregateInput> = {}, threads?: number) {
  const input: AggregateInput = { context: at('aggregate'), snapshot: await usual(), panel: await panelOf(january, february), levels: ['category', ['category', 'store'], 'total'], frequency: 'day', ...more };
  return attempt(() => activities(threads).aggregatePanel(input));
}
const membersOf = async (result: { members: AggregateInput['panel'] }): Promise<HierarchyMembers> => (await given.artifacts.readJson(result.members)) as HierarchyMembers;

describe('members of levels', () => {
  test('are taken from the newest row that counts and has a value', async () => {
    const members = await membersOf(await aggregate());
    expect(members.series).toEqual(['A', 'B', 'C']);
    expect(members.labels).toEqual({ category: ['toys', 'bags', 'toys'], store: ['Leeds', 'York', 'Leeds'] });
    expect(members.nodes).toEqual([
      { level: 'category', names: ['category=bags', 'category=toys'] },
      { level: 'category × store', names: ['category=bags,store=York', 'category=toys,store=Leeds'] },
      { level: 'total', names: ['total'] },
    ]);
  });

  test('do not know of rows after the cutoff', async () => {
    const members = await membersOf(await aggregate({ cutoff: '2024-01-31', panel: await panelOf(january), levels: ['category'] }));
    expect(members.labels).toEqual({ category: ['bags', 'bags'] });
  });

  test('must be known of every series: one without a value is refused by name', async () => {
    const snapshot = await snapshotOf([['A', '2024-01-30', 1, 'bags', 'Leeds'], ['B', '2024-01-31', 2, 'bags', null], ['C', '2024-02-01', 5, 'toys', 'Leeds']]);
    await expect(aggregate({ snapshot })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/series B has no value of the level "store"/) });
  });

  test('of a node that has the name of a series are refused', async () => {
    const panel = await panelOf(january.map((c) => (c.series === 'B' ? { ...c, series: 'total' } : c)));
    const snapshot = await snapshotOf([['A', '2024-01-30', 1, 'bags', 'Leeds'], ['total', '2024-01-31', 2, 'bags', 'York']]);
    await expect(aggregate({ panel, snapshot })).rejects.toMatchObject({ code: 'BadInput', message: expect.stringContaining('"total" would be the name of two things') });
  });
});

describe('a panel of nodes', () => {
  async function rowsOf(node: string) {
    const paths = await fetchParts(given.artifacts, (await aggregate()).panel);
    return query(`SELECT strftime(ds, '%m-%d') AS day, y_raw, y, price, touched, lines, largest, age, since_sale, known, total, stock FROM read_parquet([${paths.map(sql).join(', ')}]) WHERE series = '${node}' ORDER BY ds`);
  }

  test('holds the sums of what is known, NULL where nothing is, and its history goes on over parts', async () => {
    const none = { price: null, touched: 0, stock: null };
    expect(await rowsOf('total')).toEqual([
      { day: '01-30', y_raw: 1, y: 1, lines: 1, largest: 1, age: 0, since_sale: 0, known: 1, total: 1, ...none },
      { day: '01-31', y_raw: 4, y: 4, lines: 2, largest: 4, age: 1, since_sale: 0, known: 2, total: 5, ...none },
      { day: '02-01', y_raw: 12, y: 12, lines: 3, largest: 10, age: 2, since_sale: 0, known: 3, total: 17, ...none },
      { day: '02-02', y_raw: 20, y: 20, lines: 3, largest: 20, age: 3, since_sale: 0, known: 4, total: 37, ...none },
    ]);
    expect((await rowsOf('category=bags')).map(({ day, y_raw, known }) => [day, y_raw, known])).toEqual([['01-31', 4, 1], ['02-01', 0, 2], ['02-02', null, 2]]);
  });

  test('has the columns of a panel, in their order and types', async () => {
    const describeColumns = async (panel: AggregateInput['panel']) => (await query(`DESCRIBE SELECT * FROM read_parquet('${(await fetchParts(given.artifacts, panel))[0] ?? ''}')`)).map(({ column_name, column_type }) => `${String(column_name)} ${String(column_type)}`);
    expect(await describeColumns((await aggregate()).panel)).toEqual(await describeColumns(await panelOf(january)));
  });

  test('has the same bytes whatever the threads', async () => {
    const one = await aggregate({}, 1);
    given = surroundings(scratch().folder);
    expect((await aggregate({}, 4)).panel.sha256).toBe(one.panel.sha256);
  });

  test('makes only the new part where the last one is another, though a series begins in it', async () => {
    const first = await aggregate({ panel: await panelOf(january, february.filter(({ series }) => series !== 'C')) });
    expect([first.madeParts, first.parts]).toEqual([2, 2]);
    const second = await aggregate();
    expect([second.madeParts, second.parts]).toEqual([1, 2]);
    const [a, b] = await Promise.all([first, second].map(async ({ panel }) => (await readParts(given.artifacts, panel)).map(({ file }) => file.sha256)));
    expect(a?.[0]).toBe(b?.[0]);
    expect(a?.[1]).not.toBe(b?.[1]);
  });
});
