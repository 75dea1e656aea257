import { z } from 'zod';

import { ablationRowSchema, coldStartRowSchema } from './http-evidence.schema.ts';
import { pipelineSchema } from './pipeline.schema.ts';
import { stepNames } from './steps.ts';

// Bodies and answers of the HTTP API, version 1. Fields may be added; none changes its meaning or disappears.
// `z.object`, not `strictObject`, in answers: an older client must read a newer server.

const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const time = z.string().describe('ISO 8601');
const digest = z.string().describe('SHA-256, hexadecimal');
const number = z.number();
const figure = number.nullable();

export const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export const artifactSchema = z.object({ uri: z.string(), sha256: digest, bytes: number, mediaType: z.string() });

export const metricRowSchema = z.object({
  model: z.string(),
  split: z.enum(['folds', 'test']),
  // null: not defined on these data
  wape: figure,
  mase: figure,
  wql: figure,
  bias: figure,
  mae: figure,
  mse: figure,
  rmse: figure,
  /** Share of actuals between the lowest and the highest quantile. */
  coverage: figure,
});

export const levelScoresSchema = metricRowSchema.pick({ split: true, wape: true, wql: true, bias: true }).extend({ level: z.string(), before: metricRowSchema.pick({ wape: true, wql: true, bias: true }) });

export const gateOutcomeSchema = z.object({
  gate: z.string(),
  value: figure,
  threshold: number,
  holds: z.boolean(),
  reason: z.string(),
});

export const evidenceSchema = z.object({
  candidate: z.string(),
  snapshot: z.string(),
  metrics: z.string(),
  pipeline: z.string(),
  code: z.string(),
});

export const proposalStatusSchema = z.enum(['open', 'approved', 'rejected', 'expired', 'superseded', 'blocked']);
const verdictSchema = z.enum(['approve', 'reject']);

export const decisionSchema = z.object({
  proposalId: z.string(),
  verdict: verdictSchema,
  reason: z.string(),
  actor: z.string(),
  evidence: evidenceSchema,
});

export const proposalSchema = z.object({
  id: z.string(),
  pipeline: z.string(),
  candidate: digest,
  version: number,
  runId: z.string(),
  evidence: evidenceSchema,
  gates: list(gateOutcomeSchema),
  status: proposalStatusSchema,
  proposedBy: z.string(),
  proposedAt: time,
  expiresAt: time,
  quorum: number,
  decisions: list(decisionSchema),
});

/** What a person sends to answer a proposal; who they are comes from the `X-Forecastle-User` header. */
export const decisionRequestSchema = z.strictObject({
  verdict: verdictSchema,
  reason: z.string().trim().min(1, 'must say why: a decision without a reason is refused').max(4000),
  evidence: evidenceSchema,
});
export const decisionOutcomeSchema = z.object({
  proposalId: z.string(),
  status: proposalStatusSchema,
  missing: number,
  message: z.string(),
});

export const championSchema = z.object({
  pipeline: z.string(),
  candidate: digest,
  version: number,
  since: time,
  by: z.string(),
  reason: z.string(),
  proposalId: z.string(),
});

export const stepStateSchema = z.object({
  step: z.enum(stepNames),
  status: z.enum(['waiting', 'running', 'done', 'cached', 'skipped', 'failed', 'cancelled']),
  startedAt: time.optional(),
  seconds: number.optional(),
  attempt: number.optional(),
  note: z.string().optional(),
  error: z.string().optional(),
});

export const cutoffsSchema = z.object({ folds: list(z.string()), test: z.string(), final: z.string() });

export const retrainResultSchema = z.object({
  runId: z.string(),
  candidate: digest,
  version: number,
  metrics: list(metricRowSchema),
  weights: z.record(z.string(), number),
  cutoffs: cutoffsSchema,
  gates: list(gateOutcomeSchema),
  proposal: z.object({ id: z.string(), status: proposalStatusSchema, created: z.boolean() }),
  forecastSeries: number,
  /** Of a pipeline with a hierarchy: scores of every level, beside those before its forecasts added up. */
  levels: list(levelScoresSchema).optional(),
  /** Of a run with `evaluate.ablation`. */
  ablation: list(ablationRowSchema).optional(),
  /** Of a run with `evaluate.coldStart`. */
  coldStart: list(coldStartRowSchema).optional(),
  snapshot: digest,
});

export const runStatusSchema = z.enum(['running', 'done', 'failed', 'cancelled']);
export const runSchema = z.object({
  runId: z.string(),
  pipeline: z.string(),
  status: runStatusSchema,
  actor: z.string(),
  requestedAt: time,
  finishedAt: time.optional(),
  cutoff: z.string().optional(),
  /** Failure code and message, when the run failed. */
  code: z.string().optional(),
  error: z.string().optional(),
});
export const runDetailSchema = z.object({
  run: runSchema,
  steps: list(stepStateSchema),
  result: retrainResultSchema.optional(),
});

/** What one rule of the pipeline file found in the run's snapshot. */
export const ruleResultSchema = z.object({
  /** The rule in words. */
  rule: z.string(),
  kind: z.string(),
  column: z.string().optional(),
  severity: z.enum(['warn', 'block']),
  holds: z.boolean(),
  found: z.string(),
  /** Rows that break it, and rows that were looked at. */
  broken: number,
  rows: number,
  /** The first rows that break it: five at most, numbered from 1 in their source file. */
  examples: list(z.object({ uri: z.string(), row: number })),
});
export const runValidationSchema = z.object({
  runId: z.string(),
  /** Absent until the data were checked. */
  snapshot: digest.optional(),
  results: list(ruleResultSchema),
});

export const startRunRequestSchema = z.strictObject({
  pipeline: pipelineSchema,
  /** Absolute folder that the relative addresses of the pipeline file start from, as the workers see it. */
  baseFolder: z.string().min(1),
  cutoff: z.iso.date('must be a date such as 2011-11-07').optional(),
  seed: z.number().int().min(1).max(2_147_483_646).optional(),
});
export const startedRunSchema = z.object({ runId: z.string(), workflowId: z.string() });
export const cancelledRunSchema = z.object({ runId: z.string(), cancelling: z.boolean() });

export const candidateSchema = z.object({
  digest,
  pipeline: z.string(),
  version: number,
  runId: z.string(),
  snapshot: digest,
  weights: z.record(z.string(), number),
  metrics: list(metricRowSchema),
  report: artifactSchema,
  forecasts: artifactSchema,
  evidence: evidenceSchema,
  mlflowRunId: z.string(),
  mlflowVersion: z.string(),
  createdAt: time,
});

const namedCandidateSchema = z.object({
  digest,
  pipeline: z.string(),
  version: number,
  runId: z.string(),
  snapshot: digest,
  createdAt: time,
});
export const comparisonSchema = z.object({
  a: namedCandidateSchema,
  b: namedCandidateSchema,
  rows: list(
    z.object({
      model: z.string(),
      split: z.enum(['folds', 'test']),
      metric: z.string(),
      a: number.nullable(),
      b: number.nullable(),
      /** b − a; null where one of them lacks the row. */
      difference: number.nullable(),
    }),
  ),
  /** Hyper-parameters and weights that differ. */
  changed: list(z.object({ what: z.string(), a: z.string(), b: z.string() })),
});

export const forecastPointSchema = z.object({
  /** First day of the period. */
  ds: z.string(),
  yHat: number,
  /** Level, such as `0.1`, to value. */
  quantiles: z.record(z.string(), number),
});
export const forecastSchema = z.object({
  pipeline: z.string(),
  series: z.string(),
  candidate: digest,
  version: number,
  points: list(forecastPointSchema),
  /** What `lineage` takes for the first point; put another date behind the last slash for the others. */
  lineageRef: z.string(),
});

export const auditSchema = z.object({
  ok: z.boolean(),
  rows: number,
  /** The first row whose chain does not hold. */
  broken: z.object({ row: number, reason: z.string() }).optional(),
});

export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), error: z.string().optional() })),
});

export const runListSchema = z.object({ runs: list(runSchema) });
export const candidateListSchema = z.object({ candidates: list(candidateSchema) });
export const proposalListSchema = z.object({ proposals: list(proposalSchema) });
export const championHistorySchema = z.object({ champion: championSchema, history: list(championSchema) });

export type MetricRowView = z.infer<typeof metricRowSchema>;
export type ProposalView = z.infer<typeof proposalSchema>;
export type RunView = z.infer<typeof runSchema>;
export type RunValidationView = z.infer<typeof runValidationSchema>;
export type RunDetail = z.infer<typeof runDetailSchema>;
export type RetrainResultView = z.infer<typeof retrainResultSchema>;
export type StepView = z.infer<typeof stepStateSchema>;
export type CandidateView = z.infer<typeof candidateSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type ForecastView = z.infer<typeof forecastSchema>;
export type AuditCheck = z.infer<typeof auditSchema>;
