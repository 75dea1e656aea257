import type { RunDetail } from '../contracts/http.schema.ts';
import type { MetricName } from '../contracts/pipeline.schema.ts';
import type { ApiClient } from './api-client.ts';
import { renderDag, renderStep } from './render/dag.ts';
import { renderResult } from './render/result.ts';
import { RunFailed } from './run-failed.ts';
import type { Session } from './session.ts';
import type { Terminal } from './terminal.ts';
import { watchRun } from './watch-run.ts';

export interface FollowOptions {
  readonly api: ApiClient;
  /** Ends the following, not the run. */
  readonly signal: AbortSignal;
  /** False: wait for the end without drawing. */
  readonly draws: boolean;
  /** The figures of the result, where the pipeline is at hand; the usual ones otherwise. */
  readonly measures?: readonly MetricName[];
}

/**
 * Shows a run until it ends, then what it came to.
 * @returns undefined when the signal aborted first: the run goes on
 * @throws RunFailed when it did not end well
 */
export async function followRun(
  session: Session,
  runId: string,
  { api, signal, draws, measures }: FollowOptions,
): Promise<RunDetail | undefined> {
  const { terminal } = session;
  const drawing = draws && !session.json ? (createLiveDrawing(terminal) ?? createLineDrawing(terminal)) : undefined;
  const detail = await watchRun(api, runId, { signal, ...(drawing && { onDetail: drawing.show }) }).finally(() =>
    drawing?.end(),
  );
  if (detail === undefined) return undefined;
  if (detail.run.status !== 'done') throw new RunFailed(detail);
  session.print(detail, () =>
    detail.result === undefined ? '' : `\n${renderResult(detail.result, session.addresses(), terminal.colors, measures)}`,
  );
  // The run itself is done; a script that waits for a model to approve must not take this one for it.
  if (detail.result?.proposal.status === 'blocked') session.exitWith(3);
  return detail;
}

interface Drawing {
  show(detail: RunDetail): void;
  end(): void;
}

function createLiveDrawing({ live, columns, colors }: Terminal): Drawing | undefined {
  const region = live();
  if (region === undefined) return undefined;
  return {
    show: ({ steps }) => region.update(renderDag(steps, columns, colors)),
    end: () => region.done(),
  };
}

/** A line when a step begins or ends; what changes in between is left out. */
function createLineDrawing({ out, columns, colors }: Terminal): Drawing {
  const seen = new Map<string, string>();
  return {
    show({ steps }) {
      for (const step of steps) {
        if (step.status === 'waiting' || seen.get(step.step) === step.status) continue;
        seen.set(step.step, step.status);
        out(`${renderStep(step, columns, colors)}\n`);
      }
    },
    end: () => undefined,
  };
}
