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

test('a run whose data were not checked yet has no results; one that is not there is refused with the nearest', async () => {
  const { get } = setUp();
  expect(await (await get('/v1/runs/run-1/validation')).json()).toEqual({ runId: 'run-1', results: [] });
  expect(await refused(get('/v1/runs/run-11/validation'), 404)).toMatchObject({ message: expect.stringContaining('did you mean "run-1"?') as string });
});
