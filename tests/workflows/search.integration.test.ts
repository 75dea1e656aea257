import { randomUUID } from 'node:crypto';

import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { FitFoldInput, FitFoldResult, PruneInput, PruneResult, SearchInput, SearchResult } from '../../contracts/modelling.ts';
import { workflowIds } from '../../contracts/runs.ts';
import { taskQueues } from '../../contracts/task-queues.ts';
import { createMemoryDatabase } from '../../adapters/memory/database.ts';
import { waitFor } from '../support/stack.ts';
import { type FakeActivities, fakeActivities, ref } from './fake-activities.ts';
import { startTemporal, type TestTemporal } from './temporal-server.ts';

let temporal: TestTemporal;
/** Five trials two at a time over three folds, without pruning, and with a sampler that would stop trial 3. */
let unpruned: Search;
let pruned: Search;
beforeAll(async () => {
  temporal = await startTemporal();
  await temporal.startWorkers();
  unpruned = await search({ fitFold: async (input) => scored(input), prune: stopThird }, { pruner: 'none' });
  pruned = await search({ fitFold: async (input) => scored(input), prune: stopThird });
});
afterAll(() => temporal.stop());

const folds = ['2024-09-02', '2024-09-30', '2024-10-28'];

function searchInput(more: Partial<SearchInput> = {}): SearchInput {
  return {
    context: { runId: randomUUID(), pipeline: 'tests', step: 'search:lightgbm' },
    family: 'lightgbm',
    features: { table: ref('table'), spec: ref('spec'), cutoffs: { folds, test: '2024-11-25', final: '2024-12-23' }, rows: 80, series: 2, columns: 9 },
    sampler: 'tpe',
    pruner: 'median',
    parallel: 2,
    seed: 7,
    trials: 5,
    space: { depth: { int: [1, 9], log: false } },
    fixed: { rate: 0.1 },
    first: { depth: 6, rate: 0.1 },
    ...more,
  };
}

interface Search {
  readonly result: SearchResult;
  readonly activities: FakeActivities;
}

async function search(replaced: Parameters<typeof fakeActivities>[0] = {}, more: Partial<SearchInput> = {}): Promise<Search> {
  const activities = fakeActivities(replaced);
  temporal.use(activities);
  const input = searchInput(more);
  const result = await temporal.client.execute<(input: SearchInput) => Promise<SearchResult>>('search', {
    workflowId: workflowIds.search(input.context.runId, input.family), taskQueue: taskQueues.pipeline, args: [input],
  });
  return { result, activities };
}

/** The row of a search that fails, in a database of its own. */
async function stepOfFailed(activities: FakeActivities) {
  const input = searchInput();
  temporal.use(activities);
  const running = temporal.client.execute<(input: SearchInput) => Promise<SearchResult>>('search', {
    workflowId: workflowIds.search(input.context.runId, input.family), taskQueue: taskQueues.pipeline, args: [input],
  });
  await expect(running).rejects.toBeInstanceOf(WorkflowFailedError);
  const { steps } = createMemoryDatabase();
  for (const mark of activities.inputsOf('markStep')) await steps.mark(mark);
  return (await steps.list(input.context.runId))[0];
}

const wapeOf = ({ trial, fold }: FitFoldInput): number => 0.5 + ((trial * 7 + Number(fold.name.slice(-1)) * 3) % 11) / 100;
const scored = (input: FitFoldInput): FitFoldResult => ({ wape: wapeOf(input), seconds: 0, cached: false });

/** `fitFold` in which, of two trials of a generation, the one that `isLast` names ends only after the other has. */
function racing(isLast: (trial: number) => boolean): (input: FitFoldInput) => Promise<FitFoldResult> {
  const ended = new Map<string, PromiseWithResolvers>();
  const of = (trial: number, fold: string): PromiseWithResolvers => {
    const key = `${trial}/${fold}`;
    const known = ended.get(key) ?? withResolvers();
    ended.set(key, known);
    return known;
  };
  return async (input) => {
    const rival = input.trial % 2 === 0 ? input.trial + 1 : input.trial - 1;
    // Trial 4 is alone in its generation; trial 3 is stopped after its first fold.
    const hasRival = rival < 5 && !(rival === 3 && input.fold.name !== 'fold-1');
    if (hasRival && isLast(input.trial)) await of(rival, input.fold.name).promise;
    of(input.trial, input.fold.name).resolve();
    return scored(input);
  };
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => { resolve = done; });
  return { promise, resolve };
}

const stopThird = async ({ trials }: PruneInput): Promise<PruneResult> => ({ stop: trials.flatMap(({ number }) => (number === 3 ? [number] : [])) });
/** What the sampler was told and asked, in order. */
const conversation = ({ calls }: FakeActivities) => calls.filter(({ name }) => name === 'ask' || name === 'tell' || name === 'prune').map(({ name, input }) => ({ name, input: withoutRun(input) }));
const withoutRun = (input: unknown): unknown => JSON.parse(JSON.stringify(input));

describe('a search', () => {
  test('asks for a generation at once, and for the next one only after it was told all of it in number order', () => {
    const { activities, result } = unpruned;
    expect(activities.inputsOf('ask').map(({ numbers }) => numbers)).toEqual([[0, 1], [2, 3], [4]]);
    expect(activities.inputsOf('tell').map(({ trials }) => trials.map(({ number }) => number))).toEqual([[0, 1], [2, 3], [4]]);
    expect(conversation(activities).map(({ name }) => name)).toEqual(['ask', 'tell', 'ask', 'tell', 'ask', 'tell']);
    expect(activities.inputsOf('fitFold')).toHaveLength(5 * folds.length);
    expect(result).toMatchObject({ count: 5, pruned: 0 });
  });

  test('fits every trial with the fixed parameters and the asked ones, and values it by its mean over the folds', () => {
    const { activities } = unpruned;
    const third = activities.inputsOf('fitFold').filter(({ trial }) => trial === 3);
    expect(third.map(({ parameters, fold, seed }) => ({ parameters, fold, seed }))).toEqual(
      folds.map((cutoff, i) => ({ parameters: { rate: 0.1, depth: 3 }, fold: { name: `fold-${i + 1}`, cutoff }, seed: 7 })),
    );
    const told = activities.inputsOf('closeSearch')[0]?.trials[3];
    expect(told).toMatchObject({ number: 3, state: 'complete', folds: third.map(wapeOf) });
    expect(told?.value).toBeCloseTo(third.map(wapeOf).reduce((a, b) => a + b) / 3, 12);
  });

  test('has the same answer, and says the same to the sampler, whichever trial of a generation ends first', async () => {
    const evenLast = await search({ fitFold: racing((trial) => trial % 2 === 0), prune: stopThird });
    const oddLast = await search({ fitFold: racing((trial) => trial % 2 === 1), prune: stopThird });
    expect(evenLast.activities.log).not.toEqual(oddLast.activities.log);
    expect(oddLast.result).toEqual(evenLast.result);
    expect(conversation(oddLast.activities)).toEqual(conversation(evenLast.activities));
    expect(oddLast.activities.inputsOf('closeSearch')[0]?.trials).toEqual(evenLast.activities.inputsOf('closeSearch')[0]?.trials);
  });

  test('leaves the folds of a stopped trial out, and tells it as pruned with the folds it had', () => {
    const { activities } = pruned;
    expect(activities.inputsOf('fitFold').filter(({ trial }) => trial === 3).map(({ fold }) => fold.name)).toEqual(['fold-1']);
    const third = activities.inputsOf('tell')[1]?.trials[1];
    expect(third).toEqual({ number: 3, parameters: { rate: 0.1, depth: 3 }, folds: [expect.any(Number)], state: 'pruned' });
  });

  test('prunes against finished generations only: never in the first one, and never after the last fold', () => {
    expect(pruned.activities.inputsOf('prune').map(({ trials }) => trials.map(({ number, folds: { length } }) => [number, length]))).toEqual([
      [[2, 1], [3, 1]], [[2, 2]], [[4, 1]], [[4, 2]],
    ]);
    expect(unpruned.activities.inputsOf('prune')).toEqual([]);
  });

  test('that was done before gives its stored result without asking anybody', async () => {
    const stored: SearchResult = { best: { number: 1, parameters: { depth: 1 }, folds: [0.5], state: 'complete', value: 0.5 }, trials: ref('trials'), count: 5, pruned: 0, failed: 0 };
    const { activities, result } = await search({ openSearch: async () => ({ study: 's', result: stored }) });
    expect(result).toEqual(stored);
    expect(activities.calls.map(({ name }) => name)).toEqual(['openSearch', 'markStep']);
    expect(activities.inputsOf('markStep')[0]).toMatchObject({ step: 'search:lightgbm', status: 'cached' });
  });

  test('says at which trial it is, and how good the best one was', () => {
    const { activities } = unpruned;
    const notes = activities.inputsOf('markStep').map(({ status, note }) => `${status}: ${note}`);
    expect(notes).toEqual([
      'running: trial 1 of 5',
      expect.stringMatching(/^running: trial 3 of 5, best WAPE 0\.\d{3}$/),
      expect.stringMatching(/^running: trial 5 of 5, best WAPE 0\.\d{3}$/),
      expect.stringMatching(/^done: 5 trials, 0 pruned, best WAPE 0\.\d{3} \(trial \d\)$/),
    ]);
  });

  test('whose trial fails for good stops the others of its generation, tells nothing and fails with that', async () => {
    let cancelled = 0;
    const failed = search({
      fitFold: async ({ trial }) => {
        if (trial === 1) throw ApplicationFailure.nonRetryable('nothing was sold in fold-1', 'BadInput');
        const { cancelled: untilCancelled, heartbeat } = Context.current();
        const beating = setInterval(() => heartbeat(), 20);
        try {
          return await untilCancelled;
        } catch (error) {
          cancelled += 1;
          throw error;
        } finally {
          clearInterval(beating);
        }
      },
      tell: async () => {
        throw ApplicationFailure.nonRetryable('a generation that failed must not be told');
      },
    });
    const error = await failed.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    const activity = error instanceof WorkflowFailedError ? error.cause : undefined;
    expect(activity).toBeInstanceOf(ActivityFailure);
    expect(activity?.cause).toMatchObject({ type: 'BadInput', message: 'nothing was sold in fold-1' });
    await waitFor(() => (cancelled === 1 ? true : undefined));
  });

  test('goes on without a trial that diverged: no later folds, no verdict, told as failed', async () => {
    const { activities, result } = await search({ fitFold: async (input) => ({ ...scored(input), wape: input.trial === 2 && input.fold.name === 'fold-2' ? null : wapeOf(input) }) });
    expect(activities.inputsOf('fitFold').filter(({ trial }) => trial === 2).map(({ fold }) => fold.name)).toEqual(['fold-1', 'fold-2']);
    expect(activities.inputsOf('prune').map(({ trials }) => trials.map(({ number }) => number))).toEqual([[2, 3], [3], [4], [4]]);
    expect(activities.inputsOf('tell')[1]?.trials).toEqual([
      { number: 2, parameters: { rate: 0.1, depth: 2 }, folds: [expect.any(Number)], state: 'failed' },
      expect.objectContaining({ number: 3, state: 'complete' }),
    ]);
    expect(result).toMatchObject({ count: 5, failed: 1 });
    expect(activities.inputsOf('markStep').at(-1)?.note).toMatch(/^5 trials, 0 pruned, 1 diverged, best WAPE/);
  });

  test('all of whose trials diverge asks for no verdict on nothing', async () => {
    const activities = fakeActivities({
      fitFold: async (input) => ({ ...scored(input), wape: null }),
      closeSearch: async () => { throw ApplicationFailure.nonRetryable('all 5 trials of lightgbm diverged', 'BadInput'); },
    });
    const row = await stepOfFailed(activities);
    expect(activities.inputsOf('prune')).toEqual([]);
    expect(activities.inputsOf('fitFold')).toHaveLength(5);
    expect(row).toMatchObject({ status: 'failed', error: 'all 5 trials of lightgbm diverged' });
  });

  test('that fails is shown as failed with the reason, in its own row', async () => {
    const row = await stepOfFailed(fakeActivities({ fitFold: async () => { throw ApplicationFailure.nonRetryable('nothing was sold in fold-1', 'BadInput'); } }));
    expect(row).toMatchObject({ step: 'search:lightgbm', status: 'failed', error: 'nothing was sold in fold-1' });
  });

  test('waits for each kind of work on the queue of its resource', () => {
    const queues = Object.fromEntries(pruned.activities.calls.map(({ name, taskQueue }) => [name, taskQueue]));
    expect(queues).toEqual({
      openSearch: taskQueues.pipeline, closeSearch: taskQueues.pipeline, markStep: taskQueues.pipeline,
      ask: taskQueues.sampler, tell: taskQueues.sampler, prune: taskQueues.sampler, fitFold: taskQueues.training,
    });
  });
});
