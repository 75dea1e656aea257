import { randomUUID } from 'node:crypto';

import { Context } from '@temporalio/activity';
import { CancelledFailure, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Candidate } from '../../contracts/governance.ts';
import { defaultCleaning } from '../../contracts/cleaning.schema.ts';
import { pipelineSchema } from '../../contracts/pipeline.schema.ts';
import { type RetrainInput, type RetrainResult, workflowIds } from '../../contracts/runs.ts';
import { retrainDag, stepNames } from '../../contracts/steps.ts';
import { taskQueues } from '../../contracts/task-queues.ts';
import { waitFor } from '../support/stack.ts';
import { type AllActivities, type FakeActivities, evidence, fakeActivities, ref, snapshot } from './fake-activities.ts';
import { startTemporal, type TestTemporal } from './temporal-server.ts';

let temporal: TestTemporal;
/** A run of every step, which nothing disturbs. */
let whole: Run;
beforeAll(async () => {
  temporal = await startTemporal();
  await temporal.startWorkers();
  whole = await run({ ingest: async () => fullSnapshot }, everything);
});
afterAll(() => temporal.stop());

/** Two levels above the series, and everything that products and customers can tell. */
const everything = {
  sources: {
    sales: { uri: 'sales.csv', columns: { series: 'sku', time: 'day', target: 'units' }, levels: { category: 'Category' } },
    products: { uri: 'products.csv', key: 'sku', text: ['name'], image: 'picture', static: ['category'] },
    reviews: { uri: 'reviews.csv', key: 'sku', time: 'written', text: ['body'], rating: 'stars' },
  },
  hierarchy: { levels: ['category', 'total'], method: 'mint-shrink' },
  embeddings: { text: { dims: 2 }, reviews: { dims: 2 }, image: { dims: 2 }, tune: {} },
  evaluate: { ablation: true, coldStart: true },
};
const fullSnapshot = { ...snapshot, media: ref('media'), statics: ref('statics'), reviews: ref('reviews') };

/** @param unchecked what another door might let through: it passes no schema */
function inputOf(more: object = {}, unchecked: Partial<RetrainInput['pipeline']> = {}): RetrainInput {
  const pipeline = pipelineSchema.parse({
    name: 'tests',
    task: 'forecast',
    frequency: 'week',
    horizon: 4,
    sources: { sales: { uri: 'sales.csv', columns: { series: 'sku', time: 'day', target: 'units' } } },
    embeddings: { text: { dims: 2 } },
    search: { trials: { lightgbm: 2, lstm: 1 } },
    ...more,
  });
  return { runId: randomUUID(), pipeline: { ...pipeline, ...unchecked }, baseFolder: '/data', actor: 'ana', requestedAt: '2025-11-24T08:00:00.000Z' };
}

interface Started {
  readonly input: RetrainInput;
  readonly activities: FakeActivities;
  readonly result: Promise<RetrainResult>;
  cancel(): Promise<unknown>;
}

async function start(replaced: Partial<AllActivities> = {}, more: object = {}, unchecked: Partial<RetrainInput['pipeline']> = {}): Promise<Started> {
  const activities = fakeActivities(replaced);
  temporal.use(activities);
  const input = inputOf(more, unchecked);
  await temporal.gateway.startRetrain(input);
  const handle = temporal.client.getHandle<(input: RetrainInput) => Promise<RetrainResult>>(workflowIds.retrain('tests', input.runId));
  return { input, activities, result: handle.result(), cancel: () => handle.cancel() };
}

interface Run {
  readonly input: RetrainInput;
  readonly activities: FakeActivities;
  readonly result: RetrainResult;
}

async function run(replaced: Partial<AllActivities> = {}, more: object = {}): Promise<Run> {
  const { activities, result, input } = await start(replaced, more);
  return { activities, input, result: await result };
}

/** Works until it is cancelled, and says so. */
async function untilCancelled(heard: () => void): Promise<never> {
  const { cancelled, heartbeat } = Context.current();
  const beating = setInterval(() => heartbeat(), 20);
  try {
    return await cancelled;
  } catch (error) {
    heard();
    throw error;
  } finally {
    clearInterval(beating);
  }
}

/** Of a run with texts only and without a hierarchy; what that leaves out has tests of its own. */
const skippedSteps = ({ inputsOf }: FakeActivities): string[] => inputsOf('markStep').flatMap(({ step, status }) => (status === 'skipped' && ![...ofLevels, ...ofModalities].includes(step) ? [step] : []));
const ofLevels: readonly string[] = ['aggregate', 'levels', 'reconcile'];
const ofModalities: readonly string[] = ['embed:reviews', 'embed:media', 'tune', 'cold-start', 'ablation'];

describe('a run', () => {
  test('begins a step only when every step that it waits for has ended', () => {
    const { activities } = whole;
    const at = (event: 'begin' | 'end', step: string): number => {
      const hits = activities.log.map((line, i) => (line.startsWith(event) && line.endsWith(` ${step}`) ? i : -1)).filter((i) => i >= 0);
      return event === 'begin' ? Math.min(...hits) : Math.max(...hits);
    };
    for (const step of stepNames) {
      expect(at('begin', step), `${step} never began`).toBeLessThan(Infinity);
      for (const earlier of retrainDag[step]) expect(at('begin', step), `${step} began before ${earlier} had ended`).toBeGreaterThan(at('end', earlier));
    }
  });

  test('is written down before the first step and after the last, with what came out', () => {
    const { activities, result, input } = whole;
    expect(activities.calls[0]).toMatchObject({ name: 'startRun', input });
    expect(activities.inputsOf('finishRun')).toEqual([{ runId: input.runId, status: 'done', result }]);
    expect(activities.calls.at(-1)?.name).toBe('finishRun');
    expect(result).toMatchObject({ runId: input.runId, candidate: evidence.candidate, version: 1, snapshot: snapshot.digest, proposal: { id: 'p-1', status: 'open', created: true } });
  });

  test('proposes at the time when it proposes, however long ago it was asked for', () => {
    const { activities, input } = whole;
    const [proposed] = activities.inputsOf('proposeCandidate');
    // On one machine the server's clock is this one; the request is dated a year back.
    expect(Math.abs(Date.parse(proposed?.now ?? '') - Date.now())).toBeLessThan(3_600_000);
    expect(activities.inputsOf('ingest')[0]?.now).toBe(input.requestedAt);
  });

  test('embeds texts while it cleans sales', async () => {
    let cleaning: () => void = () => undefined;
    const cleanBegan = new Promise<void>((resolve) => { cleaning = resolve; });
    await run({
      // One waits for the other: one after the other they would wait for ever.
      embedTexts: async () => {
        await cleanBegan;
        return { vectors: ref('vectors'), dims: 2, embedded: 2, reused: 0, unreadable: 0, encoder: 'fake' };
      },
      clean: async () => {
        cleaning();
        return { panel: ref('panel'), report: ref('cleaning'), series: 2, periods: 40, filled: 0, outliers: 0, droppedRows: 0, madeParts: 1, parts: 1, from: '2024-01-01', to: '2024-12-23' };
      },
    });
  });

  test('combines and weighs the models that the file names, and measures the naive forecast in any case', async () => {
    const { activities } = await run({}, { models: ['window-average', 'lightgbm'] });
    expect(activities.inputsOf('fitBaselines')[0]?.models).toEqual(['seasonal-naive', 'window-average']);
    expect(activities.inputsOf('buildEnsemble')[0]?.members.map(({ model }) => model)).toEqual(['window-average', 'lightgbm']);
    expect(activities.inputsOf('evaluateModels')[0]?.models.map(({ model }) => model)).toEqual(['seasonal-naive', 'window-average', 'lightgbm']);
    expect(Object.keys(activities.inputsOf('registerCandidate')[0]?.recipe.members ?? {})).toEqual(['window-average', 'lightgbm']);
  });

  test('fits the best trial of each search on every fold, before the test horizon and on everything', () => {
    const { activities } = whole;
    // The fake scores later trials better: trial 1 of lightgbm, trial 0 of lstm.
    expect(activities.inputsOf('fitModel').filter(({ context }) => !['levels', 'ablation'].includes(context.step)).map(({ family, parameters, splits }) => [family, parameters['depth'], splits]).sort()).toEqual([
      ['lightgbm', 1, ['folds', 'test', 'final']], ['lstm', 0, ['folds', 'test', 'final']],
    ]);
  });

  test('waits for each kind of work on the queue of its resource', () => {
    const { activities } = whole;
    const queues = new Map(activities.calls.map(({ name, taskQueue }) => [name, taskQueue]));
    const onQueue = (queue: string): string[] => [...queues].filter(([, taskQueue]) => taskQueue === queue).map(([name]) => name).sort();
    expect(onQueue(taskQueues.data)).toEqual(['aggregatePanel', 'buildEnsemble', 'buildFeatures', 'clean', 'evaluateModels', 'forecastColdStart', 'ingest', 'measureAblation', 'omitColumns', 'reconcileForecasts', 'validate']);
    expect(onQueue(taskQueues.embedding)).toEqual(['embedMedia', 'embedReviews', 'embedTexts']);
    expect(onQueue(taskQueues.training)).toEqual(['fitBaselines', 'fitFold', 'fitModel', 'tuneVectors']);
    expect(onQueue(taskQueues.sampler)).toEqual(['ask', 'tell']);
  });
});

describe('what a pipeline leaves out is skipped, and said to be:', () => {
  test('a family that is not among the models', async () => {
    const { activities } = await run({}, { models: ['seasonal-naive', 'lightgbm'] });
    expect(skippedSteps(activities)).toEqual(['search:lstm', 'fit:lstm']);
    expect(activities.inputsOf('openSearch').map(({ family }) => family)).toEqual(['lightgbm']);
  });

  test('every search, where only baselines are asked for', async () => {
    const { activities } = await run({}, { models: ['seasonal-naive'] });
    expect(skippedSteps(activities).sort()).toEqual(['fit:lightgbm', 'fit:lstm', 'search:lightgbm', 'search:lstm']);
    expect(activities.inputsOf('ask')).toEqual([]);
    expect(activities.inputsOf('fitModel')).toEqual([]);
  });

  test.each<[string, Partial<AllActivities>, object]>([
    ['texts that the sources do not have', { ingest: async () => withoutTexts }, {}],
    ['texts that nobody asked to embed', {}, { embeddings: {} }],
  ])('%s', async (_, replaced, more) => {
    const { activities } = await run(replaced, more);
    expect(skippedSteps(activities)).toEqual(['embed:text']);
    expect(activities.inputsOf('embedTexts')).toEqual([]);
    expect(activities.inputsOf('buildFeatures')[0]).not.toHaveProperty('modalities');
  });
});

const { texts: _texts, ...withoutTexts } = snapshot;

describe('levels above the series', () => {
  const inStep = (step: string) => ({ context }: { context: { step: string } }): boolean => context.step === step;

  test('are skipped where the file names no hierarchy, and nothing else of the run knows of them', async () => {
    const { activities, result } = await run();
    expect(activities.inputsOf('markStep').filter(({ step, status }) => status === 'skipped' && !ofModalities.includes(step)).map(({ step, note }) => [step, note])).toEqual(ofLevels.map((step) => [step, 'the pipeline file names no hierarchy']));
    for (const name of ['aggregatePanel', 'reconcileForecasts'] as const) expect(activities.inputsOf(name)).toEqual([]);
    expect(activities.inputsOf('evaluateModels')[0]).not.toHaveProperty('hierarchy');
    expect(activities.inputsOf('evaluateModels')[0]?.ensemble.predictions).toEqual(ref('ensemble-predictions'));
    expect(activities.inputsOf('registerCandidate')[0]?.recipe).not.toHaveProperty('hierarchy');
    expect(result).not.toHaveProperty('levels');
  });

  test('have features of their sums, and the models and parameters of the series, without a search of their own', () => {
    const { activities } = whole;
    const [[own], [above]] = [activities.inputsOf('buildFeatures').filter(inStep('features')), activities.inputsOf('buildFeatures').filter(inStep('levels'))];
    expect([own?.panel, above?.panel]).toEqual([ref('panel'), ref('node-panel')]);
    expect(above).toMatchObject({ horizon: own?.horizon, folds: own?.folds, minHistory: own?.minHistory });
    expect(above).not.toHaveProperty('modalities');
    expect(activities.inputsOf('openSearch')).toHaveLength(2);
    expect(activities.inputsOf('fitModel').filter(inStep('levels')).map(({ family, parameters, splits }) => [family, parameters['depth'], splits]).sort()).toEqual([
      ['lightgbm', 1, ['folds', 'test', 'final']], ['lstm', 0, ['folds', 'test', 'final']],
    ]);
    const ensembles = activities.inputsOf('buildEnsemble').map(({ members }) => members.map(({ model }) => model));
    expect(ensembles[0]).toEqual(ensembles[1]);
  });

  test('and the series are evaluated and registered as they add up, with what they were before', () => {
    const { activities } = whole;
    const before = ref('ensemble-predictions');
    expect(activities.inputsOf('reconcileForecasts')).toMatchObject([{ method: 'mint-shrink', members: ref('members'), panel: ref('panel'), series: { models: [{ predictions: before }] }, nodes: { models: [{ predictions: before }] } }]);
    expect(activities.inputsOf('evaluateModels')).toMatchObject([{
      ensemble: { predictions: ref('mint-shrink-series') },
      hierarchy: { members: ref('members'), panel: ref('node-panel'), nodes: { predictions: ref('mint-shrink-nodes') }, before: { series: { predictions: before }, nodes: { predictions: before } } },
    }]);
    expect(activities.inputsOf('registerCandidate')[0]?.recipe.hierarchy).toMatchObject({ levels: ['category', 'total'], method: 'mint-shrink', level: 1.1 });
  });

  test('cannot be summed over some of the series only: a run with top is refused before anything is read', async () => {
    const { activities, result } = await start({}, everything, { cleaning: { ...defaultCleaning, top: 5 } });
    await expect(result).rejects.toThrow(WorkflowFailedError);
    expect(activities.inputsOf('finishRun')).toMatchObject([{ status: 'failed', code: 'BadInput', error: expect.stringMatching(/hierarchy and cleaning\.top exclude each other/) }]);
    expect(activities.inputsOf('ingest')).toEqual([]);
  });
});

describe('the champion', () => {
  const recipe: Candidate['recipe'] = { members: { lightgbm: { parameters: { depth: 9 }, files: [] }, 'window-average': { parameters: {}, files: [] } }, weights: { lightgbm: 0.7, 'window-average': 0.3 }, level: 1.2, seed: 3, quantiles: [0.1, 0.9] };
  const champion = { pipeline: 'tests', candidate: 'c0', version: 4, since: '2025-11-01T00:00:00.000Z', by: 'ana', reason: 'good', proposalId: 'p-0' };
  const models = { models: ['lightgbm', 'window-average'] };

  test('is fitted again with its own parameters before the test horizon, and measured beside the candidate', async () => {
    const { activities } = await run({ currentChampion: async () => ({ champion, recipe }) }, models);
    const refitted = activities.inputsOf('fitModel').find(({ context }) => context.step === 'evaluate');
    expect(refitted).toMatchObject({ family: 'lightgbm', parameters: { depth: 9 }, seed: 3, splits: ['test'] });
    // Its baseline is this run's own: it has no parameters that could differ.
    expect(activities.inputsOf('fitBaselines')).toHaveLength(1);
    const measured = activities.inputsOf('evaluateModels')[0]?.champion;
    expect(measured).toMatchObject({ version: 4, weights: recipe.weights, level: 1.2 });
    expect(measured?.members.map(({ model }) => model)).toEqual(['lightgbm', 'window-average']);
  });

  test('with a hierarchy is fitted again on its nodes too, and made to add up by its own method and weights', async () => {
    const hierarchy = { levels: ['category', 'total'], method: 'mint-wls-variance' as const, files: [], weights: { lightgbm: 1, 'window-average': 0 }, level: 0.9 };
    const { activities } = await run({ currentChampion: async () => ({ champion, recipe: { ...recipe, hierarchy } }) }, { ...models, ...everything });
    const refitted = activities.inputsOf('fitModel').filter(({ context }) => context.step === 'evaluate');
    expect(refitted.map(({ parameters, splits }) => [parameters, splits])).toEqual(Array(2).fill([{ depth: 9 }, ['folds', 'test']]));
    expect(activities.inputsOf('reconcileForecasts')[1]).toMatchObject({ method: 'mint-wls-variance', series: { weights: recipe.weights, level: 1.2 }, nodes: { weights: hierarchy.weights, level: 0.9 } });
    expect(activities.inputsOf('evaluateModels')[0]?.champion).toMatchObject({ version: 4, weights: { ensemble: 1 }, level: 1, members: [{ predictions: ref('mint-wls-variance-series') }] });
  });

  test('with levels that this run does not sum up is compared by its series as they are', async () => {
    const hierarchy = { levels: ['total'], method: 'bottom-up' as const, files: [], weights: { lightgbm: 1 }, level: 1 };
    const { activities } = await run({ currentChampion: async () => ({ champion, recipe: { ...recipe, hierarchy } }) }, { ...models, ...everything });
    expect(activities.inputsOf('reconcileForecasts')).toHaveLength(1);
    expect(activities.inputsOf('evaluateModels')[0]?.champion).toMatchObject({ weights: recipe.weights, level: 1.2 });
  });

  test('with the same recipe as the candidate is not fitted again', async () => {
    const first = await run({}, models);
    const same = first.activities.inputsOf('registerCandidate')[0]?.recipe;
    if (same === undefined) throw new Error('nothing was registered');
    const { activities } = await run({ currentChampion: async () => ({ champion, recipe: same }) }, models);
    expect(activities.inputsOf('fitModel').filter(({ context }) => context.step === 'evaluate')).toEqual([]);
    expect(activities.inputsOf('evaluateModels')[0]).not.toHaveProperty('champion');
  });
});

describe('a run that fails', () => {
  test('says why, with the code, stops what ran beside the failed step and begins nothing more', async () => {
    let stopped = 0;
    const { activities, result, input } = await start({
      validate: async () => {
        await waitFor(() => (activities.inputsOf('embedTexts').length > 0 ? true : undefined));
        throw ApplicationFailure.nonRetryable('12 rows have no target', 'ValidationBlocked');
      },
      embedTexts: () => untilCancelled(() => { stopped += 1; }),
    });
    await expect(result).rejects.toThrow(WorkflowFailedError);
    expect(activities.inputsOf('finishRun')).toEqual([{ runId: input.runId, status: 'failed', error: '12 rows have no target', code: 'ValidationBlocked' }]);
    await waitFor(() => (stopped === 1 ? true : undefined));
    expect(activities.calls.map(({ name }) => name)).not.toContain('clean');
    expect(activities.calls.map(({ name }) => name)).not.toContain('buildFeatures');
  });

  test('inside a search says what failed there, and stops the other search', async () => {
    const { activities, result } = await start({
      fitFold: async ({ family }) => {
        if (family === 'lstm') return untilCancelled(() => undefined);
        await waitFor(() => (activities.inputsOf('fitFold').some((input) => input.family === 'lstm') ? true : undefined));
        throw ApplicationFailure.nonRetryable('nothing was sold in fold-1', 'BadInput');
      },
    });
    await expect(result).rejects.toThrow(WorkflowFailedError);
    expect(activities.inputsOf('finishRun')[0]).toMatchObject({ status: 'failed', error: 'nothing was sold in fold-1', code: 'BadInput' });
    const searches = activities.inputsOf('openSearch').map(({ context, family }) => workflowIds.search(context.runId, family));
    const states = await Promise.all(searches.map(async (id) => (await temporal.client.getHandle(id).describe()).status.name));
    expect(states.sort()).toEqual(['CANCELLED', 'FAILED']);
  });

  test('for a while only, goes on: what can be tried again is tried again', async () => {
    let attempts = 0;
    const { activities, result } = await run({
      ingest: async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('the object store does not answer');
        return snapshot;
      },
    });
    expect(attempts).toBe(2);
    expect(result.version).toBe(1);
    expect(activities.inputsOf('finishRun')[0]?.status).toBe('done');
  });
});

test('a run that is cancelled stops its searches and their fits, begins nothing more, and is written down as cancelled', async () => {
  let stopped = 0;
  const { activities, result, cancel, input } = await start({ fitFold: () => untilCancelled(() => { stopped += 1; }) });
  await waitFor(() => (activities.inputsOf('fitFold').length === 3 ? true : undefined));
  await cancel();
  const error = await result.catch((reason: unknown) => reason);
  expect(error instanceof WorkflowFailedError && error.cause).toBeInstanceOf(CancelledFailure);
  expect(activities.inputsOf('finishRun')).toMatchObject([{ runId: input.runId, status: 'cancelled' }]);
  await waitFor(() => (stopped === 3 ? true : undefined));
  const names = activities.calls.map(({ name }) => name);
  for (const later of ['tell', 'fitModel', 'buildEnsemble', 'registerCandidate'] as const) expect(names).not.toContain(later);
  for (const family of ['lightgbm', 'lstm']) {
    expect((await temporal.client.getHandle(workflowIds.search(input.runId, family)).describe()).status.name).toBe('CANCELLED');
  }
});
