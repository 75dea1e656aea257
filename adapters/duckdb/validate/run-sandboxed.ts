import { fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../../../contracts/failure.ts';
import type { SandboxAnswer, SandboxJob } from './sandbox-child.ts';
import { type BrokenRows, QueryRefused, sandboxedQuery } from './sandboxed-query.ts';

export interface SandboxRequest {
  readonly query: string;
  readonly sales: readonly string[];
  readonly columns: readonly string[];
  /** Names the rule in messages. */
  readonly where: string;
  readonly signal?: AbortSignal;
}

/** Runs a query of a pipeline file. @throws BadInput that names the rule when it can't be run, or takes too much memory or time */
export type Sandbox = (request: SandboxRequest) => Promise<BrokenRows>;

export interface SandboxOptions {
  readonly memoryLimitMiB: number;
  readonly threads: number;
  readonly tempFolder: string;
  /**
   * Compiled sandbox-child.ts. Without it queries run in this process: then no more than DuckDB's own limit bounds their memory, which
   * leaves out what functions on texts take.
   */
  readonly sandboxEntry?: string;
  readonly timeLimitMs?: number;
}

/** What a process with DuckDB takes besides DuckDB's own memory. */
const processMiB = 384;

export function createSandbox({ memoryLimitMiB, threads, tempFolder, sandboxEntry, timeLimitMs = 60_000 }: SandboxOptions): Sandbox {
  return async ({ query, sales, columns, where, signal }) => {
    const refuse = (reason: string): BadInput => new BadInput(`${where}: the query can't be used: ${reason}`);
    const timeout = AbortSignal.timeout(timeLimitMs);
    const stop = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    await mkdir(tempFolder, { recursive: true });
    const own = await mkdtemp(join(tempFolder, 'query-'));
    const job: SandboxJob = { query, sales, columns, memoryLimitMiB, threads, tempFolder: own, processLimitMiB: memoryLimitMiB + processMiB };
    try {
      return sandboxEntry === undefined ? await sandboxedQuery(job, stop) : await inChild(sandboxEntry, job, stop);
    } catch (error) {
      signal?.throwIfAborted();
      if (timeout.aborted) throw refuse(`it runs longer than ${String(timeLimitMs / 1000)} s; make it look at less`);
      throw error instanceof QueryRefused ? refuse(error.message) : error;
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  };
}

function inChild(entry: string, job: SandboxJob, stop: AbortSignal): Promise<BrokenRows> {
  stop.throwIfAborted();
  // Nothing of the environment but where programs lie: no address, no credential.
  const env = Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'SystemRoot'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  const child = fork(entry, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env, execArgv: [] });
  return new Promise((resolve, reject) => {
    const onAbort = (): void => void child.kill('SIGKILL');
    stop.addEventListener('abort', onAbort, { once: true });
    let answer: SandboxAnswer | undefined;
    child.on('message', (message: SandboxAnswer) => {
      answer ??= message;
    });
    child.on('error', reject);
    child.on('close', (code, ended) => {
      stop.removeEventListener('abort', onAbort);
      if (stop.aborted) reject(stop.reason as Error);
      else if (answer?.kind === 'broken') resolve({ broken: answer.broken, examples: answer.examples });
      else if (answer?.kind === 'refused') reject(new QueryRefused(answer.reason));
      else if (answer?.kind === 'failed') reject(new Error(answer.reason));
      // Ended from outside, as by the system when its memory runs out.
      else reject(new QueryRefused(`its process ended without an answer (${ended ?? `exit code ${String(code)}`}); it may take too much memory`));
    });
    child.send(job);
  });
}
