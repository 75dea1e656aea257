import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import type { ProcessIdentity, ServiceState, ServiceStatus } from '../../config/stack-file.schema.ts';
import { lastLinesOf } from './log-tail.ts';
import { startTimeOf } from './process-identity.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { StackFailed } from './stack-error.ts';

const probeEveryMs = 100;
const probeTimeoutMs = 3000;
const firstBackOffMs = 200;
const longestBackOffMs = 5000;
/** A process that lived this long had no trouble starting: the back-off begins anew. */
const stableMs = 30_000;
/** During the first start this many ends in a row mean that it won't come up. */
const startAttempts = 6;

/** Starts one process, starts it again whenever it dies, stops it when asked. Every change is told to `onChange`. */
export class SupervisedProcess {
  readonly definition: ServiceDefinition;
  readonly #logFile: string;
  readonly #onChange: () => void;
  readonly #stopping = new AbortController();
  #state: ServiceState = 'waiting';
  #identity: ProcessIdentity | undefined;
  #restarts = 0;
  #lastError: string | undefined;
  #readySeconds: number | undefined;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #backOffMs = firstBackOffMs;
  #hasBeenReady = false;
  #spawnFailure: string | undefined;

  constructor(definition: ServiceDefinition, logFile: string, onChange: () => void) {
    this.definition = definition;
    this.#logFile = logFile;
    this.#onChange = onChange;
  }

  get status(): ServiceStatus {
    const { port, url, uiUrl } = this.definition;
    return {
      state: this.#state,
      restarts: this.#restarts,
      log: this.#logFile,
      ...this.#identity,
      ...(port !== undefined && { port }),
      ...(url !== undefined && { url }),
      ...(uiUrl !== undefined && { uiUrl }),
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
      ...(this.#readySeconds !== undefined && { readySeconds: this.#readySeconds }),
    };
  }

  /**
   * Resolves when the process is ready for the first time; from then on it is kept alive.
   * @throws StackFailed when it keeps ending, or isn't ready in time
   */
  async start(): Promise<void> {
    const deadline = performance.now() + this.definition.startTimeoutSeconds * 1000;
    for (let attempt = 1; ; attempt += 1) {
      const problem = await this.#launch(deadline);
      if (problem === undefined) return;
      if (this.#stopping.signal.aborted) throw new StackFailed(`${this.definition.name} was stopped while it started`);
      const isLate = performance.now() >= deadline;
      if (isLate || attempt >= startAttempts) {
        await this.#kill();
        this.#lastError = problem;
        this.#enter('failed');
        throw new StackFailed(`${this.definition.name} didn't come up: ${problem}; see ${this.#logFile}`);
      }
      await this.#backOff(problem);
    }
  }

  /** Asks politely, waits its grace time, then insists. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child !== undefined && isAlive(child)) {
      child.kill(this.definition.stop.signal);
      await Promise.race([this.#exited, delay(this.definition.stop.graceSeconds * 1000, undefined, { ref: false })]);
    }
    await this.#kill();
    this.#identity = undefined;
    if (this.#state !== 'failed') this.#enter('stopped');
  }

  /** @returns what went wrong, or undefined once it is ready */
  async #launch(deadline: number): Promise<string | undefined> {
    const { signal } = this.#stopping;
    const began = performance.now();
    try {
      await this.definition.prepare?.(signal);
      signal.throwIfAborted();
    } catch (error) {
      return messageOf(error);
    }
    const child = this.#spawn();
    let problem: string | undefined;
    while (isAlive(child) && !signal.aborted) {
      problem = await this.#probe();
      if (problem === undefined) {
        this.#hasBeenReady = true;
        this.#readySeconds = (performance.now() - began) / 1000;
        this.#enter('ready');
        return undefined;
      }
      if (performance.now() >= deadline) {
        await this.#kill();
        return `not ready after ${this.definition.startTimeoutSeconds} s (${problem})`;
      }
      await Promise.race([delay(probeEveryMs), this.#exited]);
    }
    await this.#exited;
    return this.#describeEnd(child);
  }

  #spawn(): ChildProcess {
    const { file, args, env, cwd, uid, gid } = this.definition.command;
    // The log is handed over as a file, not a pipe: a killed supervisor must not take its children's output along.
    const log = openSync(this.#logFile, 'a');
    writeSync(log, `--- ${new Date().toISOString()} starting\n`);
    const child = spawn(file, args, {
      env,
      cwd,
      stdio: ['ignore', log, log],
      // A group of its own, so that what it started can be ended with it, and no Ctrl-C reaches it past the supervisor.
      detached: true,
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    });
    closeSync(log);
    this.#child = child;
    this.#spawnFailure = undefined;
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => {
        this.#spawnFailure = error.message;
        resolve();
      });
    });
    void this.#exited.then(() => this.#onExit(child));
    const { pid } = child;
    const startTime = pid === undefined ? undefined : startTimeOf(pid);
    this.#identity = pid === undefined || startTime === undefined ? undefined : { pid, startTime };
    this.#enter(this.#restarts > 0 ? 'restarting' : 'starting');
    return child;
  }

  #onExit(child: ChildProcess): void {
    // What it started must not keep its port or its memory.
    killGroup(child);
    if (this.#state !== 'ready' || this.#stopping.signal.aborted || this.#child !== child) return;
    void this.#revive(child);
  }

  async #revive(dead: ChildProcess): Promise<void> {
    let problem: string | undefined = this.#describeEnd(dead);
    while (problem !== undefined && !this.#stopping.signal.aborted) {
      await this.#backOff(problem);
      if (this.#stopping.signal.aborted) return;
      problem = await this.#launch(performance.now() + this.definition.startTimeoutSeconds * 1000);
    }
    await delay(stableMs, undefined, { ref: false });
    if (this.#state === 'ready') this.#backOffMs = firstBackOffMs;
  }

  async #probe(): Promise<string | undefined> {
    try {
      await this.definition.probe(AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(probeTimeoutMs)]));
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  async #backOff(problem: string): Promise<void> {
    this.#identity = undefined;
    this.#lastError = problem;
    this.#restarts += 1;
    this.#enter('restarting');
    const wait = this.#backOffMs;
    this.#backOffMs = Math.min(wait * 2, longestBackOffMs);
    await delay(wait, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    if (isAlive(child)) child.kill('SIGKILL');
    await this.#exited;
    killGroup(child);
  }

  #describeEnd(child: ChildProcess): string {
    if (this.#spawnFailure !== undefined) return this.#spawnFailure;
    const how = child.signalCode === null ? `code ${child.exitCode ?? 'unknown'}` : child.signalCode;
    // After its first readiness the log's end is its whole life's; the way it ended says more.
    return this.#hasBeenReady ? `ended with ${how}` : `ended with ${how}: ${lastLinesOf(this.#logFile, 3)}`;
  }

  #enter(state: ServiceState): void {
    this.#state = state;
    this.#onChange();
  }
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // Gone; macOS says EPERM where only unreaped members are left.
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
