import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/workflow';

/** The innermost failure in words, and its code where it is an expected one. */
export function failureFacts(error: unknown): { message: string; code?: string } {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) {
    if (error.cause instanceof TimeoutFailure && error instanceof ActivityFailure) {
      return { message: `${error.activityType} did not finish: its worker stopped answering (${error.cause.message}). \`npx forecastle status\` shows which process is missing.` };
    }
    return failureFacts(error.cause);
  }
  if (error instanceof ApplicationFailure) return { message: error.message, ...(error.type ? { code: error.type } : {}) };
  return { message: error instanceof Error ? error.message : String(error) };
}
