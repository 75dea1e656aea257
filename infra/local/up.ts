import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { parseEnvironment } from '../../config/config.schema.ts';
import { readStackFile, serviceNames } from '../../config/stack-file.schema.ts';
import type { ServiceName, ServiceStatus, StackFile } from '../../config/stack-file.schema.ts';
import { stateDirOf, stateFiles } from '../../config/state-folder.ts';
import type { StateFiles } from '../../config/state-folder.ts';
import { packageRoot } from '../toolchain/paths.ts';
import { claimStateFolder, refusePatternIn } from './claim-state-folder.ts';
import { lastLinesOf } from './log-tail.ts';
import { isRunning } from './process-identity.ts';
import { StackError, StackFailed } from './stack-error.ts';
import { checkChoice } from './start-order.ts';
import { supervisorExitCodes } from './supervisor-exit-codes.ts';

/** A service entered another state. `seconds` since `up` was called. */
export interface ServiceProgress {
  readonly service: ServiceName;
  readonly status: ServiceStatus;
  readonly seconds: number;
}

export interface UpOptions {
  /** Default: FORECASTLE_STATE or `.forecastle` beside package.json. */
  readonly stateDir?: string;
  /** Default: all. */
  readonly services?: readonly ServiceName[];
  /** Default: this process's. Handed on to every process of the stack. */
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutSeconds?: number;
  onProgress?(progress: ServiceProgress): void;
  /** Ends the waiting, not the stack: `down` stops that. */
  readonly signal?: AbortSignal;
}

const pollMs = 50;

/**
 * Brings the stack up, or waits for one that is already coming up. Resolves when every service is ready.
 * @throws ConfigurationError when the environment can't be understood; StackError when a port is taken, a server of the
 * user's own doesn't answer, or the state folder can't be used; StackFailed when a service doesn't come up
 */
export async function up(options: UpOptions = {}): Promise<StackFile> {
  const env = { ...(options.env ?? process.env) };
  const stateDir = options.stateDir === undefined ? stateDirOf(env) : resolve(options.stateDir);
  env['FORECASTLE_STATE'] = stateDir;
  parseEnvironment(env);
  refusePatternIn(stateDir);
  if (options.services !== undefined) checkChoice(options.services);
  const files = stateFiles(stateDir);
  const began = performance.now();
  const deadline = began + (options.timeoutSeconds ?? 300) * 1000;
  const told = createTeller(began, options.onProgress);
  let child: ChildProcess | undefined;
  for (;;) {
    options.signal?.throwIfAborted();
    const stack = readStackFile(files.stack);
    // An earlier stack that ended has nothing to say about this start.
    const current = stack !== undefined && (isRunning(stack.supervisor) || stack.supervisor.pid === child?.pid) ? stack : undefined;
    if (current !== undefined) told(current);
    if (current?.state === 'ready') return expectServices(current, options.services);
    if (current?.state === 'failed') throw failureOf(current, files);
    if (current === undefined) {
      if (child === undefined) child = spawnSupervisor(files, env, options.services);
      else if (child.exitCode === supervisorExitCodes.alreadyRunning) child = undefined;
      else if (hasEnded(child)) throw new StackFailed(`the supervisor ended: ${lastLinesOf(supervisorLog(files), 3)}`);
    }
    if (performance.now() > deadline) throw new StackFailed(`the stack isn't ready in time; see \`npx forecastle status\` and ${files.logs}`);
    await delay(pollMs);
  }
}

function spawnSupervisor(files: StateFiles, env: NodeJS.ProcessEnv, services: readonly ServiceName[] | undefined): ChildProcess {
  const entry = join(packageRoot, 'dist', 'infra', 'local', 'supervisor-main.js');
  if (!existsSync(entry)) throw new StackError(`${entry} is missing: run \`npm run build\``);
  claimStateFolder(files);
  const log = openSync(supervisorLog(files), 'a');
  const child = spawn(process.execPath, [entry, ...(services === undefined ? [] : ['--services', services.join(',')])], {
    // A session of its own: it outlives this command and its terminal.
    detached: true,
    stdio: ['ignore', log, log],
    env,
    cwd: packageRoot,
  });
  closeSync(log);
  child.unref();
  return child;
}

function createTeller(began: number, onProgress: UpOptions['onProgress']): (stack: StackFile) => void {
  const last = new Map<ServiceName, string>();
  return ({ services }) => {
    for (const name of serviceNames) {
      const status = services[name];
      if (status === undefined || last.get(name) === status.state) continue;
      last.set(name, status.state);
      onProgress?.({ service: name, status, seconds: (performance.now() - began) / 1000 });
    }
  };
}

function expectServices(stack: StackFile, wanted: readonly ServiceName[] | undefined): StackFile {
  const missing = wanted?.filter((name) => stack.services[name] === undefined) ?? [];
  if (missing.length === 0) return stack;
  throw new StackError(`the stack is up without ${missing.join(', ')}: run \`npx forecastle down\`, then \`npx forecastle up\``);
}

/** The supervisor's failure, as what it was there. */
function failureOf({ error, refused }: StackFile, files: StateFiles): StackError | StackFailed {
  const message = error ?? `the stack failed; see ${files.logs}`;
  return refused === true ? new StackError(message) : new StackFailed(message);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function supervisorLog(files: StateFiles): string {
  return join(files.logs, 'supervisor.log');
}
