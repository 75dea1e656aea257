import { writeFile } from 'node:fs/promises';

import type { ApiDependencies } from '../../api/dependencies.ts';
import type { Snapshot } from '../../contracts/data.ts';
import type { Candidate, Champion, Decision, Evidence, Proposal } from '../../contracts/governance.ts';
import type { MetricRow } from '../../contracts/modelling.ts';
import { pipelineSchema } from '../../contracts/pipeline.schema.ts';
import type { RetrainInput, RetrainResult } from '../../contracts/runs.ts';
import type { TableParts } from '../../contracts/table-parts.ts';
import { digest, recordedEdges } from './fake-lineage.ts';
import { profile, rowsDiff, touched } from './snapshot-fixtures.ts';

export const key = 'a-key-of-the-tests';
export const actor = { authorization: `Bearer ${key}`, 'x-forecastle-user': 'ana', 'content-type': 'application/json' };

export const pipelineText = {
  name: 'shop',
  task: 'forecast',
  frequency: 'week',
  horizon: 4,
  sources: { sales: { uri: 'sales.csv', columns: { series: 'sku', time: 'at', target: 'units' } } },
};
const pipeline = pipelineSchema.parse(pipelineText);

const ref = (layer: string, letter: string) => ({
  uri: `s3://bucket/${layer}/${digest(letter)}.parquet`,
  sha256: digest(letter),
  bytes: 10,
  mediaType: 'application/vnd.apache.parquet',
});

export const evidence: Evidence = {
  candidate: digest('c'),
  snapshot: digest('5'),
  metrics: digest('e'),
  pipeline: digest('f'),
  code: digest('d'),
};

const row = (model: string, split: 'folds' | 'test', wape: number | null): MetricRow => ({
  model,
  split,
  wape,
  mase: 0.9,
  wql: 0.4,
  bias: -0.02,
  mae: 3.1,
  mse: 20,
  rmse: 4.5,
  coverage: 0.79,
});
export const metrics = [
  row('ensemble', 'folds', 0.55),
  row('ensemble', 'test', 0.57),
  row('seasonal-naive', 'folds', 0.8),
  row('seasonal-naive', 'test', null),
];

export const snapshot: Snapshot = {
  digest: digest('5'),
  manifest: ref('raw', '1'),
  sales: ref('primary', '2'),
  sources: [{ source: 'sales', uri: 'sales.csv', sha256: digest('3'), bytes: 1000, rows: 100 }],
  rows: 100,
  keptRows: 90,
  series: 2,
  from: '2010-12-01T08:26:00',
  to: '2011-12-09T12:50:00',
};

/** The same shop a week earlier. */
export const earlierSnapshot: Snapshot = { ...snapshot, digest: digest('4'), rows: 95, keptRows: 86, to: '2011-12-02T12:50:00' };
const storedSnapshots = [
  { pipeline: 'shop', storedAt: '2025-11-24T08:01:00.000Z', snapshot },
  { pipeline: 'shop', storedAt: '2025-11-17T08:01:00.000Z', snapshot: earlierSnapshot },
];

export const result: RetrainResult = {
  runId: 'run-1',
  candidate: digest('c'),
  version: 1,
  metrics,
  weights: { lightgbm: 0.7, lstm: 0.3 },
  cutoffs: { folds: ['2011-08-01'], test: '2011-11-07', final: '2011-12-05' },
  gates: [
    {
      gate: 'improves wql',
      value: null,
      threshold: 0,
      holds: true,
      reason: 'WQL 0.400 against 0.520 of the naive forecast',
    },
  ],
  proposal: { id: 'prop-1', status: 'open', created: true },
  forecastSeries: 2,
  snapshot: digest('5'),
  cleaned: { panel: ref('primary', 'a'), report: ref('reports', 'b') },
};

const candidate = (version: number, letter: string, numLeaves: number): Candidate => ({
  digest: digest(letter),
  pipeline: 'shop',
  version,
  runId: `run-${version}`,
  snapshot: digest('5'),
  recipe: {
    members: { lightgbm: { parameters: { num_leaves: numLeaves }, files: [] } },
    weights: { lightgbm: 1 },
    level: 1,
    seed: 7,
    quantiles: [0.5],
  },
  metrics,
  report: ref('reports', '6'),
  forecasts: ref('forecasts', '7'),
  evidence,
  mlflowRunId: 'm1',
  mlflowVersion: '1',
  createdAt: '2025-11-24T09:00:00.000Z',
});

export const proposal: Proposal = {
  id: 'prop-1',
  pipeline: 'shop',
  candidate: digest('c'),
  version: 1,
  runId: 'run-1',
  evidence,
  gates: result.gates,
  status: 'open',
  proposedBy: 'system:retrain',
  proposedAt: '2025-11-24T09:00:00.000Z',
  expiresAt: '2025-11-27T09:00:00.000Z',
  quorum: 1,
  decisions: [],
};

export const champion: Champion = {
  pipeline: 'shop',
  candidate: digest('c'),
  version: 1,
  since: '2025-11-24T10:00:00.000Z',
  by: 'ana',
  reason: 'better',
  proposalId: 'prop-1',
};

export interface Fakes {
  readonly deps: ApiDependencies;
  readonly started: RetrainInput[];
  readonly cancelled: string[];
  readonly decisions: Decision[];
  readonly reported: unknown[];
}

type Run = NonNullable<Awaited<ReturnType<ApiDependencies['runs']['get']>>>;

/** A shop with one finished run, one running run, two candidates, one open proposal and a champion. */
export function createFakes(scratchDir: string, replaced: Partial<ApiDependencies> = {}): Fakes {
  const [started, cancelled, decisions, reported]: [RetrainInput[], string[], Decision[], unknown[]] = [[], [], [], []];
  const base = { pipeline: 'shop', actor: 'ana', requestedAt: '2025-11-24T08:00:00.000Z' };
  const runs = new Map<string, Run>([
    [
      'run-1',
      {
        ...base,
        runId: 'run-1',
        status: 'done',
        finishedAt: '2025-11-24T08:03:00.000Z',
        result,
        steps: [{ step: 'ingest', status: 'done', seconds: 1.5, note: '100 rows' }],
      },
    ],
    [
      'run-2',
      {
        ...base,
        runId: 'run-2',
        status: 'running',
        steps: [{ step: 'ingest', status: 'running', startedAt: '2025-11-24T08:00:01.000Z' }],
      },
    ],
  ]);
  const candidates = [candidate(2, 'b', 63), candidate(1, 'c', 31)];
  const deps: ApiDependencies = {
    runs: {
      async start(input) {
        runs.set(input.runId, {
          ...base,
          runId: input.runId,
          pipeline: input.pipeline.name,
          status: 'running',
          steps: [],
        });
      },
      async finish({ runId, ...end }) {
        const run = runs.get(runId);
        if (run !== undefined) runs.set(runId, { ...run, ...end });
      },
      get: async (runId) => runs.get(runId),
      input: async (runId) =>
        runs.has(runId)
          ? { runId, pipeline, baseFolder: '/data', actor: 'ana', requestedAt: base.requestedAt }
          : undefined,
      list: async ({ pipeline: name, status, limit }) =>
        [...runs.values()]
          .filter((run) => (name ?? run.pipeline) === run.pipeline && (status ?? run.status) === run.status)
          .slice(0, limit),
    },
    temporal: {
      async startRetrain(input) {
        started.push(input);
        return { workflowId: `retrain/${input.pipeline.name}/${input.runId}` };
      },
      async cancelRun(name, runId) {
        cancelled.push(`${name}/${runId}`);
      },
      async decide(_, decision) {
        decisions.push(decision);
        return {
          proposalId: decision.proposalId,
          status: 'approved',
          missing: 0,
          message: 'version 1 of shop is the champion',
        };
      },
    },
    workflows: { stateOf: async () => ({ state: 'running' }) },
    candidates: {
      list: async (name) => candidates.filter((known) => known.pipeline === name),
      find: async ({ ref: wanted }) =>
        candidates.find((known) => String(known.version) === wanted || known.digest.startsWith(wanted)),
    },
    proposals: { get: async (id) => ('prop-1'.startsWith(id) ? proposal : undefined), list: async () => [proposal] },
    champions: {
      at: async (name, time) =>
        name === 'shop' && (time === undefined || time >= champion.since) ? champion : undefined,
      history: async (name) => (name === 'shop' ? [champion] : []),
    },
    forecasts: {
      read: async ({ series }) =>
        series === '85123A' ? [{ ds: '2011-12-12', yHat: 12.5, quantiles: { '0.1': 4, '0.9': 20 } }] : [],
      seriesOf: async (_, { prefix = '' }) => ['85123A', '71053'].filter((series) => series.startsWith(prefix)),
    },
    lineage: {
      resolve: async (wanted) =>
        wanted === 'shop/v1'
          ? { kind: 'forecast', id: wanted }
          : wanted === 'run-1'
            ? { kind: 'run', id: wanted }
            : undefined,
      walk: async (node, direction, depth) =>
        direction === 'up'
          ? recordedEdges.slice(recordedEdges.findIndex(({ output }) => output.kind === node.kind)).slice(0, depth)
          : [],
    },
    snapshots: {
      list: async ({ pipeline: name }) => storedSnapshots.filter((stored) => (name ?? stored.pipeline) === stored.pipeline),
      find: async (prefix) => storedSnapshots.find((stored) => stored.snapshot.digest.startsWith(prefix)),
    },
    validationResults: { ofRun: async () => undefined },
    audit: { verify: async () => ({ ok: true, rows: 3 }) },
    artifacts: {
      fetchFile: async ({ sha256 }) => `/cache/${sha256}`,
      readJson: async ({ sha256 }): Promise<Partial<TableParts>> => sha256 === snapshot.manifest.sha256 ? {} : ({ parts: [{ from: '2010-12-01', rows: 100, file: ref('raw', '8') }] }),
    },
    tables: {
      exportForecasts: async ({ out }) => writeFile(out, 'unique_id,ds,y_hat\n85123A,2011-12-12,12.5\n'),
      profileTable: async () => profile,
      diffSnapshots: async () => rowsDiff,
      touchedCells: async ({ series, limit }) => ({ ...touched, cells: series === 'nowhere' ? 0 : touched.cells, first: touched.first.slice(0, limit) }),
      sourceRows: async () => ({
        total: 1,
        rows: [{ file: 'sales.csv', row: 1, time: '2010-12-01T08:26:00', target: 6, price: Number.NaN, returned: false, kept: true, digest: '9'.repeat(64) }],
      }),
      besideRows: async ({ reviews, media }) => ({
        total: reviews === undefined ? 0 : 1,
        reviews: reviews === undefined ? [] : [{ file: 'reviews.csv', row: 3, time: '2011-11-02T00:00:00', rating: 5, text: 'Lovely' }],
        media: media === undefined ? [] : [{ modality: 'image', name: 'a.jpg', sha256: '7'.repeat(64) }],
      }),
    },
    health: { postgres: async () => undefined },
    scratchDir,
    key,
    hosts: ['localhost', '127.0.0.1'],
    version: '0.1.0',
    now: () => new Date('2025-11-24T12:00:00Z'),
    newRunId: () => 'run-3',
    report: (error) => reported.push(error),
    ...replaced,
  };
  return { deps, started, cancelled, decisions, reported };
}
