import { cancellationSignal } from '@temporalio/activity';
import type { StepDataset, StepEvents } from '../contracts/step-events.ts';
import type { StepContext } from '../contracts/steps.ts';

/**
 * Work with its START and its end told. An attempt that another one follows is no end; what `datasets` says at the end is what the end tells.
 * An event that can't be taken fails the attempt: the next one finds its result in the cache.
 */
export async function withEvents<T>(
  events: StepEvents,
  context: StepContext,
  datasets: () => { readonly inputs: readonly StepDataset[]; readonly outputs: readonly StepDataset[] },
  work: () => Promise<T>,
): Promise<T> {
  await events.emit({ type: 'START', context, ...datasets(), outputs: [] });
  try {
    const value = await work();
    await events.emit({ type: 'COMPLETE', context, ...datasets() });
    return value;
  } catch (error) {
    const isFinal = error instanceof Error && 'retryable' in error && error.retryable === false;
    const message = error instanceof Error ? error.message : String(error);
    if (cancellationSignal().aborted) await events.emit({ type: 'ABORT', context, ...datasets() });
    else if (isFinal) await events.emit({ type: 'FAIL', context, ...datasets(), error: message });
    throw error;
  }
}
