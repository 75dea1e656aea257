import type { RunActivities } from '../../contracts/runs.ts';
import { stepNames } from '../../contracts/steps.ts';
import type { StepContext, StepName, StepState } from '../../contracts/steps.ts';

const isFinished = ({ status }: StepState): boolean => status === 'done' || status === 'cached';
const secondsSince = (startedAt: string): number => (Date.now() - Date.parse(startedAt)) / 1000;

/** Twin of the steps in PostgreSQL. */
export function createMemorySteps() {
  const runs = new Map<string, Map<StepName, StepState>>();
  function stepsOf(runId: string): Map<StepName, StepState> {
    const steps = runs.get(runId) ?? new Map<StepName, StepState>();
    runs.set(runId, steps);
    return steps;
  }
  return {
    async begin({ runId, step }: StepContext, { attempt }: { readonly attempt: number }): Promise<void> {
      const former = stepsOf(runId).get(step);
      const startedAt = former?.status === 'running' ? former.startedAt : undefined;
      stepsOf(runId).set(step, { step, status: 'running', startedAt: startedAt ?? new Date().toISOString(), attempt, ...noteOf(former) });
    },
    async complete(
      { runId, step }: StepContext,
      { cached, seconds, note }: { readonly cached: boolean; readonly seconds: number; readonly note?: string },
    ): Promise<void> {
      const former = stepsOf(runId).get(step);
      stepsOf(runId).set(step, {
        ...withoutError(former), step, status: cached ? 'cached' : 'done', seconds, ...(note !== undefined && { note }),
        startedAt: former?.startedAt ?? new Date(Date.now() - seconds * 1000).toISOString(),
      });
    },
    async fail({ runId, step }: StepContext, { error, final }: { readonly error: string; readonly final: boolean }): Promise<void> {
      const former = stepsOf(runId).get(step);
      if (former !== undefined && isFinished(former)) return;
      const startedAt = former?.startedAt ?? new Date().toISOString();
      stepsOf(runId).set(step, {
        ...former, step, startedAt, error, status: final ? 'failed' : 'running',
        ...(final && former !== undefined && { seconds: secondsSince(startedAt) }),
      });
    },
    async mark({ runId, step, status, seconds, note, error }: Parameters<RunActivities['markStep']>[0]): Promise<void> {
      const { seconds: formerSeconds, startedAt: formerStart, ...former } = withoutError(stepsOf(runId).get(step));
      const begins = status === 'running' && former.status !== 'running';
      const startedAt = begins ? new Date().toISOString() : formerStart;
      const isTerminal = status !== 'waiting' && status !== 'running';
      const took = seconds ?? (isTerminal ? (formerSeconds ?? (formerStart === undefined ? undefined : secondsSince(formerStart))) : undefined);
      stepsOf(runId).set(step, {
        ...former, step, status, ...(startedAt !== undefined && { startedAt }), ...(took !== undefined && { seconds: took }),
        ...(note !== undefined && { note }), ...(error !== undefined && { error }),
      });
    },
    async list(runId: string): Promise<StepState[]> {
      return [...(runs.get(runId)?.values() ?? [])].sort((a, b) => stepNames.indexOf(a.step) - stepNames.indexOf(b.step));
    },
  };
}

const noteOf = (state: StepState | undefined): { note?: string } => (state?.note === undefined ? {} : { note: state.note });

function withoutError(state: StepState | undefined): Partial<StepState> {
  const { error: _, ...rest } = state ?? {};
  return rest;
}
