import { BadInput, Conflict } from '../../contracts/failure.ts';
import * as answers from './answers.schema.ts';
import { alreadyExists, isMissing, withRetries } from './failures.ts';
import { createRequests } from './requests.ts';
import type { MlflowServer } from './requests.ts';

/** The tag by which a repeated call finds what an earlier one made. */
const keyTag = 'forecastle.key';
/** MLflow's limits for one log-batch. */
const metricsPerBatch = 1000;
const paramsPerBatch = 100;

export type Texts = Readonly<Record<string, string>>;

export interface RunMetric {
  readonly key: string;
  readonly value: number;
  /** Default 0. */
  readonly step?: number;
}

/** MLflow's tracking and registry. Every call may be repeated: it finds what is there, or logs the same again. */
export interface Mlflow {
  /** @returns the experiment's id */
  ensureExperiment(name: string): Promise<string>;
  /** @returns the id of the oldest run of this experiment with this key, else of a new one */
  ensureRun(run: { experimentId: string; key: string; name: string; parentRunId?: string; tags?: Texts }): Promise<string>;
  /**
   * Any number of each. All points bear the run's start as their time, so a repetition adds none.
   * @throws {BadInput} a metric that is not finite, or a parameter that already has another value
   */
  logBatch(runId: string, batch: { metrics?: readonly RunMetric[]; params?: Texts; tags?: Texts }): Promise<void>;
  /** `source` is the dataset's URI; `profile` becomes JSON. MLflow keeps 36 characters of `digest`, we send no more. */
  logDataset(runId: string, dataset: { name: string; digest: string; source: string; profile: object }): Promise<void>;
  finishRun(runId: string, status: 'FINISHED' | 'FAILED'): Promise<void>;
  /** @returns the artifact's `mlflow-artifacts:` URI */
  uploadArtifact(artifact: { experimentId: string; runId: string; path: string; bytes: Uint8Array<ArrayBuffer> }): Promise<string>;
  ensureModel(name: string): Promise<void>;
  /** @returns the version of this model with this key, else a new one */
  ensureModelVersion(version: { name: string; source: string; runId: string; key: string; tags?: Texts }): Promise<string>;
  setAlias(name: string, alias: string, version: string): Promise<void>;
  /** @returns undefined when there is no such alias or no such model */
  versionByAlias(name: string, alias: string): Promise<string | undefined>;
  /** @throws {ServiceUnavailable} */
  health(): Promise<void>;
}

/** Nothing is sent until the first call. All calls throw what {@link withRetries} says. */
export function createMlflow(server: MlflowServer): Mlflow {
  const requests = createRequests(server);
  const retrying = <T>(work: () => Promise<T>): Promise<T> => withRetries(server.trackingUri, work);

  async function experimentByName(name: string): Promise<string | undefined> {
    const found = await orUndefined(() => requests.get('experiments/get-by-name', { experiment_name: name }, answers.experimentAnswer));
    if (found !== undefined && found.experiment.lifecycle_stage !== 'active') {
      throw new Conflict(`experiment ${name} is deleted in MLflow at ${server.trackingUri}: restore it there`);
    }
    return found?.experiment.experiment_id;
  }

  return {
    ensureExperiment: (name) => retrying(async () => {
      const existing = await experimentByName(name);
      if (existing !== undefined) return existing;
      try {
        return (await requests.post('experiments/create', { name }, answers.createdExperiment)).experiment_id;
      } catch (error) {
        // Another process was faster.
        const theirs = alreadyExists(error) ? await experimentByName(name) : undefined;
        if (theirs === undefined) throw error;
        return theirs;
      }
    }),

    ensureRun: ({ experimentId, key, name, parentRunId, tags }) => retrying(async () => {
      const filter = `tags.\`${keyTag}\` = ${quoted(key)}`;
      const search = { experiment_ids: [experimentId], filter, max_results: 1, order_by: ['attributes.start_time ASC'] };
      const [existing] = (await requests.post('runs/search', search, answers.foundRuns)).runs;
      if (existing !== undefined) return existing.info.run_id;
      const parent = parentRunId === undefined ? {} : { 'mlflow.parentRunId': parentRunId };
      const body = {
        experiment_id: experimentId, run_name: name, start_time: Date.now(), tags: pairs({ ...tags, ...parent, [keyTag]: key }),
      };
      return (await requests.post('runs/create', body, answers.runAnswer)).run.info.run_id;
    }),

    async logBatch(runId, { metrics = [], params = {}, tags = {} }) {
      const odd = metrics.find(({ value }) => !Number.isFinite(value));
      if (odd !== undefined) throw new BadInput(`metric ${odd.key} of MLflow run ${runId} is ${odd.value}: log finite numbers only`);
      const send = (part: object): Promise<unknown> =>
        retrying(() => requests.post('runs/log-batch', { run_id: runId, ...part }, answers.anyAnswer));
      for (const part of chunks(pairs(params), paramsPerBatch)) await send({ params: part });
      for (const part of chunks(pairs(tags), paramsPerBatch)) await send({ tags: part });
      if (metrics.length === 0) return;
      const { run } = await retrying(() => requests.get('runs/get', { run_id: runId }, answers.runAnswer));
      const points = metrics.map(({ key, value, step = 0 }) => ({ key, value, step, timestamp: run.info.start_time }));
      for (const part of chunks(points, metricsPerBatch)) await send({ metrics: part });
    },

    async logDataset(runId, { name, digest, source, profile }) {
      if (!URL.canParse(source)) throw new BadInput(`source "${source}" of dataset ${name} is no URI: give one like s3://bucket/key`);
      const dataset = {
        name, digest: digest.slice(0, 36), source_type: new URL(source).protocol.replace(':', ''),
        source: JSON.stringify({ uri: source }), profile: JSON.stringify(profile),
      };
      const datasets = [{ tags: pairs({ 'mlflow.data.context': 'training' }), dataset }];
      await retrying(() => requests.post('runs/log-inputs', { run_id: runId, datasets }, answers.anyAnswer));
    },

    async finishRun(runId, status) {
      const body = { run_id: runId, status, end_time: Date.now() };
      await retrying(() => requests.post('runs/update', body, answers.anyAnswer));
    },

    async uploadArtifact({ experimentId, runId, path, bytes }) {
      if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
        throw new BadInput(`artifact path "${path}" of MLflow run ${runId}: give a relative path like report/metrics.json`);
      }
      const place = `${experimentId}/${runId}/artifacts/${path}`;
      await retrying(() => requests.putArtifact(place, bytes));
      return `mlflow-artifacts:/${place}`;
    },

    ensureModel: (name) => retrying(async () => {
      try {
        await requests.post('registered-models/create', { name }, answers.anyAnswer);
      } catch (error) {
        if (!alreadyExists(error)) throw error;
      }
    }),

    ensureModelVersion: ({ name, source, runId, key, tags }) => retrying(async () => {
      const filter = `name = ${quoted(name)} and tags.\`${keyTag}\` = ${quoted(key)}`;
      const query = { filter, max_results: '1', order_by: 'creation_timestamp ASC' };
      const [existing] = (await requests.get('model-versions/search', query, answers.foundVersions)).model_versions;
      if (existing !== undefined) return existing.version;
      const body = { name, source, run_id: runId, tags: pairs({ ...tags, [keyTag]: key }) };
      return (await requests.post('model-versions/create', body, answers.versionAnswer)).model_version.version;
    }),

    async setAlias(name, alias, version) {
      await retrying(() => requests.post('registered-models/alias', { name, alias, version }, answers.anyAnswer));
    },

    versionByAlias: (name, alias) => retrying(async () => {
      const found = await orUndefined(() => requests.get('registered-models/alias', { name, alias }, answers.versionAnswer));
      return found?.model_version.version;
    }),

    health: () => retrying(() => requests.health()),
  };
}

async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function pairs(texts: Texts): { key: string; value: string }[] {
  return Object.entries(texts).map(([key, value]) => ({ key, value }));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** A string in MLflow's filter language, which has no escapes. */
function quoted(text: string): string {
  if (/['"\\]/.test(text)) throw new BadInput(`MLflow cannot search for ${JSON.stringify(text)}: use a name without quotes and backslashes`);
  return `'${text}'`;
}
