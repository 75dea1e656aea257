import { NotFound } from '../../contracts/failure.ts';
import type { RetrainInput, RunActivities } from '../../contracts/runs.ts';
import type { RunStatus, StepState } from '../../contracts/steps.ts';
import type { RunDetail, RunRecord } from '../records.ts';

/** Twin of the runs in PostgreSQL. */
export function createMemoryRuns(steps: { list(runId: string): Promise<StepState[]> }) {
  const runs = new Map<string, { readonly input: RetrainInput; readonly record: RunRecord }>();
  const beginning = ({ runId, pipeline, actor, cutoff, requestedAt }: RetrainInput): RunRecord => ({
    runId, pipeline: pipeline.name, status: 'running', actor, requestedAt: new Date(requestedAt).toISOString(), ...(cutoff !== undefined && { cutoff }),
  });
  function existing(runId: string): { readonly input: RetrainInput; readonly record: RunRecord } {
    const run = runs.get(runId);
    if (run === undefined) throw new NotFound(`no run ${runId}: \`npx forecastle runs list\` shows the runs there are`);
    return run;
  }
  return {
    async start(input: RetrainInput): Promise<void> {
      const former = runs.get(input.runId);
      if (former?.record.status === 'running' || former?.record.status === 'done') return;
      runs.set(input.runId, { input: former?.input ?? structuredClone(input), record: beginning(former?.input ?? input) });
    },
    async finish({ runId, status, result, error, code }: Parameters<RunActivities['finishRun']>[0]): Promise<void> {
      const { input, record } = existing(runId);
      runs.set(runId, {
        input,
        record: {
          ...beginning(input), status, finishedAt: record.finishedAt ?? new Date().toISOString(),
          ...(result !== undefined && { result: structuredClone(result) }), ...(error !== undefined && { error }), ...(code !== undefined && { code }),
        },
      });
    },
    async reopen(runId: string): Promise<void> {
      const { input } = existing(runId);
      runs.set(runId, { input, record: beginning(input) });
    },
    async get(runId: string): Promise<RunDetail | undefined> {
      const run = runs.get(runId);
      return run && { ...run.record, steps: await steps.list(runId) };
    },
    async input(runId: string): Promise<RetrainInput | undefined> {
      return structuredClone(runs.get(runId)?.input);
    },
    async list({ pipeline, status, limit }: { readonly pipeline?: string; readonly status?: RunStatus; readonly limit: number }): Promise<RunRecord[]> {
      return [...runs.values()]
        .map(({ record }) => record)
        .filter((run) => (pipeline === undefined || run.pipeline === pipeline) && (status === undefined || run.status === status))
        .sort((a, b) => (`${a.requestedAt}/${a.runId}` < `${b.requestedAt}/${b.runId}` ? 1 : -1))
        .slice(0, limit);
    },
  };
}
