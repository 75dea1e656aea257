/**
 * Entry of the process that runs one query of a pipeline file. DuckDB's memory limit does not cover the texts that a function such as
 * `repeat` makes, and nothing interrupts it: a process can be watched and ended.
 */
import { QueryRefused, sandboxedQuery, type SandboxedQuery } from './sandboxed-query.ts';

export interface SandboxJob extends SandboxedQuery {
  /** The process ends itself when it holds more. */
  readonly processLimitMiB: number;
}

export type SandboxAnswer =
  | { readonly kind: 'broken'; readonly broken: number; readonly examples: readonly { readonly file: number; readonly row: number }[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

const lookEveryMs = 20;

// The parent is gone: nobody waits for the answer.
process.on('disconnect', () => process.exit(1));

process.once('message', (job: SandboxJob) => {
  setInterval(() => {
    if (process.memoryUsage.rss() > job.processLimitMiB * 1024 * 1024) say({ kind: 'refused', reason: `it takes more than ${String(job.processLimitMiB)} MiB of memory` });
  }, lookEveryMs);
  sandboxedQuery(job).then(
    (found) => say({ kind: 'broken', ...found }),
    (error: unknown) => say({ kind: error instanceof QueryRefused ? 'refused' : 'failed', reason: error instanceof Error ? error.message : String(error) }),
  );
});

/** An exit would wait for the query that still runs. */
function say(answer: SandboxAnswer): void {
  process.send?.(answer, undefined, {}, () => process.kill(process.pid, 'SIGKILL'));
}
