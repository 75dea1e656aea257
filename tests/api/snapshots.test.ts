import { expect, test } from 'vitest';

import type { RunValidation } from '../../contracts/data.ts';
import { snapshotDetailSchema, snapshotDiffSchema, snapshotListSchema, touchedSchema } from '../../contracts/http-snapshots.schema.ts';
import type { SalesMeaning, TableProfile } from '../../contracts/profile.ts';
import { createFakes, earlierSnapshot, result, snapshot } from './fake-dependencies.ts';
import { refused, scratch, setUp } from './harness.ts';
import { profile } from './snapshot-fixtures.ts';

const fakes = createFakes(scratch).deps;

test('a list says which pipelines have a snapshot and since when', async () => {
  const { snapshots } = snapshotListSchema.parse(await (await setUp().get('/v1/snapshots')).json());
  expect(snapshots.map(({ digest, pipelines, storedAt }) => [digest, pipelines, storedAt])).toEqual([
    [snapshot.digest, ['shop'], '2025-11-24T08:01:00.000Z'], [earlierSnapshot.digest, ['shop'], '2025-11-17T08:01:00.000Z'],
  ]);
});

test.each([['shop', snapshot], ['shop@latest', snapshot], ['shop@previous', earlierSnapshot], ['4444', earlierSnapshot]])('%s is found', async (ref, expected) => {
  const detail = snapshotDetailSchema.parse(await (await setUp().get(`/v1/snapshots/${encodeURIComponent(ref)}`)).json());
  expect(detail.snapshot.digest).toBe(expected.digest);
  expect(detail.profile).toEqual(profile);
});

test('a pipeline that never met another snapshot has no previous one', async () => {
  const snapshots = { ...fakes.snapshots, list: async () => [{ pipeline: 'shop', storedAt: '2025-11-24T08:01:00.000Z', snapshot }] };
  expect((await refused(setUp({ snapshots }).get('/v1/snapshots/shop@previous'), 404)).message).toContain('one snapshot only');
  expect((await refused(setUp().get('/v1/snapshots/shpo@latest'), 404)).message).toContain('did you mean "shop@latest"');
});

test('a profile that came with the snapshot is read; one of before there were profiles is computed once, with what the pipeline file says', async () => {
  const asked: { frequency: string; meaning: SalesMeaning; files: readonly string[] }[] = [];
  const tables = { ...fakes.tables, profileTable: async (request: (typeof asked)[number]) => { asked.push(request); return profile; } };
  const { get } = setUp({ tables });
  await get('/v1/snapshots/555');
  await get('/v1/snapshots/555');
  expect(asked).toEqual([{ frequency: 'week', meaning: {}, series: 2, files: [`/cache/${'8'.repeat(64)}`] }]);
  const kept: TableProfile = { ...profile, rows: 101 };
  const ref = { ...snapshot.manifest, sha256: '7'.repeat(64) };
  const snapshots = { ...fakes.snapshots, find: async () => ({ pipeline: 'shop', storedAt: '', snapshot: { ...snapshot, profile: ref } }) };
  const artifacts = { ...fakes.artifacts, readJson: async () => kept };
  expect(snapshotDetailSchema.parse(await (await setUp({ snapshots, artifacts, tables }).get('/v1/snapshots/555')).json()).profile.rows).toBe(101);
  expect(asked).toHaveLength(1);
});

test('a profile that could not be computed is tried again', async () => {
  let attempts = 0;
  const tables = { ...fakes.tables, profileTable: () => (attempts++ === 0 ? Promise.reject(new Error('no memory')) : Promise.resolve(profile)) };
  const { get } = setUp({ tables });
  expect((await get('/v1/snapshots/555')).status).toBe(500);
  expect((await get('/v1/snapshots/555')).status).toBe(200);
});

test('what the rules found in a snapshot stands with it', async () => {
  const validation: RunValidation = {
    runId: 'run-1', pipeline: 'shop', snapshot: snapshot.digest,
    outcomes: [{ rule: 'target range ≥ 0', kind: 'range', column: 'target', severity: 'warn', holds: false, found: '3 rows below 0', broken: 3, rows: 90, examples: [{ file: 0, row: 17 }] }],
  };
  const validationResults = { ofRun: async (runId: string) => (runId === 'run-1' ? validation : undefined) };
  const detail = snapshotDetailSchema.parse(await (await setUp({ validationResults }).get('/v1/snapshots/555')).json());
  expect(detail.validation).toMatchObject({ runId: 'run-1', results: [{ holds: false, examples: [{ uri: 'sales.csv', row: 17 }] }] });
  expect(snapshotDetailSchema.parse(await (await setUp({ validationResults }).get('/v1/snapshots/444')).json()).validation).toBeUndefined();
});

test('touched cells have a rule and a reason; those of periods without a row are counted, and listed on request', async () => {
  const asked: (readonly number[] | undefined)[] = [];
  const tables: typeof fakes.tables = { ...fakes.tables, touchedCells: (request) => { asked.push(request.codes); return fakes.tables.touchedCells(request); } };
  const { get } = setUp({ tables });
  const all = touchedSchema.parse(await (await get('/v1/snapshots/shop/touched?limit=2')).json());
  expect(all).toMatchObject({ snapshot: snapshot.digest, runId: 'run-1', cells: 108 });
  expect(all.rules).toEqual([
    { rule: 'no-sale', reason: 'no row: nothing was sold, 0', cells: 20 },
    { rule: 'outlier', reason: 'beyond 3 interquartile ranges of its own past, clipped', cells: 2 },
    { rule: 'unknown', reason: 'not known: left out', cells: 1 },
  ]);
  expect(all.touched).toEqual([
    { series: '71053', period: '2011-01-17', rule: 'unknown', sold: null, used: 4 },
    { series: '85123A', period: '2011-03-07', rule: 'outlier', sold: 74_215, used: 410 },
  ]);
  await get('/v1/snapshots/shop/touched?rule=no-sale');
  expect(asked[0]).not.toContain(1);
  expect(asked[1]).toEqual([1]);
});

test('a wrong rule, a series that is not there and a run that recorded nothing are told apart', async () => {
  const { get } = setUp();
  expect((await refused(get('/v1/snapshots/shop/touched?rule=outliers'), 400)).message).toContain('stock-out');
  expect((await refused(get('/v1/snapshots/shop/touched?series=nowhere'), 404)).message).toContain('no series "nowhere"');
  expect((await refused(get('/v1/snapshots/444/touched'), 404)).message).toContain('no finished run on snapshot 444444444444');
  expect(result.cleaned).toBeDefined();
});

test('a difference has a verdict in words, sources by address and figures of both sides', async () => {
  const diff = snapshotDiffSchema.parse(await (await setUp().get('/v1/snapshots/shop@previous/diff/shop@latest')).json());
  expect(diff.a.digest).toBe(earlierSnapshot.digest);
  expect(diff.rows.examples).toEqual([{ uri: 'sales.csv', row: 17, series: '85123A', column: 'target', a: '6.0', b: '60.0' }]);
  expect(diff.verdict).toContain('Rows: 5 added, 0 removed, 1 changed (target in 1).');
  expect(diff.verdict).toContain('1 series appeared: 71053.');
  expect(diff.verdict).toContain('The last kept row is of 2011-12-09 (was 2011-12-02).');
});

test('columns whose digests agree need no look; the others are compared and read by the usual limits', async () => {
  const asked: (readonly string[])[] = [];
  const changed: TableProfile = { ...profile, columns: profile.columns.map((column) => (column.name === 'price' ? { ...column, digest: '0'.repeat(64), unit: 'EUR', type: 'FLOAT' } : column)) };
  let profiles = [profile, changed];
  const tables: typeof fakes.tables = {
    ...fakes.tables,
    profileTable: async () => { const [next = profile, ...rest] = profiles; profiles = rest; return next; },
    diffSnapshots: (request) => { asked.push(request.columns); return fakes.tables.diffSnapshots(request); },
  };
  const diff = snapshotDiffSchema.parse(await (await setUp({ tables }).get('/v1/snapshots/444/diff/555')).json());
  expect(asked).toEqual([['price']]);
  expect(diff.schema).toEqual([{ change: 'type', column: 'price', a: 'DOUBLE', b: 'FLOAT' }, { change: 'unit', column: 'price', a: 'GBP', b: 'EUR' }]);
  expect(diff.columns.find(({ name }) => name === 'price')).toMatchObject({ isSame: false, psi: 0.41, stability: 'changed', ks: 0.33 });
  expect(diff.columns.find(({ name }) => name === 'series')).toMatchObject({ isSame: true, psi: 0, stability: 'stable' });
  expect(diff.verdict).toContain('price: the distribution is another one (PSI 0.41, KS 0.33), mean 2.5 became 2.5.');
});

test('a snapshot differs from itself in nothing', async () => {
  const diff = snapshotDiffSchema.parse(await (await setUp().get('/v1/snapshots/555/diff/555')).json());
  expect(diff.verdict).toEqual(['It is the same snapshot: nothing differs.']);
});
