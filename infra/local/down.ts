import { setTimeout as delay } from 'node:timers/promises';

import { readStackFile } from '../../config/stack-file.schema.ts';
import type { ProcessIdentity } from '../../config/stack-file.schema.ts';
import { stateDirOf, stateFiles } from '../../config/state-folder.ts';
import { sendSignal, stopLeftovers } from './leftovers.ts';
import { isRunning } from './process-identity.ts';

/** The supervisor needs 15 s at most; one that takes longer hangs. */
const patienceMs = 25_000;

/**
 * Stops the stack and everything it started; the data stay.
 * @returns false when nothing was running
 */
export async function down(options: { readonly stateDir?: string } = {}): Promise<boolean> {
  const files = stateFiles(options.stateDir ?? stateDirOf());
  const stack = readStackFile(files.stack);
  if (stack === undefined) return false;
  const wasUp = isRunning(stack.supervisor);
  if (wasUp) await stopSupervisor(stack.supervisor);
  // Read again: restarts may have changed the processes. After an orderly stop there are none.
  const left = await stopLeftovers(readStackFile(files.stack) ?? stack);
  return wasUp || left > 0;
}

/** Asks it to stop all that it started, and kills one that does not. */
export async function stopSupervisor(supervisor: ProcessIdentity): Promise<void> {
  sendSignal(supervisor.pid, 'SIGTERM');
  const deadline = performance.now() + patienceMs;
  while (isRunning(supervisor) && performance.now() < deadline) await delay(50);
  if (isRunning(supervisor)) sendSignal(supervisor.pid, 'SIGKILL');
}
