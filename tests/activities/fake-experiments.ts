import type { Experiments } from '../../activities/track-candidate.ts';

interface TrackedRun {
  readonly name: string;
  readonly parent?: string;
  status: string;
  metrics: readonly string[];
  params: Readonly<Record<string, string>>;
}

/** MLflow reduced to what repeating a call must not double: runs and model versions by their key. */
export function createFakeExperiments(): Experiments & { contents(): { runs: Record<string, TrackedRun>; versions: Record<string, string>; aliases: Record<string, string> } } {
  const runs = new Map<string, TrackedRun>();
  const versions = new Map<string, string>();
  const aliases = new Map<string, string>();
  const existing = (runId: string): TrackedRun => {
    const run = runs.get(runId);
    if (run === undefined) throw new Error(`no run ${runId}`);
    return run;
  };
  return {
    ensureExperiment: async (name) => `experiment of ${name}`,
    async ensureRun({ key, name, parentRunId }) {
      if (!runs.has(key)) runs.set(key, { name, ...(parentRunId !== undefined && { parent: parentRunId }), status: 'RUNNING', metrics: [], params: {} });
      return key;
    },
    async logBatch(runId, { metrics, params }) {
      const run = existing(runId);
      run.metrics = [...new Set([...run.metrics, ...metrics.map(({ key, step }) => `${key}/${step ?? 0}`)])];
      run.params = { ...run.params, ...params };
    },
    logDataset: async (runId) => void existing(runId),
    async finishRun(runId, status) {
      existing(runId).status = status;
    },
    ensureModel: async () => undefined,
    async ensureModelVersion({ key }) {
      const version = versions.get(key) ?? String(versions.size + 1);
      versions.set(key, version);
      return version;
    },
    async setAlias(_name, alias, version) {
      aliases.set(alias, version);
    },
    contents: () => structuredClone({ runs: Object.fromEntries(runs), versions: Object.fromEntries(versions), aliases: Object.fromEntries(aliases) }),
  };
}
