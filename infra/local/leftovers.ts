import { setTimeout as delay } from 'node:timers/promises';

import { serviceNames } from '../../config/stack-file.schema.ts';
import type { ProcessIdentity, ServiceName, StackFile } from '../../config/stack-file.schema.ts';
import { isRunning } from './process-identity.ts';

const graceMs = 5000;
/** These take SIGTERM for something slower than a plain stop. */
const politeSignal: Readonly<Partial<Record<ServiceName, NodeJS.Signals>>> = { postgres: 'SIGINT', temporal: 'SIGINT' };

/** The processes of a stack that still run, whether or not its supervisor does. */
export function runningProcesses(stack: StackFile): readonly (ProcessIdentity & { readonly name: ServiceName })[] {
  return serviceNames.flatMap((name) => {
    const { pid, startTime } = stack.services[name] ?? {};
    if (pid === undefined || startTime === undefined || !isRunning({ pid, startTime })) return [];
    return [{ name, pid, startTime }];
  });
}

/** Stops what a killed supervisor left behind: a data folder bears one server at a time. @returns how many there were */
export async function stopLeftovers(stack: StackFile): Promise<number> {
  const left = runningProcesses(stack);
  for (const { pid, name } of left) sendSignal(pid, politeSignal[name] ?? 'SIGTERM');
  const deadline = performance.now() + graceMs;
  while (left.some(isRunning) && performance.now() < deadline) await delay(50);
  // Each one leads a group of its own, so this also ends what it had started.
  for (const { pid } of left) sendSignal(-pid, 'SIGKILL');
  while (left.some(isRunning)) await delay(20);
  return left.length;
}

/** A process that has ended in between is what was wanted. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
