import { z } from 'zod';

import type { AblationRow } from '../../contracts/ablation.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { ColdStartRow } from '../../contracts/cold-start.ts';
import type { Snapshot } from '../../contracts/data.ts';
import { hierarchySchema } from '../../contracts/hierarchy.schema.ts';
import type { Evidence, GateOutcome, Recipe } from '../../contracts/governance.ts';
import type { LevelScores, MetricRow } from '../../contracts/modelling.ts';
import type { RetrainResult } from '../../contracts/runs.ts';

// Documents that are stored whole. Each schema is held to its contract by the annotation.

/** timestamptz → ISO time. */
export const time = z.date().transform((at) => at.toISOString());
/** bigint arrives as text. */
export const count = z.coerce.number().int();
const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const artifactRef: z.ZodType<ArtifactRef> = z.object({
  uri: z.string(),
  sha256: digest,
  bytes: count,
  mediaType: z.string(),
});

export const evidence: z.ZodType<Evidence> = z.object({
  candidate: z.string(),
  snapshot: z.string(),
  metrics: z.string(),
  pipeline: z.string(),
  code: z.string(),
});

export const recipe: z.ZodType<Recipe> = z.object({
  members: z.record(
    z.string(),
    z.object({ parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])), files: z.array(artifactRef) }),
  ),
  weights: z.record(z.string(), z.number()),
  level: z.number(),
  seed: z.number(),
  quantiles: z.array(z.number()),
  hierarchy: z
    .object({ ...hierarchySchema.shape, files: z.array(artifactRef), weights: z.record(z.string(), z.number()), level: z.number() })
    .exactOptional(),
});

/** `null`: not defined on these data (MASE of a series that never moves). */
const metric = z.number().nullable();

export const metricRow: z.ZodType<MetricRow> = z.object({
  model: z.string(),
  split: z.enum(['folds', 'test']),
  wape: metric,
  mase: metric,
  wql: metric,
  bias: metric,
  mae: metric,
  mse: metric,
  rmse: metric,
  coverage: metric,
});

export const gateOutcome: z.ZodType<GateOutcome> = z.object({
  gate: z.string(),
  value: metric,
  threshold: z.number(),
  holds: z.boolean(),
  reason: z.string(),
});

export const proposalStatus = z.enum(['open', 'approved', 'rejected', 'expired', 'superseded', 'blocked']);

export const snapshot: z.ZodType<Snapshot> = z.object({
  digest,
  manifest: artifactRef,
  sales: artifactRef,
  texts: artifactRef.exactOptional(),
  media: artifactRef.exactOptional(),
  statics: artifactRef.exactOptional(),
  reviews: artifactRef.exactOptional(),
  products: artifactRef.exactOptional(),
  profile: artifactRef.exactOptional(),
  sources: z.array(
    z.object({
      source: z.enum(['sales', 'products', 'reviews', 'rates']), uri: z.string(), sha256: digest, bytes: count, rows: count, number: count.exactOptional(),
    }),
  ),
  rows: count,
  keptRows: count,
  series: count,
  from: z.string(),
  to: z.string(),
});

const levelScores: z.ZodType<LevelScores> = z.object({
  level: z.string(), split: z.enum(['folds', 'test']), wape: metric, wql: metric, bias: metric,
  before: z.object({ wape: metric, wql: metric, bias: metric }),
});

const ablationRow: z.ZodType<AblationRow> = z.object({
  without: z.string(), columns: count, metric: z.enum(['wql', 'wape']),
  full: z.number(), reduced: z.number(), gain: z.number(), low: z.number(), high: z.number(),
});

const coldStartRow: z.ZodType<ColdStartRow> = z.object({ method: z.string(), wape: metric, wql: metric, bias: metric, products: count });

export const retrainResult: z.ZodType<RetrainResult> = z.object({
  runId: z.string(),
  candidate: z.string(),
  version: count,
  metrics: z.array(metricRow),
  weights: z.record(z.string(), z.number()),
  cutoffs: z.object({ folds: z.array(z.string()), test: z.string(), final: z.string() }),
  gates: z.array(gateOutcome),
  proposal: z.object({ id: z.string(), status: proposalStatus, created: z.boolean() }),
  forecastSeries: count,
  levels: z.array(levelScores).exactOptional(),
  ablation: z.array(ablationRow).exactOptional(),
  coldStart: z.array(coldStartRow).exactOptional(),
  snapshot: z.string(),
  cleaned: z.object({ panel: artifactRef, report: artifactRef }).exactOptional(),
});
