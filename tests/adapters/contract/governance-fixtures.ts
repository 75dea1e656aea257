import { createHash } from 'node:crypto';

import type { ArtifactRef, Layer } from '../../../contracts/artifacts.ts';
import type { Snapshot } from '../../../contracts/data.ts';
import type { Candidate, Champion, Decision, Evidence, Proposal } from '../../../contracts/governance.ts';
import type { MetricRow } from '../../../contracts/modelling.ts';
import { pipelineSchema } from '../../../contracts/pipeline.schema.ts';
import type { RetrainInput, RetrainResult } from '../../../contracts/runs.ts';

// Whole values of the contracts, each from a short text: enough to tell them apart.

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

export function artifact(layer: Layer, text: string, extension = 'json'): ArtifactRef {
  return { uri: `s3://bucket/${layer}/${sha256(text)}.${extension}`, sha256: sha256(text), bytes: text.length, mediaType: 'application/json' };
}

export function snapshotOf(text: string): Snapshot {
  return {
    digest: sha256(text),
    manifest: artifact('primary', `${text} manifest`),
    sales: artifact('primary', `${text} sales`, 'parquet'),
    texts: artifact('primary', `${text} texts`, 'parquet'),
    media: artifact('primary', `${text} media`, 'parquet'),
    statics: artifact('primary', `${text} statics`, 'parquet'),
    reviews: artifact('primary', `${text} reviews`, 'parquet'),
    sources: (['sales', 'products', 'reviews', 'rates'] as const).map((source) => ({ source, uri: `./data/${source}.csv`, sha256: sha256(`${text} ${source} file`), bytes: 12, rows: 3 })),
    rows: 3, keptRows: 2, series: 1, from: '2010-12-01T08:26:00', to: '2011-12-09T12:50:00',
  };
}

export const evidenceOf = (text: string): Evidence => ({
  candidate: sha256(text), snapshot: sha256(`${text} snapshot`), metrics: sha256(`${text} metrics`), pipeline: sha256('pipeline'), code: sha256('code'),
});

export const metricRow: MetricRow = {
  model: 'ensemble', split: 'test', wape: 0.61, mase: null, wql: 0.1 + 0.2, bias: -0.05, mae: 12.5, mse: 310, rmse: 17.6, coverage: 0.81,
};

export function candidateOf(pipeline: string, text: string): Omit<Candidate, 'version'> {
  return {
    digest: sha256(text), pipeline, runId: `run of ${text}`, snapshot: sha256(`${text} snapshot`),
    recipe: {
      members: { lightgbm: { parameters: { num_leaves: 31, boosting: 'gbdt', linear_tree: false }, files: [artifact('models', `${text} model`, 'txt')] } },
      weights: { lightgbm: 1 }, level: 1.05, seed: 7, quantiles: [0.1, 0.5, 0.9],
      hierarchy: { levels: ['category', ['category', 'store'], 'total'], method: 'mint-shrink', files: [], weights: { lightgbm: 1 }, level: 0.97 },
    },
    metrics: [metricRow], report: artifact('reports', `${text} report`), forecasts: artifact('forecasts', `${text} forecasts`, 'parquet'),
    evidence: evidenceOf(text), mlflowRunId: 'f'.repeat(32), mlflowVersion: '4', createdAt: '2026-03-02T04:05:06.789Z',
  };
}

export function proposalOf(pipeline: string, text: string, over: Partial<Proposal> = {}): Proposal {
  return {
    id: `proposal-${sha256(`${pipeline} ${text}`).slice(0, 16)}`, pipeline, candidate: sha256(text), version: 1, runId: `run of ${text}`,
    evidence: evidenceOf(text), gates: [{ gate: 'improves wql', value: null, threshold: 0, holds: true, reason: 'no champion yet' }],
    status: 'open', proposedBy: 'system:retrain', proposedAt: '2026-03-02T05:00:00.000Z', expiresAt: '2026-03-05T05:00:00.000Z',
    quorum: 1, decisions: [], ...over,
  };
}

export function decisionOf({ id, evidence }: Proposal, actor: string): Decision {
  return { proposalId: id, verdict: 'approve', reason: 'better on every segment', actor, evidence };
}

export function championOf(pipeline: string, version: number, since: string): Champion {
  return {
    pipeline, candidate: sha256(`${pipeline} v${version}`), version, since, by: 'ana', reason: 'better on every segment',
    proposalId: `proposal-${sha256(`${pipeline} v${version}`).slice(0, 16)}`,
  };
}

export function retrainInput(runId: string, pipeline = 'online-retail', over: Partial<RetrainInput> = {}): RetrainInput {
  return {
    runId, baseFolder: '/data/shop', actor: 'ana', requestedAt: '2026-03-02T04:00:00.000Z', ...over,
    pipeline: pipelineSchema.parse({
      name: pipeline, task: 'forecast', frequency: 'week', horizon: 4,
      sources: { sales: { uri: './sales.csv', columns: { series: 'sku', time: 'day', target: 'units' } } },
    }),
  };
}

export function retrainResult(runId: string): RetrainResult {
  return {
    runId, candidate: sha256(runId), version: 2, metrics: [metricRow], weights: { lightgbm: 0.75, lstm: 0.25 },
    cutoffs: { folds: ['2011-08-01'], test: '2011-11-07', final: '2011-12-05' },
    gates: [], proposal: { id: 'proposal-1', status: 'open', created: true }, forecastSeries: 3000, snapshot: sha256('snapshot'),
    ablation: [{ without: 'reviews', columns: 12, metric: 'wql', full: 0.3, reduced: 0.31, gain: 1 - 0.3 / 0.31, low: -0.01, high: 0.07 }],
    coldStart: [{ method: 'analogues', wape: 0.8, wql: null, bias: -0.1, products: 40 }],
    levels: [{ level: 'total', split: 'test', wape: 0.1, wql: 0.2, bias: null, before: { wape: 0.3, wql: 0.2, bias: 0 } }],
  };
}
