import type { FitProgress } from '../../contracts/training.ts';
import type { FailureCode } from '../../contracts/failure.ts';

/** What a job module exports: the work itself, run in a process of its own. */
export interface JobModule {
  execute(job: unknown, on: { progress(p: FitProgress): void }): Promise<unknown>;
}

/** What a child says to its parent. Both ends are the same build, so the shape is trusted and only narrowed. */
export type ChildMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: FitProgress }
  | { readonly kind: 'result'; readonly outcome: unknown }
  | { readonly kind: 'failure'; readonly code: FailureCode | undefined; readonly message: string };

/** True for a message of ours; a library in the child may use the same channel for its own. */
export function isChildMessage(value: unknown): value is ChildMessage {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'ready' || value.kind === 'progress' || value.kind === 'result' || value.kind === 'failure';
}
