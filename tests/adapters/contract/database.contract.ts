import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import type { Database } from '../../../adapters/postgres/database.ts';
import type { StepContext } from '../../../contracts/steps.ts';
import { candidateOf, retrainInput, retrainResult, sha256, snapshotOf } from './governance-fixtures.ts';
import { describeGovernance } from './governance.contract.ts';
import { describeServed } from './served.contract.ts';
import { describeValidation } from './validation.contract.ts';

export type DatabaseOfActivities = Omit<Database, 'ping' | 'close'>;

/** What every database that activities work with must do. Each test takes names of its own, so that one database serves all. */
export function describeDatabase(name: string, get: () => DatabaseOfActivities): void {
  const fresh = (): string => randomUUID();

  describe(`runs in ${name}`, () => {
    test('a started run is running, and starting it again changes nothing', async () => {
      const { runs } = get();
      const runId = fresh();
      await runs.start(retrainInput(runId, 'shop', { cutoff: '2011-11-07' }));
      await runs.start(retrainInput(runId, 'shop', { actor: 'somebody else' }));
      expect(await runs.get(runId)).toEqual({
        runId, pipeline: 'shop', status: 'running', actor: 'ana', cutoff: '2011-11-07', requestedAt: '2026-03-02T04:00:00.000Z', steps: [],
      });
      expect(await runs.input(runId)).toEqual(retrainInput(runId, 'shop', { cutoff: '2011-11-07' }));
    });

    test('a finished run keeps its result to the last digit, and starting it again does not undo that', async () => {
      const { runs } = get();
      const runId = fresh();
      await runs.start(retrainInput(runId));
      await runs.finish({ runId, status: 'done', result: retrainResult(runId) });
      await runs.start(retrainInput(runId));
      const run = await runs.get(runId);
      expect(run).toMatchObject({ status: 'done', result: retrainResult(runId) });
      expect(Date.parse(run?.finishedAt ?? '')).toBeGreaterThan(0);
    });

    test('a failed run tells why, and is running without its error once reopened or started again', async () => {
      const { runs } = get();
      const runId = fresh();
      await runs.start(retrainInput(runId));
      const failed = { runId, status: 'failed', error: 'sales.csv row 3: no date', code: 'BadInput' } as const;
      await runs.finish(failed);
      expect(await runs.get(runId)).toMatchObject(failed);
      await runs.reopen(runId);
      const reopened = await runs.get(runId);
      expect(reopened?.status).toBe('running');
      expect(reopened).not.toHaveProperty('error');
      expect(reopened).not.toHaveProperty('finishedAt');
      await runs.finish(failed);
      await runs.start(retrainInput(runId));
      expect((await runs.get(runId))?.status).toBe('running');
    });

    test('a run that was never started is absent, and ending it is refused', async () => {
      const { runs } = get();
      expect(await runs.get('no such run')).toBeUndefined();
      expect(await runs.input('no such run')).toBeUndefined();
      await expect(runs.finish({ runId: 'no such run', status: 'done' })).rejects.toMatchObject({ code: 'NotFound' });
      await expect(runs.reopen('no such run')).rejects.toMatchObject({ code: 'NotFound' });
    });

    test('lists are newest first, and are narrowed by pipeline, status and limit', async () => {
      const { runs } = get();
      const pipeline = `p-${fresh()}`;
      const ids = [fresh(), fresh(), fresh()];
      for (const [i, runId] of ids.entries()) await runs.start(retrainInput(runId, pipeline, { requestedAt: `2026-03-0${i + 1}T00:00:00.000Z` }));
      await runs.finish({ runId: ids[1] ?? '', status: 'cancelled' });
      const listed = async (filter: Parameters<typeof runs.list>[0]): Promise<string[]> => (await runs.list(filter)).map(({ runId }) => runId);
      expect(await listed({ pipeline, limit: 10 })).toEqual([...ids].reverse());
      expect(await listed({ pipeline, limit: 1 })).toEqual([ids[2]]);
      expect(await listed({ pipeline, status: 'running', limit: 10 })).toEqual([ids[2], ids[0]]);
    });
  });

  describe(`steps in ${name}`, () => {
    const contextOf = (runId: string, step: StepContext['step'] = 'clean'): StepContext => ({ runId, pipeline: 'shop', step });

    test('a step runs, then is done with its seconds and note', async () => {
      const { steps } = get();
      const context = contextOf(fresh());
      await steps.begin(context, { attempt: 1 });
      const [running] = await steps.list(context.runId);
      expect(running).toMatchObject({ step: 'clean', status: 'running', attempt: 1 });
      await steps.complete(context, { cached: false, seconds: 1.25, note: '3 rows' });
      expect(await steps.list(context.runId)).toEqual([{ ...running, status: 'done', seconds: 1.25, note: '3 rows' }]);
    });

    test('an attempt that another one follows leaves the step running with the error, which the next attempt takes away', async () => {
      const { steps } = get();
      const context = contextOf(fresh());
      await steps.begin(context, { attempt: 1 });
      const [first] = await steps.list(context.runId);
      await steps.fail(context, { error: 'store away', final: false });
      expect(await steps.list(context.runId)).toEqual([{ ...first, error: 'store away' }]);
      await steps.begin(context, { attempt: 2 });
      expect(await steps.list(context.runId)).toEqual([{ ...first, attempt: 2 }]);
      await steps.complete(context, { cached: true, seconds: 0 });
      expect((await steps.list(context.runId))[0]?.status).toBe('cached');
    });

    test('a final failure is failed; a failure reported after the end is not heard', async () => {
      const { steps } = get();
      const context = contextOf(fresh());
      await steps.begin(context, { attempt: 1 });
      await steps.fail(context, { error: 'bad column', final: true });
      expect((await steps.list(context.runId))[0]).toMatchObject({ status: 'failed', error: 'bad column' });
      await steps.begin(context, { attempt: 2 });
      await steps.complete(context, { cached: false, seconds: 1 });
      await steps.fail(context, { error: 'late', final: true });
      const [state] = await steps.list(context.runId);
      expect(state?.status).toBe('done');
      expect(state).not.toHaveProperty('error');
    });

    test('marks: running counts the seconds, skipped has none, given seconds are taken, an absent note keeps the former', async () => {
      const { steps } = get();
      const runId = fresh();
      await steps.mark({ runId, step: 'search:lightgbm', status: 'running', note: 'trial 1 of 8' });
      await steps.mark({ runId, step: 'search:lightgbm', status: 'done' });
      await steps.mark({ runId, step: 'embed:text', status: 'skipped' });
      await steps.mark({ runId, step: 'search:lstm', status: 'cached', seconds: 0.5 });
      const [embed, lightgbm, lstm] = await steps.list(runId);
      expect(embed).toEqual({ step: 'embed:text', status: 'skipped' });
      expect(lightgbm).toMatchObject({ status: 'done', note: 'trial 1 of 8' });
      expect(lightgbm?.seconds).toBeGreaterThanOrEqual(0);
      expect(lstm).toEqual({ step: 'search:lstm', status: 'cached', seconds: 0.5 });
    });

    test('steps are listed in the order of the DAG', async () => {
      const { steps } = get();
      const runId = fresh();
      for (const step of ['propose', 'ingest', 'features', 'clean'] as const) await steps.begin(contextOf(runId, step), { attempt: 1 });
      expect((await steps.list(runId)).map(({ step }) => step)).toEqual(['ingest', 'clean', 'features', 'propose']);
    });
  });

  describe(`step cache in ${name}`, () => {
    test('an unknown key has no outputs', async () => {
      expect(await get().stepCache.get(fresh())).toBeUndefined();
    });

    test('of many who store under one key at once, all get what one of them stored', async () => {
      const { stepCache } = get();
      const key = fresh();
      const given = await Promise.all(Array.from({ length: 8 }, (_, i) => stepCache.put(key, { step: 'clean', outputs: { writer: i } })));
      expect(new Set(given.map((outputs) => JSON.stringify(outputs))).size).toBe(1);
      expect(await stepCache.get(key)).toEqual(given[0]);
    });

    test('outputs named as unusable are replaced, once, and others never', async () => {
      const { stepCache } = get();
      const key = fresh();
      const [gone, mended] = [{ table: 'gone', a: 0.1 }, { table: 'mended' }];
      await stepCache.put(key, { step: 'clean', outputs: gone });
      expect(await stepCache.put(key, { step: 'clean', outputs: { table: 'other' }, unusable: { table: 'never stored' } })).toEqual(gone);
      expect(await stepCache.put(key, { step: 'clean', outputs: mended, unusable: gone })).toEqual(mended);
      expect(await stepCache.put(key, { step: 'clean', outputs: { table: 'late' }, unusable: gone })).toEqual(mended);
      expect(await stepCache.get(key)).toEqual(mended);
    });

    test('outputs come back with their keys in the order they had', async () => {
      const { stepCache } = get();
      const outputs = { z: 1, a: { y: 0.1 + 0.2, b: [null, 'Ünïcode ✓ 中文'] } };
      expect(JSON.stringify(await stepCache.put(fresh(), { step: 'clean', outputs }))).toBe(JSON.stringify(outputs));
    });
  });

  describe(`snapshots in ${name}`, () => {
    test('a snapshot is stored once per pipeline and found by the beginning of its digest', async () => {
      const { snapshots } = get();
      const [pipeline, text] = [`p-${fresh()}`, fresh()];
      const first = snapshotOf(text);
      const { texts: _, ...second } = snapshotOf(`${text} later`);
      await snapshots.put(pipeline, first);
      await snapshots.put(pipeline, first);
      await snapshots.put(pipeline, second);
      expect((await snapshots.list({ pipeline })).map(({ snapshot }) => snapshot)).toEqual([second, first]);
      expect((await snapshots.find(first.digest.slice(0, 24)))?.snapshot).toEqual(first);
      expect(await snapshots.find('nothing begins so')).toBeUndefined();
      await expect(snapshots.find('')).rejects.toMatchObject({ code: 'BadInput' });
    });
  });

  describe(`candidates in ${name}`, () => {
    test('versions count 1, 2, 3 within a pipeline, and a digest keeps its own', async () => {
      const { candidates } = get();
      const pipeline = `p-${fresh()}`;
      const first = await candidates.register(candidateOf(pipeline, 'a'));
      expect(first).toEqual({ ...candidateOf(pipeline, 'a'), version: 1 });
      expect((await candidates.register(candidateOf(pipeline, 'b'))).version).toBe(2);
      expect(await candidates.register({ ...candidateOf(pipeline, 'a'), runId: 'another run' })).toEqual(first);
      expect((await candidates.list(pipeline)).map(({ version }) => version)).toEqual([2, 1]);
    });

    test('a digest that was measured again keeps its version, and takes what was measured', async () => {
      const { candidates } = get();
      const pipeline = `p-${fresh()}`;
      const first = await candidates.register(candidateOf(pipeline, 'a'));
      const { evidence, metrics, report, forecasts } = candidateOf(pipeline, 'a measured again');
      const measured = { evidence: { ...evidence, candidate: first.digest }, metrics: metrics.map((row) => ({ ...row, wape: 0.5 })), report, forecasts };
      const again = await candidates.register({ ...candidateOf(pipeline, 'a'), ...measured, runId: 'another run', createdAt: '2026-04-01T00:00:00.000Z' });
      expect(again).toEqual({ ...first, ...measured });
      expect(await candidates.list(pipeline)).toEqual([again]);
    });

    test('twenty registered at once get twenty versions without a gap', async () => {
      const { candidates } = get();
      const pipeline = `p-${fresh()}`;
      const registered = await Promise.all(Array.from({ length: 20 }, (_, i) => candidates.register(candidateOf(pipeline, `c${i}`))));
      expect(registered.map(({ version }) => version).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });

    test('a candidate is found by digest, by its beginning and by version', async () => {
      const { candidates } = get();
      const pipeline = `p-${fresh()}`;
      const registered = await candidates.register(candidateOf(pipeline, 'found'));
      for (const ref of [registered.digest, registered.digest.slice(0, 12), '1', 'v1']) expect(await candidates.find({ pipeline, ref })).toEqual(registered);
      expect(await candidates.find({ pipeline, ref: 'v9' })).toBeUndefined();
      expect(await candidates.find({ pipeline, ref: 'xyz' })).toBeUndefined();
    });

    test('what several candidates answer to is refused', async () => {
      const { candidates } = get();
      const text = fresh();
      await candidates.register(candidateOf(`p-${fresh()}`, text));
      await candidates.register(candidateOf(`p-${fresh()}`, text));
      await expect(candidates.find({ ref: sha256(text) })).rejects.toMatchObject({ code: 'BadInput' });
      await expect(candidates.find({ ref: 'v1' })).rejects.toMatchObject({ code: 'BadInput' });
    });
  });

  describeGovernance(name, get);
  describeServed(name, get);
  describeValidation(name, get);
}
