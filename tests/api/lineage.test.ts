import { describe, expect, test } from 'vitest';

import { lineageSchema } from '../../contracts/http-lineage.schema.ts';
import type { Lineage } from '../../contracts/http-lineage.schema.ts';
import { evidence, proposal, result, snapshot } from './fake-dependencies.ts';
import { refused, setUp } from './harness.ts';

async function lineage(query: string, replaced: Parameters<typeof setUp>[0] = {}): Promise<Lineage> {
  const response = await setUp(replaced).get(`/v1/lineage?${query}`);
  expect(response.status).toBe(200);
  return lineageSchema.parse(await response.json());
}

const textOf = ({ notes }: Lineage, kind: string): string | undefined => notes.find((note) => note.kind === kind)?.text;

describe('one forecast number', () => {
  test('leads back to version, decision, candidate, code, run, snapshot and file', async () => {
    const decision = { proposalId: 'prop-1', verdict: 'approve' as const, reason: 'better', actor: 'ana', evidence };
    const proposals = {
      get: async () => ({ ...proposal, status: 'approved' as const, decisions: [decision] }),
      list: async () => [],
    };
    const answer = await lineage('ref=shop/85123A/2011-12-12', { proposals });
    expect(answer.start).toEqual({ kind: 'forecast', id: 'shop/85123A/2011-12-12' });
    expect(answer.edges[0]).toEqual({
      output: answer.start,
      input: { kind: 'forecast', id: 'shop/v1' },
      runId: 'run-1',
      by: 'serve',
    });
    expect(answer.edges.map(({ input }) => input.kind)).toEqual([
      'forecast',
      'champion',
      'proposal',
      'candidate',
      'artifact',
      'run',
      'snapshot',
      'source',
      'decision',
      'code',
    ]);
    expect(textOf(answer, 'forecast')).toBe('12.5 (0.1: 4, 0.9: 20)');
    expect(textOf(answer, 'champion')).toBe('since 2025-11-24 10:00 UTC, by ana');
    expect(textOf(answer, 'decision')).toBe('approve: better');
    expect(textOf(answer, 'candidate')).toBe('version 1: lightgbm 1.00');
    expect(textOf(answer, 'snapshot')).toBe('100 rows, 2 series, 2010-12-01 to 2011-12-09');
    expect(textOf(answer, 'artifact')).toBe('evaluation report');
  });
  test('is of the newest champion that has it, and of an earlier one where the newest has not', async () => {
    const { deps } = setUp();
    const [old] = await deps.champions.history('shop');
    if (old === undefined) throw new Error('the fakes have a champion');
    const newer = { ...old, candidate: 'b'.repeat(64), version: 2 };
    const champions = { ...deps.champions, history: async () => [newer, old] };
    expect((await lineage('ref=shop/85123A/2011-12-12', { champions })).edges[0]?.input.id).toBe('shop/v2');
    const forecasts = {
      ...deps.forecasts,
      read: async (what: { series: string; candidate?: string; pipeline: string }) =>
        what.candidate === newer.candidate ? [] : deps.forecasts.read(what),
    };
    expect((await lineage('ref=shop/85123A/2011-12-12', { champions, forecasts })).edges[0]?.input.id).toBe('shop/v1');
  });
  test('goes as far as it is asked to', async () => {
    expect((await lineage('ref=shop/85123A/2011-12-12&depth=1')).edges.map(({ input }) => input.id)).toEqual([
      'shop/v1',
    ]);
    expect((await lineage('ref=shop/85123A/2011-12-12&depth=2')).edges.map(({ input }) => input.kind)).toEqual([
      'forecast',
      'champion',
    ]);
  });
  test('has nothing made from it', async () => {
    expect((await lineage('ref=shop/85123A/2011-12-12&direction=down')).edges).toEqual([]);
  });
});

describe('source rows', () => {
  test('are the newest ones that the run could see, with the file and snapshot they lie in', async () => {
    const { deps } = setUp();
    const asked: object[] = [];
    const all = Array.from({ length: 2 }, (_, i) => ({
      file: 'sales.csv',
      row: i + 29,
      time: '2010-12-01T08:26:00',
      target: i,
      price: Number.NaN,
      returned: false,
      kept: true,
      digest: '9'.repeat(64),
    }));
    const tables: typeof deps.tables = {
      ...deps.tables,
      async sourceRows(request) {
        asked.push(request);
        return { total: 30, rows: all };
      },
    };
    const answer = await lineage('ref=shop/85123A/2011-12-12&rows=true&rowLimit=2', { tables });
    expect(asked).toMatchObject([{ series: '85123A', to: '2011-12-11', limit: 2, files: new Map([[0, 'sales.csv']]) }]);
    expect(answer.rows?.map(({ row, price, file, digest }) => ({ row, price, file, digest }))).toEqual([
      { row: 29, price: null, file: 'sales.csv', digest: '9'.repeat(64) },
      { row: 30, price: null, file: 'sales.csv', digest: '9'.repeat(64) },
    ]);
    expect(answer.rowsFrom).toEqual({ snapshot: snapshot.digest, uri: 'sales.csv', sha256: '3'.repeat(64), total: 30, files: 1, to: '2011-12-11' });

    await lineage('ref=shop/85123A/2011-12-12&rows=true&from=2011-11-01&to=2011-11-30', { tables });
    expect(asked[1]).toMatchObject({ from: '2011-11-01', to: '2011-11-30' });
    await lineage('ref=shop/85123A/2011-12-12&rows=true&to=2012-01-31', { tables });
    expect(asked[2]).toMatchObject({ to: '2011-12-11' });
  });
  test('stand beside what else was known of the series, where the snapshot has that', async () => {
    const { deps } = setUp();
    const asked: object[] = [];
    const ref = (digit: string) => ({ ...snapshot.sales, sha256: digit.repeat(64) });
    const sources = [...snapshot.sources, { source: 'reviews' as const, uri: 'reviews.csv', sha256: '5'.repeat(64), bytes: 1, rows: 9, number: 77 }];
    const snapshots = { ...deps.snapshots, find: async () => ({ pipeline: 'shop', storedAt: '', snapshot: { ...snapshot, sources, reviews: ref('5'), media: ref('6') } }) };
    const tables: typeof deps.tables = { ...deps.tables, besideRows: (request) => (asked.push(request), deps.tables.besideRows(request)) };
    const answer = await lineage('ref=shop/85123A/2011-12-12&rows=true&rowLimit=2&from=2011-11-01', { snapshots, tables });
    expect(answer).toMatchObject({ reviews: { total: 1, rows: [{ row: 3, text: 'Lovely' }] }, media: [{ modality: 'image', name: 'a.jpg' }] });
    expect(asked).toMatchObject([{ series: '85123A', from: '2011-11-01', to: '2011-12-11', limit: 2, files: new Map([[77, 'reviews.csv']]) }]);
    expect(await lineage('ref=shop/85123A/2011-12-12&rows=true')).not.toHaveProperty('reviews');
  });
  test('reach into the night where days of the business do', async () => {
    const { deps } = setUp();
    const asked: object[] = [];
    const tables: typeof deps.tables = { ...deps.tables, sourceRows: async (request) => (asked.push(request), { total: 0, rows: [] }) };
    const runs: typeof deps.runs = { ...deps.runs, input: async (runId) => { const made = await deps.runs.input(runId); return made && { ...made, pipeline: { ...made.pipeline, frequency: 'week@04:00' } }; } };
    const answer = await lineage('ref=shop/85123A/2011-12-12&rows=true', { tables, runs });
    expect(asked).toMatchObject([{ to: '2011-12-12', before: '2011-12-12T04:00' }]);
    expect(answer.rowsFrom).toMatchObject({ to: '2011-12-12' });
  });
  test('are looked for in the parts alone that may hold them', async () => {
    const { deps } = setUp();
    const parts = ['1', '2', '3'].map((digit) => ({ from: `2010-0${digit}-01`, rows: 9, file: { ...snapshot.sales, sha256: digit.repeat(64) } }));
    const ranges = [
      { firstSeries: '10002', lastSeries: '85000', firstTime: '2010-01-01T00:00:00', lastTime: '2010-01-31T00:00:00' },
      { firstSeries: '10002', lastSeries: '90000', firstTime: '2010-02-01T00:00:00', lastTime: '2010-02-28T00:00:00' },
      { firstSeries: '10002', lastSeries: '90000', firstTime: '2010-03-01T00:00:00', lastTime: '2010-03-31T00:00:00' },
    ];
    const artifacts: typeof deps.artifacts = {
      fetchFile: async ({ sha256 }) => sha256.slice(0, 1),
      readJson: async ({ sha256 }) => ({ parts: sha256 === snapshot.sales.sha256 ? parts : parts.map(({ file }, i) => ({ sha256: file.sha256, ...ranges[i] })) }),
    };
    const asked: (readonly string[])[] = [];
    const tables: typeof deps.tables = { ...deps.tables, sourceRows: async ({ sales }) => (asked.push(sales), { total: 0, rows: [] }) };
    await lineage('ref=shop/85123A/2011-12-12&rows=true', { tables, artifacts });
    await lineage('ref=shop/85123A/2011-12-12&rows=true&from=2010-03-05', { tables, artifacts });
    expect(asked).toEqual([['2', '3'], ['3']]);
  });
  test('of a time are asked for with rows', async () => {
    expect((await refused(setUp().get('/v1/lineage?ref=shop/85123A/2011-12-12&from=2011-01-01'), 400)).message).toContain('ask for rows, too');
  });
  test('are there for one forecast only', async () => {
    expect((await refused(setUp().get('/v1/lineage?ref=run-1&rows=true'), 400)).message).toContain('not for a run');
    expect((await refused(setUp().get('/v1/lineage?ref=shop/v1&rows=true'), 400)).message).toContain(
      'PIPELINE/SERIES/DATE',
    );
  });
});

test('a run that found everything in the cache leads to its snapshot, and to its candidate', async () => {
  const { deps } = setUp();
  const runs: typeof deps.runs = {
    ...deps.runs,
    async get(runId) {
      const run = await deps.runs.get(runId === 'run-9' ? 'run-1' : runId);
      return run && { ...run, runId };
    },
  };
  const recorded: typeof deps.lineage = {
    resolve: async () => undefined,
    walk: async (node, direction, depth) => (node.id === 'run-9' ? [] : deps.lineage.walk(node, direction, depth)),
  };
  const up = await lineage('ref=run-9', { runs, lineage: recorded });
  expect(up.edges.map(({ output, input }) => [output.kind, input.kind])).toEqual([
    ['run', 'snapshot'],
    ['snapshot', 'source'],
  ]);
  const down = await lineage('ref=run-9&direction=down', { runs, lineage: recorded });
  expect(down.edges).toMatchObject([
    { output: { kind: 'candidate', id: result.candidate }, input: { kind: 'run', id: 'run-9' } },
  ]);
});

test.each([
  ['shop/85123A/2011-12-13', 'no forecast of "85123A" for 2011-12-13; it has 2011-12-12'],
  ['shop/85132A/2011-12-12', 'no series in shop called "85132A"; did you mean "85123A"?'],
  ['shap/85123A/2011-12-12', 'no pipeline "shap"; did you mean "shop"?'],
  ['nothing', 'nothing recorded is called "nothing": give PIPELINE/SERIES/DATE'],
])('%s is not found, and what is there is named', async (ref, expected) => {
  expect((await refused(setUp().get(`/v1/lineage?ref=${ref}`), 404)).message).toContain(expected);
});
