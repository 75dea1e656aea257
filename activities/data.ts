import type { DataActivities } from '../contracts/data.ts';
import { type CleanDeps, createClean } from './clean.ts';
import { createBuildFeatures, type FeaturesDeps } from './features.ts';
import { createIngest, type IngestDeps } from './ingest.ts';
import { createValidate, type ValidateDeps } from './validate.ts';

export type DataDeps = IngestDeps & ValidateDeps & CleanDeps & FeaturesDeps;

/** Activities on the `data` queue that turn source files into an origin table. */
export function createDataActivities(deps: DataDeps): DataActivities {
  return { ingest: createIngest(deps), validate: createValidate(deps), clean: createClean(deps), buildFeatures: createBuildFeatures(deps) };
}
