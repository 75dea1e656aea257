import type { Evidence, RegisterInput } from '../contracts/governance.ts';
import type { TrialRecord } from '../contracts/modelling.ts';
import type { ArtifactStore } from './artifact-store.ts';

/** What tracking needs of MLflow; `adapters/mlflow` satisfies it by shape. Everything named `ensure…` may be repeated. */
export interface Experiments {
  ensureExperiment(name: string): Promise<string>;
  ensureRun(run: { experimentId: string; key: string; name: string; parentRunId?: string; tags?: Readonly<Record<string, string>> }): Promise<string>;
  logBatch(runId: string, batch: { metrics: readonly { key: string; value: number; step?: number }[]; params: Readonly<Record<string, string>>; tags: Readonly<Record<string, string>> }): Promise<void>;
  logDataset(runId: string, dataset: { name: string; digest: string; source: string; profile: object }): Promise<void>;
  finishRun(runId: string, status: 'FINISHED' | 'FAILED'): Promise<void>;
  ensureModel(name: string): Promise<void>;
  ensureModelVersion(version: { name: string; source: string; runId: string; key: string; tags: Readonly<Record<string, string>> }): Promise<string>;
  setAlias(name: string, alias: string, version: string): Promise<void>;
}

/** One MLflow run per candidate with a nested run per trial, its dataset, and a model version with the alias `candidate`. */
export async function trackCandidate(
  experiments: Experiments,
  artifacts: Pick<ArtifactStore, 'readJson'>,
  { context, snapshot, recipe, evaluation, trials }: RegisterInput,
  evidence: Evidence,
): Promise<{ runId: string; version: string }> {
  const { pipeline } = context;
  const experimentId = await experiments.ensureExperiment(pipeline);
  const runId = await experiments.ensureRun({ experimentId, key: `candidate:${evidence.candidate}`, name: `candidate ${evidence.candidate.slice(0, 12)}`, tags: { 'forecastle.run': context.runId } });
  const metrics = evaluation.rows.flatMap(({ model, split, ...values }) =>
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [{ key: `${model}.${split}.${name}`, value }])),
  );
  await experiments.logBatch(runId, {
    metrics,
    params: Object.fromEntries(Object.entries(recipe.members).flatMap(([model, { parameters }]) => Object.entries(parameters).map(([name, value]) => [`${model}.${name}`, String(value)]))),
    tags: Object.fromEntries(Object.entries(evidence).map(([name, digest]) => [`forecastle.${name}`, String(digest)])),
  });
  await experiments.logDataset(runId, { name: pipeline, digest: snapshot.digest.slice(0, 36), source: snapshot.sales.uri, profile: { rows: snapshot.rows, series: snapshot.series } });
  for (const { family, trials: ref } of trials) {
    const { trials: records } = (await artifacts.readJson(ref)) as { trials: readonly TrialRecord[] };
    // The candidate is part of the key: candidates that share a cached search have nested runs of their own each.
    for (const trial of records) await trackTrial(experiments, { experimentId, parentRunId: runId, key: `trial:${evidence.candidate}:${ref.sha256}:${trial.number}`, family, trial });
  }
  await experiments.ensureModel(pipeline);
  const version = await experiments.ensureModelVersion({ name: pipeline, source: evaluation.forecasts.uri.replace(/\/[^/]+$/, ''), runId, key: evidence.candidate, tags: { 'forecastle.candidate': evidence.candidate } });
  await experiments.setAlias(pipeline, 'candidate', version);
  await experiments.finishRun(runId, 'FINISHED');
  return { runId, version };
}

async function trackTrial(
  experiments: Experiments,
  { experimentId, parentRunId, key, family, trial }: { experimentId: string; parentRunId: string; key: string; family: string; trial: TrialRecord },
): Promise<void> {
  const runId = await experiments.ensureRun({ experimentId, parentRunId, key, name: `${family} trial ${trial.number}` });
  await experiments.logBatch(runId, {
    metrics: [...trial.folds.map((value, step) => ({ key: 'fold_wape', value, step })), ...(trial.value === undefined ? [] : [{ key: 'wape', value: trial.value }])],
    params: Object.fromEntries(Object.entries(trial.parameters).map(([name, value]) => [name, String(value)])),
    tags: { 'forecastle.state': trial.state },
  });
  await experiments.finishRun(runId, trial.state === 'failed' ? 'FAILED' : 'FINISHED');
}
