import type { ApiDependencies, RunRow } from './dependencies.ts';

type Needs = Pick<ApiDependencies, 'runs' | 'workflows' | 'now' | 'report'>;

/** Brings rows that say `running` in line with Temporal. @returns how many changed */
export type SettleRuns = (rows: readonly RunRow[]) => Promise<number>;

/** One that is followed is asked for twice a second. */
const lookEveryMs = 1_000;
/** While Temporal is silent, a list must not wait for it each time. */
const silenceMs = 10_000;
/** A row is there before its workflow: only after this time nobody will start it any more. */
const startsWithinMs = 60_000;

/**
 * A run's row is written by its workflow. One that was terminated from Temporal's own page, or whose history is gone, would be `running`
 * for ever: whoever asks for it is told what Temporal says, and the row is mended. While Temporal does not answer, rows stay as they are.
 */
export function createSettleRuns({ runs, workflows, now, report }: Needs): SettleRuns {
  const lookedAt = new Map<string, number>();
  let silentUntil = 0;

  async function settle({ runId, pipeline, requestedAt }: RunRow): Promise<boolean> {
    const time = now().getTime();
    if (time < silentUntil || time - (lookedAt.get(runId) ?? 0) < lookEveryMs) return false;
    lookedAt.set(runId, time);
    const state = await workflows.stateOf(pipeline, runId);
    if (state.state === 'running') return false;
    if (state.state === 'unknown' && time - Date.parse(requestedAt) < startsWithinMs) return false;
    // The workflow tells its own end first; only what it could not tell is left to us.
    if ((await runs.get(runId))?.status !== 'running') return true;
    if (state.state === 'unknown')
      await runs.finish({
        runId,
        status: 'failed',
        error: `Temporal knows no such run: it was never started, or its history is gone; start it again with \`npx forecastle runs retry ${runId}\``,
      });
    else if (state.state === 'done') await runs.finish({ runId, status: 'done' });
    else
      await runs.finish({
        runId,
        status: state.state,
        error: state.reason,
        ...(state.code !== undefined && { code: state.code }),
      });
    lookedAt.delete(runId);
    return true;
  }

  return async (rows) => {
    const outcomes = await Promise.allSettled(rows.filter(({ status }) => status === 'running').map(settle));
    for (const outcome of outcomes) {
      if (outcome.status !== 'rejected') continue;
      if (isSilence(outcome.reason)) silentUntil = now().getTime() + silenceMs;
      else report(outcome.reason);
    }
    return outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length;
  };
}

/** Health tells that already. */
function isSilence(reason: unknown): boolean {
  return reason instanceof Error && 'code' in reason && reason.code === 'ServiceUnavailable';
}
