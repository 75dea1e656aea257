import { beforeEach, expect, test } from 'vitest';

import { trackCandidate } from '../../activities/track-candidate.ts';
import type { RegisterInput } from '../../contracts/governance.ts';
import type { TrialRecord } from '../../contracts/modelling.ts';
import { pipelineSchema } from '../../contracts/pipeline.schema.ts';
import { artifact, metricRow, snapshotOf } from '../adapters/contract/governance-fixtures.ts';
import { createFakeExperiments } from './fake-experiments.ts';
import { at, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
let experiments: ReturnType<typeof createFakeExperiments>;
beforeEach(() => {
  given = surroundings(folder());
  experiments = createFakeExperiments();
});

const records: readonly TrialRecord[] = [
  { number: 0, parameters: { units: 31 }, folds: [0.5, 0.6], state: 'complete', value: 0.55 },
  { number: 1, parameters: { units: 7 }, folds: [], state: 'failed' },
];

async function track(candidate: string): Promise<string> {
  const input: RegisterInput = {
    context: at('register'),
    snapshot: snapshotOf('march'),
    recipe: { members: {}, weights: {}, level: 1, seed: 7, quantiles: [0.5] },
    evaluation: { report: artifact('reports', 'report'), rows: [metricRow], forecasts: artifact('forecasts', 'forecasts', 'parquet'), forecastSeries: 3 },
    pipelineSpec: pipelineSchema.parse({
      name: 'shop', task: 'forecast', frequency: 'week', horizon: 4, sources: { sales: { uri: './sales.csv', columns: { series: 'sku', time: 'day', target: 'units' } } },
    }),
    trials: [{ family: 'lstm', trials: await given.artifacts.publishJson('reports', { family: 'lstm', trials: records }) }],
  };
  const { runId } = await trackCandidate(experiments, given.artifacts, input, { candidate, snapshot: 's', metrics: 'm', pipeline: 'p', code: 'c' });
  return runId;
}

const nestedIn = (runId: string) => Object.values(experiments.contents().runs).filter(({ parent }) => parent === runId).map(({ name, status }) => `${name} ${status}`);
const trials = ['lstm trial 0 FINISHED', 'lstm trial 1 FAILED'];

test('candidates that share a cached search have nested runs of its trials each', async () => {
  const [first, second] = [await track('candidate-1'), await track('candidate-2')];
  expect(nestedIn(first)).toEqual(trials);
  expect(nestedIn(second)).toEqual(trials);
});

test('a candidate that is tracked again has its trials once', async () => {
  const first = await track('candidate-1');
  expect(await track('candidate-1')).toBe(first);
  expect(nestedIn(first)).toEqual(trials);
});
