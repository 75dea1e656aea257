import { setTimeout as delay } from 'node:timers/promises';

import { runDetailSchema } from '../contracts/http.schema.ts';
import type { RunDetail } from '../contracts/http.schema.ts';
import type { ApiClient } from './api-client.ts';

export interface WatchOptions {
  /** Called with every answer. */
  onDetail?(detail: RunDetail): void;
  /** Default: until the run has ended. */
  isEnough?(detail: RunDetail): boolean;
  readonly signal?: AbortSignal;
  readonly pollMs?: number;
  /** How long the API may be silent, as while it restarts. */
  readonly patienceMs?: number;
}

/**
 * Looks at a run until it has come far enough.
 * @returns the last answer; undefined when the signal aborted first
 */
export async function watchRun(
  api: ApiClient,
  runId: string,
  options: WatchOptions = {},
): Promise<RunDetail | undefined> {
  const { signal, pollMs = 500, patienceMs = 120_000 } = options;
  let lastAnswer = performance.now();
  while (signal?.aborted !== true) {
    const detail = await api.get(`/v1/runs/${encodeURIComponent(runId)}`, runDetailSchema).catch((error: unknown) => {
      const isPassing = error instanceof Error && 'code' in error && error.code === 'ServiceUnavailable';
      if (!isPassing || performance.now() - lastAnswer > patienceMs) throw error;
      return undefined;
    });
    if (detail !== undefined) {
      lastAnswer = performance.now();
      options.onDetail?.(detail);
      if (detail.run.status !== 'running' || options.isEnough?.(detail) === true) return detail;
    }
    await delay(pollMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined); // aborted: the loop ends
  }
  return undefined;
}
