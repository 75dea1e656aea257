import { AsyncResource } from 'node:async_hooks';

import { beforeEach, describe, expect, test, vi } from 'vitest';

import { withHeartbeat } from '../../activities/step.ts';
import { BadInput, ServiceUnavailable } from '../../contracts/failure.ts';
import { at, attempt, quietEnvironment, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
let worked: number;
beforeEach(() => {
  given = surroundings(folder());
  worked = 0;
});

const count = async (): Promise<{ n: number }> => ({ n: (worked += 1) });
const once = (parameters: unknown, work: () => Promise<unknown> = count, activity = 'clean') => attempt(() => given.steps.once(activity, parameters, work));

describe('a unit of work', () => {
  test('is done once for the same parameters, in whatever order they are written', async () => {
    expect(await once({ a: 1, b: [2, { c: 3, d: 4 }] })).toEqual({ value: { n: 1 }, cached: false });
    expect(await once({ b: [2, { d: 4, c: 3 }], a: 1 })).toEqual({ value: { n: 1 }, cached: true });
    expect(worked).toBe(1);
  });

  test.each<[string, unknown]>([
    ['another value', { factor: 4, on: true }],
    ['a value of another kind', { factor: '3', on: true }],
    ['one parameter less', { factor: 3 }],
    ['one parameter more', { factor: 3, on: true, more: null }],
  ])('is done again for %s', async (_, parameters) => {
    await once({ factor: 3, on: true });
    expect(await once(parameters)).toMatchObject({ cached: false });
    expect(worked).toBe(2);
  });

  test('is done again by another activity, and when the code behind it has changed', async () => {
    await once({});
    expect(await once({}, count, 'validate')).toMatchObject({ cached: false });
    given.versions.set('clean', 'v2');
    expect(await once({})).toMatchObject({ cached: false });
    given.versions.set('clean', 'v1');
    expect(await once({})).toMatchObject({ cached: true, value: { n: 1 } });
  });

  test('depends on the content of artifacts, not on where they lie', async () => {
    const here = await given.artifacts.publishJson('primary', { rows: 3 });
    await once({ table: here });
    expect(await once({ table: { ...here, uri: 's3://other/elsewhere.json' } })).toMatchObject({ cached: true });
    const other = await given.artifacts.publishJson('primary', { rows: 4 });
    expect(await once({ table: other })).toMatchObject({ cached: false });
  });

  test('that failed is not remembered', async () => {
    await expect(once({}, () => Promise.reject(new ServiceUnavailable('the store is away')))).rejects.toThrow('the store is away');
    expect(await once({})).toMatchObject({ cached: false, value: { n: 1 } });
  });

  test('that was cancelled while it worked is not remembered, whatever it returned', async () => {
    const environment = quietEnvironment();
    const cancelled = environment.run<[], unknown, () => Promise<unknown>>(() =>
      given.steps.once('clean', {}, async () => {
        environment.cancel();
        return 'half of it';
      }),
    );
    await expect(cancelled).rejects.toThrow();
    expect(await once({})).toMatchObject({ cached: false });
  });

  test('that two attempts do at once has one result: that of the first to end', async () => {
    let release: () => void = () => undefined;
    const otherEnded = new Promise<void>((resolve) => { release = resolve; });
    const slow = once({}, async () => {
      await otherEnded;
      return { by: 'the slow one' };
    });
    expect(await once({}, async () => ({ by: 'the fast one' }))).toEqual({ value: { by: 'the fast one' }, cached: false });
    release();
    expect((await slow).value).toEqual({ by: 'the fast one' });
  });

  test('whose artifact has gone from the store is done again, and is there again', async () => {
    const publish = async () => ({ report: await given.artifacts.publishJson('reports', { ok: true }) });
    const first = (await once({}, publish)).value as Awaited<ReturnType<typeof publish>>;
    given.objects.delete(first.report.uri);
    expect(await once({}, publish)).toEqual({ value: first, cached: false });
    expect(await given.artifacts.exists(first.report)).toBe(true);
    expect(await once({}, publish)).toMatchObject({ cached: true });
  });

  test('whose artifact has gone and that is made elsewhere or otherwise now is remembered as it is now', async () => {
    const publish = (report: unknown) => async () => ({ report: await given.artifacts.publishJson('reports', report) });
    const first = (await once({}, publish({ made: 1 }))).value as { report: { uri: string } };
    given.objects.delete(first.report.uri);
    const second = await once({}, publish({ made: 2 }));
    expect(second).toMatchObject({ cached: false });
    expect(second.value).not.toEqual(first);
    expect(await once({}, publish({ made: 3 }))).toEqual({ value: second.value, cached: true });
  });

  test('that returns nothing is remembered as that', async () => {
    const nothing = async (): Promise<null> => {
      worked += 1;
      return null;
    };
    await once({}, nothing);
    expect(await once({}, nothing)).toEqual({ value: null, cached: true });
    expect(worked).toBe(1);
  });
});

describe('the row of a step', () => {
  const unit = (parameters: unknown = {}) => ({ activity: 'clean', parameters, note: ({ n }: { n: number }) => `${n} cells` });
  const rowOf = async (runId = 'run-1') => (await given.database.steps.list(runId))[0];

  test('says done with its note the first time and cached the second, in whichever run', async () => {
    expect(await attempt(() => given.steps.step(at('clean'), unit(), count))).toEqual({ n: 1 });
    expect(await rowOf()).toMatchObject({ step: 'clean', status: 'done', note: '1 cells', attempt: 1, seconds: expect.any(Number) });
    await attempt(() => given.steps.step(at('clean', 'run-2'), unit(), count));
    expect(await rowOf('run-2')).toMatchObject({ status: 'cached', note: '1 cells' });
    expect(worked).toBe(1);
  });

  test('says running while it works', async () => {
    await attempt(() => given.steps.step(at('clean'), unit(), async () => {
      expect(await rowOf()).toMatchObject({ status: 'running', attempt: 3 });
      return count();
    }), 3);
    expect(worked).toBe(1);
  });

  test('says failed with the reason when trying again will not help, and goes on running when it may', async () => {
    const fail = (error: Error) => attempt(() => given.steps.step(at('clean'), unit(), () => Promise.reject(error)));
    await expect(fail(new ServiceUnavailable('away'))).rejects.toThrow(ServiceUnavailable);
    expect(await rowOf()).toMatchObject({ status: 'running', error: 'away' });
    await expect(fail(new BadInput('row 3 has no date'))).rejects.toThrow(BadInput);
    expect(await rowOf()).toMatchObject({ status: 'failed', error: 'row 3 has no date' });
  });

  test('of a step that is mended on the next attempt keeps no error', async () => {
    await attempt(() => given.steps.step(at('clean'), unit(), () => Promise.reject(new ServiceUnavailable('away')))).catch(() => undefined);
    await attempt(() => given.steps.step(at('clean'), unit(), count), 2);
    const row = await rowOf();
    expect(row).toMatchObject({ status: 'done', attempt: 2 });
    expect(row).not.toHaveProperty('error');
  });
});

describe('an effect', () => {
  const effect = (unchanged: boolean) => attempt(() => given.steps.effect(at('register'), () => ({ note: 'version 1', unchanged }), count));

  test('is never served from the cache; its row says cached where it changed nothing', async () => {
    expect(await effect(false)).toEqual({ n: 1 });
    expect((await given.database.steps.list('run-1'))[0]).toMatchObject({ status: 'done', note: 'version 1' });
    expect(await effect(true)).toEqual({ n: 2 });
    expect((await given.database.steps.list('run-1'))[0]).toMatchObject({ status: 'cached' });
  });
});

test.each(['ends', 'fails'])('work that takes long says so to Temporal every few seconds, and no more when it %s', async (how) => {
  vi.useFakeTimers();
  const fakeInterval = setInterval;
  // Real timers remember who set them, fake ones do not, and a heartbeat needs to know its activity.
  vi.stubGlobal('setInterval', (beat: () => void, ms: number) => fakeInterval(AsyncResource.bind(beat), ms));
  try {
    const environment = quietEnvironment();
    let beats = 0;
    environment.on('heartbeat', () => { beats += 1; });
    let finish: () => void = () => undefined;
    const work = environment.run<[], void, () => Promise<void>>(() =>
      withHeartbeat(() => new Promise<void>((resolve, reject) => {
        finish = how === 'ends' ? resolve : () => { reject(new ServiceUnavailable('away')); };
      })),
    );
    await vi.advanceTimersByTimeAsync(15_000);
    // Three missed ones and a worker is taken for dead after 15 s.
    expect(beats).toBeGreaterThanOrEqual(3);
    finish();
    await work.catch(() => undefined);
    const until = beats;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(beats).toBe(until);
  } finally {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }
});
