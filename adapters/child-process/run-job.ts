import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { FitProgress } from '../../contracts/training.ts';
import { failureOf, TrainingFailed } from '../../contracts/failure.ts';
import type { FailureCode, PipelineError } from '../../contracts/failure.ts';
import { childEnvironment } from './child-environment.ts';
import { compiledEntry } from './compiled-entry.ts';
import { lastLines } from './last-lines.ts';
import { isChildMessage } from './messages.ts';

export interface JobRun<Job> {
  /** Source URL of a module that exports `execute(job, on)`, e.g. `new URL('./child.ts', import.meta.url)`. */
  readonly entry: URL;
  /** Anything the structured clone algorithm takes. */
  readonly job: Job;
  readonly onProgress: (progress: FitProgress) => void;
  /** Stops the child; the promise then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  /** A child that reports nothing for so long is stopped. Default: no limit. */
  readonly timeoutIdleMs?: number;
}

/** How long a child may take to end after it was asked to, or after it gave its result. */
const graceMs = 3_000;

type Ending =
  | { readonly kind: 'result'; readonly outcome: unknown }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'reported'; readonly code: FailureCode | undefined; readonly message: string };

/**
 * Runs one job in a child process of its own and waits until that process is gone, whatever happens: no child outlives the call.
 * Rejects with the child's own `PipelineError`, with the reason of `signal`, or with `TrainingFailed` (can be tried again) when the
 * child died, said nothing for `timeoutIdleMs`, or ended without a result; the message quotes its last lines.
 * The caller says what a module's outcome is: `Outcome` is not checked.
 */
export function runJob<Job, Outcome>(run: JobRun<Job>): Promise<Outcome> {
  if (run.signal.aborted) return Promise.reject(reasonOf(run.signal));
  const child = fork(compiledEntry(new URL('./host.ts', import.meta.url)), [compiledEntry(run.entry)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: childEnvironment(process.env, run.env ?? {}),
    execArgv: [],
  });
  const tail = lastLines([child.stdout, child.stderr]);
  return new Promise<Outcome>((resolve, reject) => {
    let ending: Ending | undefined;
    let killTimer: NodeJS.Timeout | undefined;
    let idleTimer: NodeJS.Timeout | undefined;

    const end = (how: Ending, stop: 'terminate' | 'let it go'): void => {
      ending ??= how;
      clearTimeout(idleTimer);
      if (stop === 'terminate') child.kill('SIGTERM');
      killTimer ??= setTimeout(() => child.kill('SIGKILL'), graceMs);
    };
    const heard = (): void => {
      clearTimeout(idleTimer);
      const limit = run.timeoutIdleMs;
      if (limit === undefined || ending) return;
      idleTimer = setTimeout(() => {
        end(
          {
            kind: 'error',
            error: new TrainingFailed(
              `the training process said nothing for ${limit / 1000} s and was stopped${quote(tail())}`,
            ),
          },
          'terminate',
        );
      }, limit);
    };
    const onAbort = (): void => end({ kind: 'error', error: reasonOf(run.signal) }, 'terminate');
    run.signal.addEventListener('abort', onAbort, { once: true });

    child.on('error', (error) => {
      end(
        {
          kind: 'error',
          error: new TrainingFailed(`the training process could not be started or reached: ${error.message}`),
        },
        'terminate',
      );
      // A process that never started has no 'close' to wait for.
      if (child.pid === undefined) settle(null, null);
    });
    child.on('message', (message) => {
      if (!isChildMessage(message) || ending) return;
      heard();
      if (message.kind === 'ready') send(child, run.job, end);
      else if (message.kind === 'progress') run.onProgress(message.progress);
      else if (message.kind === 'result') end({ kind: 'result', outcome: message.outcome }, 'let it go');
      else end({ kind: 'reported', code: message.code, message: message.message }, 'let it go');
    });
    child.on('close', (code, signal) => settle(code, signal));
    heard();

    function settle(code: number | null, signal: NodeJS.Signals | null): void {
      clearTimeout(idleTimer);
      clearTimeout(killTimer);
      run.signal.removeEventListener('abort', onAbort);
      if (ending?.kind === 'result') resolve(ending.outcome as Outcome);
      // Only now has the child's last word arrived on every stream.
      else if (ending?.kind === 'reported') reject(reported(ending.code, ending.message, tail()));
      else if (ending) reject(ending.error);
      else
        reject(
          new TrainingFailed(
            `the training process ended without a result (${signal ?? `exit code ${code}`})${quote(tail())}`,
          ),
        );
    }
  });
}

function send(child: ChildProcess, job: unknown, end: (how: Ending, stop: 'terminate') => void): void {
  try {
    child.send({ job });
  } catch (error) {
    // The job cannot be cloned: a bug of the caller, not of the child.
    end({ kind: 'error', error }, 'terminate');
  }
}

/** The error a child reported, as the class it had there; an unexpected one is a failure of the training. */
function reported(code: FailureCode | undefined, message: string, tail: string): PipelineError {
  if (code !== undefined) return failureOf(code, message);
  return new TrainingFailed(`the training process failed: ${message}${quote(tail)}`);
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason;
}

function quote(tail: string): string {
  return tail === '' ? '' : `; its last lines:\n${tail}`;
}
