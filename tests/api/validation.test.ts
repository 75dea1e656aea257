import { expect, test } from 'vitest';

import { runValidationSchema } from '../../contracts/http.schema.ts';
import { snapshot } from './fake-dependencies.ts';
import { refused, setUp } from './harness.ts';

const outcome = { rule: 'target not-null', kind: 'not-null', column: 'target', severity: 'block', holds: false, found: '1 of 3 rows are empty', broken: 1, rows: 3, examples: [{ file: 0, row: 2 }] } as const;

test('what a rule found names the source file of its rows, also for a run that it blocked', async () => {
  const { get } = setUp({ validationResults: { ofRun: async (runId) => ({ runId, pipeline: 'shop', snapshot: snapshot.digest, outcomes: [outcome] }) } });
  const answer = runValidationSchema.parse(await (await get('/v1/runs/run-1/validation')).json());
  expect(answer).toEqual({ runId: 'run-1', snapshot: snapshot.digest, results: [{ ...outcome, examples: [{ uri: snapshot.sources[0]?.uri, row: 2 }] }] });
});

test('rows know a file by its number, not by its place among the sources', async () => {
  const sources = [{ ...snapshot.sources[0], source: 'products', uri: './products.csv' }, { ...snapshot.sources[0], source: 'sales', uri: './a.csv', number: 88_123 }, { ...snapshot.sources[0], source: 'sales', uri: './b.csv', number: 99_456 }];
  const numbered = { ...snapshot, sources } as typeof snapshot;
  const examples = [{ file: 99_456, row: 2 }, { file: 5, row: 3 }];
  const { get } = setUp({
    validationResults: { ofRun: async (runId) => ({ runId, pipeline: 'shop', snapshot: snapshot.digest, outcomes: [{ ...outcome, examples }] }) },
    snapshots: { find: async () => ({ snapshot: numbered, pipeline: 'shop', storedAt: '2024-03-01T10:00:00.000Z' }), list: async () => [] },
  });
  const answer = runValidationSchema.parse(await (await get('/v1/runs/run-1/validation')).json());
  expect(answer.results[0]?.examples).toEqual([{ uri: './b.csv', row: 2 }, { uri: 'file 5', row: 3 }]);
});

test('a run whose data were not checked yet has no results; one that is not there is refused with the nearest', async () => {
  const { get } = setUp();
  expect(await (await get('/v1/runs/run-1/validation')).json()).toEqual({ runId: 'run-1', results: [] });
  expect(await refused(get('/v1/runs/run-11/validation'), 404)).toMatchObject({ message: expect.stringContaining('did you mean "run-1"?') as string });
});
