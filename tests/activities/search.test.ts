import { beforeEach, describe, expect, test } from 'vitest';

import { createSearchActivities } from '../../activities/search.ts';
import type { SearchInput, TrialRecord } from '../../contracts/modelling.ts';
import { at, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
beforeEach(() => {
  given = surroundings(folder());
});

const activities = () => createSearchActivities({ cache: given.database.stepCache, artifacts: given.artifacts, codeVersion: given.codeVersion });
const ref = (sha256: string) => ({ uri: `s3://tests/${sha256}`, sha256, bytes: 1, mediaType: 'text/plain' });
const search = (more: Partial<SearchInput> = {}): SearchInput => ({
  context: at('search:lstm'),
  family: 'lstm',
  features: { table: ref('table'), spec: ref('spec'), cutoffs: { folds: ['2024-09-02'], test: '2024-11-25', final: '2024-12-23' }, rows: 80, series: 2, columns: 9 },
  sampler: 'tpe', pruner: 'median', parallel: 2, seed: 7, trials: 2, space: { units: { int: [1, 9], log: false } }, fixed: {}, first: { units: 4 },
  ...more,
});
const trial = (number: number, value: number): TrialRecord => ({ number, parameters: { units: number }, folds: [value], state: 'complete', value });
const failed = (number: number): TrialRecord => ({ number, parameters: { units: number }, folds: [], state: 'failed' });
const pruned = (number: number): TrialRecord => ({ number, parameters: { units: number }, folds: [0.9], state: 'pruned' });

describe('a search that is closed', () => {
  test('is found again by the same search of another run, and by no other search', async () => {
    const { openSearch, closeSearch } = activities();
    const closed = await closeSearch({ search: search(), trials: [trial(0, 0.7), trial(1, 0.6)] });
    expect(closed).toMatchObject({ best: { number: 1 }, count: 2, pruned: 0, failed: 0 });
    expect((await openSearch(search({ context: at('search:lstm', 'run-2') }))).result).toEqual(closed);
    expect(await openSearch(search({ seed: 8 }))).not.toHaveProperty('result');
  });

  test.each(['search', 'fitFold'])('is not found, and has another study, once the code of %s has changed', async (activity) => {
    const before = await activities().openSearch(search());
    await activities().closeSearch({ search: search(), trials: [trial(0, 0.7)] });
    given.versions.set(activity, 'v2');
    const after = await activities().openSearch(search());
    expect(after).not.toHaveProperty('result');
    expect(after.study).not.toBe(before.study);
  });

  test('whose trials have gone from the store is searched again, and the new result is what is found then', async () => {
    const { openSearch, closeSearch } = activities();
    const first = await closeSearch({ search: search(), trials: [trial(0, 0.7)] });
    given.objects.delete(first.trials.uri);
    expect(await openSearch(search())).not.toHaveProperty('result');
    const second = await closeSearch({ search: search(), trials: [trial(0, 0.8)] });
    expect(second.best.value).toBe(0.8);
    expect((await openSearch(search())).result).toEqual(second);
  });
});

describe('trials without a score', () => {
  test('are counted and never the best', async () => {
    const closed = await activities().closeSearch({ search: search(), trials: [failed(0), trial(1, 0.9), pruned(2)] });
    expect(closed).toMatchObject({ best: { number: 1 }, count: 3, pruned: 1, failed: 1 });
  });

  test('alone make no search: when all diverged, one line names the family and the space to narrow', async () => {
    const closing = activities().closeSearch({ search: search(), trials: [failed(0), failed(1)] });
    await expect(closing).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/^all 2 trials of lstm .*search\.space\.lstm/) });
    await expect(activities().closeSearch({ search: search(), trials: [failed(0), pruned(1)] })).rejects.toMatchObject({ code: 'Conflict' });
  });
});
