import { readdirSync, rmSync } from 'node:fs';

import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { DecisionRefused, ServiceUnavailable } from '../../contracts/failure.ts';
import { lineageSchema } from '../../contracts/http-lineage.schema.ts';
import * as snapshots from '../../contracts/http-snapshots.schema.ts';
import * as http from '../../contracts/http.schema.ts';
import { stepNames } from '../../contracts/steps.ts';
import { actor, champion, createFakes, evidence, pipelineText, snapshot } from './fake-dependencies.ts';
import { refused, scratch, setUp } from './harness.ts';

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const reads: readonly [string, z.ZodType][] = [
  ['/v1/runs', http.runListSchema],
  ['/v1/runs?pipeline=shop&status=running&limit=5', http.runListSchema],
  ['/v1/runs/run-1', http.runDetailSchema],
  ['/v1/runs/run-2', http.runDetailSchema],
  ['/v1/pipelines/shop/candidates', http.candidateListSchema],
  ['/v1/candidates/compare?a=1&b=2&pipeline=shop', http.comparisonSchema],
  ['/v1/proposals?status=open', http.proposalListSchema],
  ['/v1/proposals/prop', http.proposalSchema],
  ['/v1/pipelines/shop/champion', http.championHistorySchema],
  ['/v1/pipelines/shop/champion?at=2025-12-01T00:00:00Z', http.championHistorySchema],
  ['/v1/pipelines/shop/forecasts?series=85123A', http.forecastSchema],
  ['/v1/lineage?ref=shop/85123A/2011-12-12&direction=up&rows=true', lineageSchema],
  ['/v1/lineage?ref=run-1&direction=down', lineageSchema],
  ['/v1/runs/run-1/validation', http.runValidationSchema],
  ['/v1/snapshots', snapshots.snapshotListSchema],
  ['/v1/snapshots/555', snapshots.snapshotDetailSchema],
  ['/v1/snapshots/shop@latest/touched', snapshots.touchedSchema],
  ['/v1/snapshots/444/diff/shop', snapshots.snapshotDiffSchema],
  ['/v1/audit/verify', http.auditSchema],
  ['/healthz', http.healthSchema],
];

test.each(reads)('GET %s answers what its schema says', async (path, schema) => {
  const response = await setUp().get(path);
  expect(response.status).toBe(200);
  expect(schema.safeParse(await response.json()).error).toBeUndefined();
});

test('the OpenAPI document lists exactly the routes that the tests ask', async () => {
  const document = z
    .object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(await (await setUp().get('/openapi.json')).json());
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(document.openapi).toBe('3.1.0');
  expect(listed.toSorted()).toEqual([
    'get /healthz',
    'get /v1/audit/verify',
    'get /v1/candidates/compare',
    'get /v1/lineage',
    'get /v1/pipelines/{pipeline}/candidates',
    'get /v1/pipelines/{pipeline}/champion',
    'get /v1/pipelines/{pipeline}/forecasts',
    'get /v1/pipelines/{pipeline}/forecasts/export',
    'get /v1/proposals',
    'get /v1/proposals/{id}',
    'get /v1/runs',
    'get /v1/runs/{id}',
    'get /v1/runs/{id}/validation',
    'get /v1/snapshots',
    'get /v1/snapshots/{a}/diff/{b}',
    'get /v1/snapshots/{digest}',
    'get /v1/snapshots/{digest}/touched',
    'post /v1/proposals/{id}/decision',
    'post /v1/runs',
    'post /v1/runs/{id}/cancel',
    'post /v1/runs/{id}/retry',
  ]);
});

describe('runs', () => {
  test('a run can be looked at from the moment its id is known, with every step of the DAG', async () => {
    const { post, get, started } = setUp();
    const response = await post('/v1/runs', {
      pipeline: pipelineText,
      baseFolder: '/data',
      cutoff: '2011-11-07',
      seed: 11,
    });
    expect(response.status).toBe(202);
    expect(http.startedRunSchema.parse(await response.json())).toEqual({
      runId: 'run-3',
      workflowId: 'retrain/shop/run-3',
    });
    expect(started[0]).toMatchObject({
      actor: 'ana',
      cutoff: '2011-11-07',
      pipeline: { search: { seed: 11 }, horizon: 4 },
    });
    const detail = http.runDetailSchema.parse(await (await get('/v1/runs/run-3')).json());
    expect(detail.run.status).toBe('running');
    expect(detail.steps).toHaveLength(stepNames.length);
  });
  test('a run that Temporal did not take is recorded as failed, with the reason', async () => {
    const temporal = {
      ...createFakes(scratch).deps.temporal,
      startRetrain: () => Promise.reject(new ServiceUnavailable('Temporal does not answer')),
    };
    const { post, get } = setUp({ temporal });
    expect((await refused(post('/v1/runs', { pipeline: pipelineText, baseFolder: '/data' }), 503)).code).toBe(
      'ServiceUnavailable',
    );
    expect(http.runDetailSchema.parse(await (await get('/v1/runs/run-3')).json()).run).toMatchObject({
      status: 'failed',
      code: 'ServiceUnavailable',
    });
  });
  test('a retry is a new run of the same input; a running run is not repeated', async () => {
    const { post, started } = setUp();
    const response = await post('/v1/runs/run-1/retry');
    expect(response.status).toBe(202);
    expect(http.startedRunSchema.parse(await response.json()).runId).toBe('run-3');
    expect(started[0]).toMatchObject({ runId: 'run-3', baseFolder: '/data', pipeline: { name: 'shop' } });
    await refused(post('/v1/runs/run-2/retry'), 409);
  });
  test('a running run is asked to stop; a finished one is not', async () => {
    const { post, cancelled } = setUp();
    expect(http.cancelledRunSchema.parse(await (await post('/v1/runs/run-2/cancel')).json())).toEqual({
      runId: 'run-2',
      cancelling: true,
    });
    expect(cancelled).toEqual(['shop/run-2']);
    await refused(post('/v1/runs/run-1/cancel'), 409);
  });
  test('a pipeline with an unknown key or a wrong parameter is refused by name', async () => {
    const { post, started } = setUp();
    expect(
      (await refused(post('/v1/runs', { pipeline: { ...pipelineText, horizont: 4 }, baseFolder: '/data' }), 400))
        .message,
    ).toContain('horizont');
    const search = { space: { lightgbm: { num_leafs: 3 } } };
    expect(
      (await refused(post('/v1/runs', { pipeline: { ...pipelineText, search }, baseFolder: '/data' }), 400)).message,
    ).toContain('search.space.lightgbm.num_leafs');
    expect(started).toEqual([]);
  });
});

describe('decisions', () => {
  const decision = { verdict: 'approve', reason: 'better', evidence };
  test('a decision carries who sent it and the evidence they saw', async () => {
    const { post, decisions } = setUp();
    const response = await post('/v1/proposals/prop/decision', decision, {
      ...actor,
      'x-forecastle-user': encodeURIComponent('Zoë 李'),
    });
    expect(http.decisionOutcomeSchema.parse(await response.json()).status).toBe('approved');
    expect(decisions).toEqual([{ ...decision, proposalId: 'prop-1', actor: 'Zoë 李' }]);
  });
  test('an empty reason is refused before anything is asked', async () => {
    const { post, decisions } = setUp();
    expect(
      (await refused(post('/v1/proposals/prop-1/decision', { ...decision, reason: '  ' }), 400)).message,
    ).toContain('reason');
    expect(decisions).toEqual([]);
  });
  test('what the champion workflow refuses keeps its code and words', async () => {
    const temporal = {
      ...createFakes(scratch).deps.temporal,
      decide: () => Promise.reject(new DecisionRefused('ana may not approve her own candidate')),
    };
    expect(await refused(setUp({ temporal }).post('/v1/proposals/prop-1/decision', decision), 409)).toEqual({
      code: 'DecisionRefused',
      message: 'ana may not approve her own candidate',
    });
  });
});

describe('wrong names', () => {
  test.each([
    ['/v1/runs/run-11', 'run-1'],
    ['/v1/pipelines/shopp/candidates', 'shop'],
    ['/v1/runs?pipeline=shpo', 'shop'],
    ['/v1/pipelines/shop/forecasts?series=85132A', '85123A'],
    ['/v1/proposals/propp-1', 'prop-1'],
  ])('GET %s is not found, and the nearest right name is given', async (path, right) => {
    expect((await refused(setUp().get(path), 404)).message).toContain(`did you mean "${right}"`);
  });
  test('names that nothing is near to are told what there is', async () => {
    const digest = snapshot.digest.slice(0, 12);
    expect((await refused(setUp().get('/v1/snapshots/99'), 404)).message).toMatch(new RegExp(`^no snapshot "99"; there are .*"${digest}"`));
    expect((await refused(setUp().get('/v1/candidates/compare?a=9&b=1&pipeline=shop'), 404)).message).toMatch(/^no candidate "9"; there are "[12]", "[12]"$/);
  });
  test('a moment before the first champion says so', async () => {
    expect((await refused(setUp().get('/v1/pipelines/shop/champion?at=2025-01-01T00:00:00Z'), 404)).message).toBe(
      'shop had no champion at 2025-01-01T00:00:00Z',
    );
  });
  test.each(['/v1/nothing', '/v1/lineage?ref=nothing'])('GET %s is not found', async (path) => {
    await refused(setUp().get(path), 404);
  });
  test.each([
    '/v1/runs?limit=0',
    '/v1/runs?status=fine',
    '/v1/pipelines/shop/champion?at=yesterday',
    '/v1/lineage',
    '/v1/lineage?ref=run-1&rows=true',
  ])('GET %s is bad input', async (path) => {
    await refused(setUp().get(path), 400);
  });
});

describe('exports', () => {
  test('CSV comes as a file, and the scratch copy goes', async () => {
    const response = await setUp().get('/v1/pipelines/shop/forecasts/export?format=csv');
    expect(response.headers.get('content-type')).toBe('text/csv');
    expect(response.headers.get('content-disposition')).toContain(`shop-v${champion.version}.csv`);
    expect(await response.text()).toBe('unique_id,ds,y_hat\n85123A,2011-12-12,12.5\n');
    await expect.poll(() => readdirSync(scratch)).toEqual([]);
  });
  test('Parquet of a chosen candidate', async () => {
    const response = await setUp().get('/v1/pipelines/shop/forecasts/export?format=parquet&candidate=2');
    expect(response.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    expect(response.headers.get('content-disposition')).toContain('shop-v2.parquet');
    expect((await response.text()).length).toBeGreaterThan(0);
    await expect.poll(() => readdirSync(scratch)).toEqual([]);
  });
  test('HEAD tells name and type, and writes no file', async () => {
    const written: string[] = [];
    const { app } = setUp({ tables: { ...createFakes(scratch).deps.tables, exportForecasts: async ({ out }) => void written.push(out) } });
    const path = 'http://localhost/v1/pipelines/shop/forecasts/export?format=parquet';
    const response = await app.request(path, { method: 'HEAD', headers: { host: 'localhost:8080' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    expect(response.headers.get('content-disposition')).toContain(`shop-v${champion.version}.parquet`);
    expect(written).toEqual([]);
    const unknown = path.replace('shop', 'nowhere');
    expect((await app.request(unknown, { method: 'HEAD', headers: { host: 'localhost:8080' } })).status).toBe(404);
  });
  test('a failed export leaves nothing in scratch', async () => {
    const tables = {
      ...createFakes(scratch).deps.tables,
      exportForecasts: () => Promise.reject(new ServiceUnavailable('no room')),
    };
    await refused(setUp({ tables }).get('/v1/pipelines/shop/forecasts/export'), 503);
    await expect.poll(() => readdirSync(scratch)).toEqual([]);
  });
});

test('two candidates are told apart by metric and by parameter', async () => {
  const comparison = http.comparisonSchema.parse(await (await setUp().get('/v1/candidates/compare?a=1&b=2')).json());
  expect(comparison.changed).toEqual([{ what: 'lightgbm.num_leaves', a: '31', b: '63' }]);
  expect(
    comparison.rows.find((row) => row.model === 'seasonal-naive' && row.split === 'test' && row.metric === 'wape'),
  ).toMatchObject({ a: null, difference: null });
});

test('a server that does not answer makes health degraded and names it', async () => {
  const response = await setUp({ health: { temporal: () => Promise.reject(new Error('connection refused')) } }).get(
    '/healthz',
  );
  expect(response.status).toBe(503);
  expect(http.healthSchema.parse(await response.json()).checks['temporal']).toEqual({
    ok: false,
    error: 'connection refused',
  });
});
