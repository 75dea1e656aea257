import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { pipelineSchema } from '../../contracts/pipeline.schema.ts';
import { type RetrainInput, type RetrainResult, workflowIds } from '../../contracts/runs.ts';
import { type AllActivities, type FakeActivities, fakeActivities, ref, snapshot } from './fake-activities.ts';
import { startTemporal, type TestTemporal } from './temporal-server.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await startTemporal();
  await temporal.startWorkers();
});
afterAll(() => temporal.stop());

const sources = {
  sales: { uri: 'sales.csv', columns: { series: 'sku', time: 'day', target: 'units' } },
  products: { uri: 'products.csv', key: 'sku', text: ['name'], image: 'picture', static: ['category'] },
  reviews: { uri: 'reviews.csv', key: 'sku', time: 'written', text: ['body'], rating: 'stars' },
};
const full = { ...snapshot, media: ref('media'), statics: ref('statics'), reviews: ref('reviews') };

async function run(more: object, replaced: Partial<AllActivities> = {}): Promise<{ readonly activities: FakeActivities; readonly result: RetrainResult }> {
  const activities = fakeActivities({ ingest: async () => full, ...replaced });
  temporal.use(activities);
  const pipeline = pipelineSchema.parse({ name: 'tests', task: 'forecast', frequency: 'week', horizon: 4, sources, models: ['lightgbm'], search: { trials: { lightgbm: 1, lstm: 1 } }, ...more });
  const input: RetrainInput = { runId: randomUUID(), pipeline, baseFolder: '/data', actor: 'ana', requestedAt: '2025-11-24T08:00:00.000Z' };
  await temporal.gateway.startRetrain(input);
  const handle = temporal.client.getHandle<(input: RetrainInput) => Promise<RetrainResult>>(workflowIds.retrain('tests', input.runId));
  return { activities, result: await handle.result() };
}

const notesOf = ({ inputsOf }: FakeActivities) => Object.fromEntries(inputsOf('markStep').filter(({ status }) => status === 'skipped').map(({ step, note }) => [step, note]));

describe('what products and customers tell', () => {
  test('reaches the features, each modality with its own settings', async () => {
    const { activities } = await run({ embeddings: { text: { dims: 3 }, reviews: { dims: 2, halfLife: 6 }, image: { dims: 5, reduction: 'random-projection' } } });
    expect(activities.inputsOf('buildFeatures')).toHaveLength(1);
    expect(activities.inputsOf('buildFeatures')[0]).toMatchObject({
      modalities: [
        { modality: 'text', vectors: ref('vectors'), dims: 3, reduction: 'pca' },
        { modality: 'image', vectors: ref('image-vectors'), dims: 5, reduction: 'random-projection' },
      ],
      reviews: { vectors: ref('review-vectors'), dims: 2, halfLife: 6, reduction: 'pca' },
    });
    expect(activities.inputsOf('embedTexts')[0]).not.toHaveProperty('views');
  });

  test('is embedded only as far as the pipeline file asks, though the sources have more', async () => {
    const { activities, result } = await run({ embeddings: { image: {} } });
    expect(activities.inputsOf('embedTexts')).toEqual([]);
    expect(activities.inputsOf('embedReviews')).toEqual([]);
    expect(Object.keys(activities.inputsOf('embedMedia')[0]?.settings ?? {})).toEqual(['image']);
    expect(notesOf(activities)).toMatchObject({ 'embed:text': 'the pipeline file names no texts', 'embed:reviews': 'the pipeline file names no reviews', tune: 'the pipeline file tunes nothing', ablation: 'the pipeline file does not ask for it' });
    expect(result).not.toHaveProperty('ablation');
    expect(result).not.toHaveProperty('coldStart');
  });

  test('is tuned to the task before it becomes features, with changed copies that only tuning sees', async () => {
    const { activities } = await run({ embeddings: { text: {}, image: {}, tune: { on: 'category' } }, search: { seed: 11, trials: { lightgbm: 1, lstm: 1 } } });
    for (const name of ['embedTexts', 'embedMedia'] as const) expect(activities.inputsOf(name)[0]?.views).toMatchObject({ seed: 11, settings: { copies: 1 } });
    expect(activities.inputsOf('tuneVectors')[0]).toMatchObject({ statics: ref('statics'), panel: ref('panel'), seed: 11, modalities: [{ modality: 'text', vectors: ref('vectors') }, { modality: 'image' }] });
    expect(activities.inputsOf('buildFeatures')[0]?.modalities?.map(({ vectors }) => vectors.sha256)).toEqual(['tuned-vectors', 'tuned-image-vectors']);
  });
});

describe('an ablation', () => {
  test('fits the first model again without each modality, on the folds, with the parameters that were found with all of them', async () => {
    const { activities, result } = await run({ embeddings: { text: {}, reviews: {} }, evaluate: { ablation: true } });
    const refits = activities.inputsOf('fitModel').filter(({ context }) => context.step === 'ablation');
    expect(refits.map(({ features, splits }) => [features.spec.sha256, splits]).sort()).toEqual([['spec-without-reviews', ['folds']], ['spec-without-text', ['folds']]]);
    const [first] = activities.inputsOf('fitModel').filter(({ context }) => context.step === 'fit:lightgbm');
    for (const { parameters } of refits) expect(parameters).toEqual(first?.parameters);
    expect(result.ablation?.map(({ without }) => without)).toEqual(['text', 'reviews']);
  });

  test('compares tuned vectors with what they were before', async () => {
    const { activities, result } = await run({ embeddings: { text: {}, tune: {} }, evaluate: { ablation: true } });
    const plain = activities.inputsOf('buildFeatures').filter(({ context }) => context.step === 'ablation');
    expect(plain.map(({ modalities }) => modalities?.map(({ vectors }) => vectors.sha256))).toEqual([['vectors']]);
    expect(result.ablation?.map(({ without }) => without)).toEqual(['text', 'tuning']);
  });

  test('leaves out nothing that has no columns, and says why where there is nothing to leave out', async () => {
    const none = await run({ embeddings: { text: {} }, evaluate: { ablation: true } }, { omitColumns: async ({ features }) => ({ features, columns: 0 }) });
    expect(none.activities.inputsOf('measureAblation')[0]?.reduced).toEqual([]);
    expect(notesOf((await run({ evaluate: { ablation: true } })).activities)['ablation']).toBe('there is nothing to leave out');
    expect(notesOf((await run({ embeddings: { text: {} }, evaluate: { ablation: true }, models: ['seasonal-naive'] })).activities)['ablation']).toBe('no model learns from features');
  });
});

test('products without history are forecast from all that is known of them, where the file asks', async () => {
  const { activities, result } = await run({ embeddings: { text: {}, image: {} }, evaluate: { coldStart: true } });
  expect(activities.inputsOf('forecastColdStart')[0]).toMatchObject({ panel: ref('panel'), statics: ref('statics'), modalities: [{ modality: 'text' }, { modality: 'image' }], horizon: 4 });
  expect(result.coldStart?.map(({ method }) => method)).toEqual(['analogues']);
});
