import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { packageRoot } from '../infra/toolchain/paths.ts';

export const codeVersionsFile = join(packageRoot, 'dist', 'code-versions.json');

/** Entry files behind each cached activity: a change in anything they import makes that activity's results new. */
export const activitySources: Readonly<Record<string, readonly string[]>> = {
  ingest: ['activities/data.ts', 'adapters/duckdb/ingest.ts', 'adapters/duckdb/source-files.ts'],
  validate: ['adapters/duckdb/validate-sales.ts'],
  clean: ['adapters/duckdb/clean.ts'],
  buildFeatures: ['adapters/duckdb/origin-table.ts'],
  embedTexts: ['activities/embedding.ts', 'adapters/embeddings/text-encoder.ts', 'adapters/duckdb/text-vectors.ts'],
  fitBaselines: ['activities/baseline-forecasts.ts', 'adapters/duckdb/write-predictions.ts'],
  fitFold: ['adapters/lightgbm/child.ts', 'adapters/tensorflow/child.ts', 'adapters/duckdb/extract-matrix.ts', 'domain/metrics.ts'],
  fitModel: ['adapters/lightgbm/child.ts', 'adapters/tensorflow/child.ts', 'adapters/duckdb/extract-matrix.ts'],
  assemblePredictions: ['adapters/duckdb/write-predictions.ts'],
  buildEnsemble: ['domain/ensemble.ts', 'adapters/duckdb/prediction-table.ts'],
  evaluateModels: ['activities/metric-rows.ts', 'domain/ensemble.ts', 'adapters/duckdb/prediction-table.ts', 'adapters/duckdb/seasonal-scales.ts'],
};

/** Reads what the build wrote. @throws when an activity has no version: the build is older than the code */
export function readCodeVersions(): (activity: string) => string {
  const versions = new Map(Object.entries(JSON.parse(readFileSync(codeVersionsFile, 'utf8')) as Record<string, string>));
  return (activity) => {
    const version = versions.get(activity);
    if (version === undefined) throw new RangeError(`no code version for ${activity}: run \`npm run build\``);
    return version;
  };
}
