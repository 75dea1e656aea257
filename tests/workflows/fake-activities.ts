import type { Info } from '@temporalio/activity';

import { createMemoryDatabase } from '../../adapters/memory/database.ts';
import type { AblationActivities } from '../../contracts/ablation.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { ColdStartActivities } from '../../contracts/cold-start.ts';
import type { DataActivities, Snapshot } from '../../contracts/data.ts';
import type { EmbeddingActivities, TuningActivities } from '../../contracts/embedding.ts';
import type { ChampionActivities, RegistryActivities } from '../../contracts/governance.ts';
import type { HierarchyActivities } from '../../contracts/hierarchy.ts';
import type { EvaluationActivities, MetricRow, ModelForecasts, SamplerActivities, SearchActivities, TrainingActivities, TrialRecord } from '../../contracts/modelling.ts';
import type { RunActivities } from '../../contracts/runs.ts';
import { evaluateGates } from '../../domain/gates.ts';

export type AllActivities = AblationActivities & ChampionActivities & ColdStartActivities & DataActivities & EmbeddingActivities & EvaluationActivities & HierarchyActivities
  & RegistryActivities & RunActivities & SamplerActivities & SearchActivities & TrainingActivities & TuningActivities;
export type ActivityName = keyof AllActivities;

/** One attempt of one activity, as the fake saw it. */
export interface Call {
  readonly name: ActivityName;
  readonly taskQueue: string;
  readonly workflowId: string;
  readonly input: unknown;
}

export interface FakeActivities {
  /** Attempts in the order in which they began. */
  readonly calls: readonly Call[];
  /** `begin NAME` and `end NAME`, with step or trial, in the order in which they happened; a failed attempt has no end. */
  readonly log: readonly string[];
  /** Inputs of every attempt of one activity. */
  inputsOf<N extends ActivityName>(name: N): readonly Parameters<AllActivities[N]>[0][];
  perform(info: Info, input: never): Promise<unknown>;
}

/** Activities that do nothing but answer; a test replaces the ones it is about. */
export function fakeActivities(replaced: Partial<AllActivities> = {}): FakeActivities {
  const activities: AllActivities = { ...pipelineFakes, ...modalityFakes, ...searchFakes(), ...championFakes(), ...replaced };
  const calls: Call[] = [];
  const log: string[] = [];
  const isKnown = (name: string): name is ActivityName => name in activities;
  return {
    calls,
    log,
    inputsOf: <N extends ActivityName>(name: N) => calls.filter((call) => call.name === name).map(({ input }) => input as Parameters<AllActivities[N]>[0]),
    async perform({ activityType: name, taskQueue, workflowExecution }, input) {
      if (!isKnown(name)) throw new Error(`there is no activity ${name}`);
      calls.push({ name, taskQueue, workflowId: workflowExecution?.workflowId ?? '', input });
      log.push(`begin ${labelOf(name, input)}`);
      const output = await activities[name](input);
      log.push(`end ${labelOf(name, input)}`);
      return output;
    },
  };
}

/** With its step, or with its trial and fold, where it has them. */
function labelOf(name: string, input: object): string {
  if ('trial' in input && 'fold' in input) return `${name} ${String(input.trial)} ${JSON.stringify(input.fold)}`;
  const step = 'context' in input && typeof input.context === 'object' && input.context !== null && 'step' in input.context ? input.context.step : undefined;
  return step === undefined ? name : `${name} ${String(step)}`;
}

export const ref = (name: string): ArtifactRef => ({ uri: `s3://tests/${name}`, sha256: name, bytes: 1, mediaType: 'text/plain' });
export const forecastsOf = (model: string): ModelForecasts => ({ model, predictions: ref(`${model}-predictions`), files: [], parameters: {}, engine: 'fake' });
export const snapshot: Snapshot = {
  digest: 'snapshot', manifest: ref('manifest'), sales: ref('sales'), texts: ref('texts'), sources: [], rows: 10, keptRows: 9, series: 2,
  from: '2024-01-01T00:00:00', to: '2024-12-31T00:00:00',
};
export const evidence = { candidate: 'c1', snapshot: 'snapshot', metrics: 'm', pipeline: 'p', code: 'k' };

const scores = { wape: 0.5, mase: 0.9, bias: 0, mae: 1, mse: 1, rmse: 1, coverage: 0.8 };
const metricRows: readonly MetricRow[] = [
  { ...scores, model: 'seasonal-naive', split: 'test', wql: 0.5 },
  { ...scores, model: 'ensemble', split: 'test', wql: 0.4 },
];

const pipelineFakes: DataActivities & EvaluationActivities & HierarchyActivities & RegistryActivities & RunActivities = {
  startRun: async () => undefined,
  markStep: async () => undefined,
  finishRun: async () => undefined,
  ingest: async () => snapshot,
  validate: async () => ({ report: ref('rules'), passed: 1, warnings: 0 }),
  clean: async () => ({ panel: ref('panel'), report: ref('cleaning'), series: 2, periods: 40, filled: 0, outliers: 0, droppedRows: 0, madeParts: 1, parts: 1, from: '2024-01-01', to: '2024-12-23' }),
  buildFeatures: async () => ({ table: ref('table'), spec: ref('spec'), cutoffs: { folds: ['2024-10-07', '2024-11-04'], test: '2024-12-02', final: '2024-12-23' }, rows: 80, series: 2, columns: 9 }),
  aggregatePanel: async () => ({ members: ref('members'), panel: ref('node-panel'), nodes: 3, madeParts: 1, parts: 1 }),
  reconcileForecasts: async ({ method }) => ({ series: { ...forecastsOf('ensemble'), predictions: ref(`${method}-series`) }, nodes: { ...forecastsOf('ensemble'), predictions: ref(`${method}-nodes`) }, moved: 0.1 }),
  buildEnsemble: async ({ members }) => ({ forecasts: forecastsOf('ensemble'), weights: Object.fromEntries(members.map(({ model }) => [model, 1 / members.length])), level: 1.1 }),
  evaluateModels: async () => ({ report: ref('report'), rows: metricRows, forecasts: ref('forecasts'), forecastSeries: 2 }),
  currentChampion: async () => ({}),
  registerCandidate: async () => ({ candidate: evidence.candidate, version: 1, evidence, mlflowRunId: 'run', mlflowVersion: '1' }),
  proposeCandidate: async ({ context, registered, gates, metrics, approvals, proposedBy, now }) => ({
    created: true,
    proposal: {
      id: 'p-1', pipeline: context.pipeline, candidate: registered.candidate, version: registered.version, runId: context.runId, evidence: registered.evidence,
      gates: evaluateGates(gates, metrics), status: 'open', proposedBy, proposedAt: now, expiresAt: now, quorum: approvals.quorum, decisions: [],
    },
  }),
};

const embedded = { dims: 2, embedded: 2, reused: 0, unreadable: 0, encoder: 'fake' };
const ablationRow = { columns: 2, metric: 'wql', full: 0.4, reduced: 0.5, gain: 0.2, low: 0.1, high: 0.3 } as const;

const modalityFakes: AblationActivities & ColdStartActivities & EmbeddingActivities & TuningActivities = {
  embedTexts: async () => ({ ...embedded, vectors: ref('vectors') }),
  embedReviews: async () => ({ ...embedded, vectors: ref('review-vectors') }),
  embedMedia: async ({ settings }) => Object.fromEntries(Object.keys(settings).map((modality) => [modality, { ...embedded, vectors: ref(`${modality}-vectors`) }])),
  tuneVectors: async ({ modalities }) => ({ modalities: modalities.map(({ modality, vectors }) => ({ modality, vectors: ref(`tuned-${vectors.sha256}`), dims: 2 })), report: ref('tuning'), series: 2, epochs: 3 }),
  omitColumns: async ({ features, groups }) => ({ features: { ...features, spec: ref(`spec-without-${groups.join('-')}`) }, columns: 2 }),
  measureAblation: async ({ reduced }) => ({ report: ref('ablation'), rows: reduced.map(({ without }) => ({ without, ...ablationRow })) }),
  forecastColdStart: async () => ({ report: ref('cold-start'), gain: { gain: 0.1, low: 0.02, high: 0.18 }, rows: [{ method: 'analogues', wape: 0.6, wql: 0.5, bias: 0, products: 3 }], products: 0 }),
};

function searchFakes(): SamplerActivities & SearchActivities & TrainingActivities {
  return {
    openSearch: async ({ family }) => ({ study: `study-${family}` }),
    closeSearch: async ({ trials }) => ({ best: bestOf(trials), trials: ref('trials'), count: trials.length, pruned: trials.filter(({ state }) => state === 'pruned').length, failed: trials.filter(({ state }) => state === 'failed').length }),
    ask: async ({ numbers }) => ({ trials: numbers.map((number) => ({ number, parameters: { depth: number } })) }),
    tell: async ({ trials }) => ({ told: trials.length }),
    prune: async () => ({ stop: [] }),
    fitBaselines: async ({ models }) => models.map(forecastsOf),
    fitFold: async ({ trial }) => ({ wape: 0.9 - trial / 100, seconds: 0, cached: false }),
    fitModel: async ({ family, parameters }) => ({ ...forecastsOf(family), parameters }),
  };
}

function bestOf(trials: readonly TrialRecord[]): TrialRecord {
  const [best] = [...trials].filter(({ value }) => value !== undefined).sort((a, b) => (a.value ?? 0) - (b.value ?? 0));
  if (best === undefined) throw new Error('no trial was completed');
  return best;
}

export function championFakes(): ChampionActivities {
  const { proposals } = createMemoryDatabase();
  return {
    storeProposal: ({ proposal }) => proposals.open(proposal),
    verifyEvidence: async () => undefined,
    recordDecision: (input) => proposals.decide(input),
    promoteCandidate: async ({ proposal, decision, at }) => ({
      pipeline: proposal.pipeline, candidate: proposal.candidate, version: proposal.version, since: at, by: decision.actor, reason: decision.reason, proposalId: proposal.id,
    }),
    closeProposal: (input) => proposals.close(input),
  };
}
