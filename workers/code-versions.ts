import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { packageRoot } from '../infra/toolchain/paths.ts';

export const codeVersionsFile = join(packageRoot, 'dist', 'code-versions.json');

/** What the results of an activity depend on besides its parameters. */
export interface ActivityCode {
  /** Entry files: they, all they import, and the locked versions of the packages among that. */
  readonly sources: readonly string[];
  /** Files that count byte by byte. */
  readonly files?: readonly string[];
  /** Packages of the Python half of the toolchain, in their locked versions. */
  readonly python?: readonly string[];
}

const duckdb = 'adapters/duckdb/session.ts';
const matrices = ['workers/matrices.ts', 'adapters/duckdb/features/extract-matrix.ts', duckdb];
const vectors = [...['cache-parts', 'wanted-items', 'write-vectors', 'write-views'].map((name) => `adapters/duckdb/vectors/${name}.ts`), duckdb];
const textVectors = ['adapters/embeddings/text-encoder.ts', 'adapters/embeddings/network-thread.ts', ...vectors];
const fit: ActivityCode = {
  sources: [
    'activities/training.ts', ...matrices,
    'adapters/lightgbm/trainer.ts', 'adapters/lightgbm/child.ts', 'adapters/tensorflow/trainer.ts', 'adapters/tensorflow/child.ts',
  ],
  python: ['lightgbm'],
};
const assemble: ActivityCode = { sources: ['activities/training.ts', ...matrices, 'adapters/duckdb/forecasts/write-predictions.ts'] };

/** Behind each cached activity: a change in any of it makes that activity's results new. */
export const activityCode: Readonly<Record<string, ActivityCode>> = {
  obtainSource: { sources: ['adapters/duckdb/sources/list-sources.ts'] },
  readSource: { sources: ['adapters/duckdb/ingest/read-source.ts', 'activities/file-number.ts', duckdb] },
  newestTime: { sources: ['adapters/duckdb/ingest/rates-in-use.ts', duckdb] },
  readProducts: { sources: ['adapters/duckdb/ingest/read-products.ts', duckdb] },
  readReviews: { sources: ['adapters/duckdb/ingest/read-reviews.ts', 'activities/file-number.ts', duckdb] },
  readMedia: { sources: ['activities/read-media.ts', 'adapters/duckdb/sources/locate-media.ts'] },
  findSuperseded: { sources: ['adapters/duckdb/ingest/merge-span.ts', duckdb] },
  mergeSpan: { sources: ['adapters/duckdb/ingest/merge-span.ts', duckdb] },
  ingest: { sources: ['activities/ingest.ts', 'adapters/duckdb/ingest/join-spans.ts', duckdb] },
  validate: { sources: ['activities/validate.ts', 'adapters/duckdb/validate/validate-sales.ts', 'adapters/duckdb/validate/run-sandboxed.ts', 'adapters/duckdb/validate/sandbox-child.ts', duckdb] },
  profilePart: { sources: ['adapters/duckdb/profile/profile-part.ts', duckdb] },
  salesTimes: { sources: ['adapters/duckdb/clean/sales-times.ts', duckdb] },
  cleanPart: { sources: ['adapters/duckdb/clean/panel-parts.ts', duckdb] },
  clean: { sources: ['activities/clean.ts'] },
  buildFeatures: { sources: ['activities/features.ts', 'adapters/duckdb/features/plan-origins.ts', 'adapters/duckdb/features/origin-parts.ts', duckdb] },
  featurePart: { sources: ['adapters/duckdb/features/origin-parts.ts', duckdb] },
  aggregatePanel: { sources: ['activities/hierarchy.ts', 'adapters/duckdb/hierarchy/series-levels.ts', duckdb] },
  aggregatePart: { sources: ['adapters/duckdb/hierarchy/node-part.ts', duckdb] },
  reconcileForecasts: { sources: ['activities/hierarchy.ts', 'adapters/duckdb/hierarchy/past-sales.ts', 'adapters/duckdb/forecasts/prediction-table.ts', duckdb] },
  embedTexts: { sources: ['activities/embedding-texts.ts', ...textVectors] },
  embedReviews: { sources: ['activities/embedding-reviews.ts', 'adapters/duckdb/vectors/write-review-vectors.ts', ...textVectors] },
  embedMedia: { sources: ['activities/embedding-media.ts', 'adapters/media-encoders/create-media-encoder.ts', 'adapters/media-encoders/encoder-thread.ts', ...vectors] },
  tuneVectors: { sources: ['activities/tuning.ts', 'adapters/tensorflow/tuning/tuner.ts', 'adapters/tensorflow/tuning/child.ts', 'adapters/duckdb/tuning/tuning-data.ts', duckdb] },
  forecastColdStart: {
    sources: ['activities/cold-start.ts', ...['launch-history', 'recent-sales', 'static-attributes', 'nearest-launches'].map((name) => `adapters/duckdb/cold-start/${name}.ts`), 'adapters/duckdb/forecasts/prediction-table.ts', duckdb],
  },
  fitBaselines: assemble,
  fitFold: fit,
  fitModel: fit,
  assemblePredictions: assemble,
  // What a search asks for and when it stops; the scores of its trials are those of fitFold.
  search: {
    sources: ['activities/search.ts', 'workflows/search.ts'],
    files: [...['main', 'failures', 'payloads', 'spaces', 'storage', 'studies'].map((name) => `workers/sampler/${name}.py`), 'contracts/sampler.schema.json'],
    python: ['optuna', 'numpy', 'scipy'],
  },
  measureAblation: { sources: ['activities/ablation.ts', 'adapters/duckdb/forecasts/prediction-table.ts', duckdb] },
  buildEnsemble: { sources: ['activities/evaluation.ts', 'adapters/duckdb/forecasts/prediction-table.ts', duckdb] },
  evaluateModels: { sources: ['activities/evaluation.ts', 'adapters/duckdb/forecasts/prediction-table.ts', 'adapters/duckdb/forecasts/seasonal-scales.ts', duckdb] },
};

/** Fits on another engine for the network than the default one are other results; all workers of a stack have the same environment. */
const onChosenEngine = new Set(['fitFold', 'fitModel', 'tuneVectors']);

/** Reads what the build wrote. @throws when an activity has no version: the build is older than the code */
export function readCodeVersions(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  file: string = codeVersionsFile,
): (activity: string) => string {
  const versions = new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>));
  const engine = environment['FORECASTLE_TENSORFLOW'] ?? '';
  return (activity) => {
    const version = versions.get(activity);
    if (version === undefined) throw new RangeError(`no code version for ${activity}: run \`npm run build\``);
    return engine !== '' && onChosenEngine.has(activity) ? `${version} on ${engine}` : version;
  };
}
