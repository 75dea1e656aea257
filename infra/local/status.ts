import { readStackFile, serviceNames } from '../../config/stack-file.schema.ts';
import type { ServiceName, ServiceStatus, StackFile } from '../../config/stack-file.schema.ts';
import { stateDirOf, stateFiles } from '../../config/state-folder.ts';
import { treeMemory } from './memory.ts';
import { isRunning } from './process-identity.ts';

export interface ServiceReport extends ServiceStatus {
  readonly name: ServiceName;
  /** Bytes, its children included. */
  readonly memoryBytes?: number;
}

export interface StackReport {
  readonly stateDir: string;
  /** `lost`: the supervisor was killed; what it had started may still run, and nothing restarts it. `down`: nothing runs. */
  readonly state: StackFile['state'] | 'down' | 'lost';
  readonly error?: string;
  readonly notes: readonly string[];
  readonly startedAt?: string;
  readonly services: readonly ServiceReport[];
  /** Bytes over all services and the supervisor. */
  readonly memoryBytes: number;
}

/** What stack.json says, checked against the processes that really run. */
export function stackStatus(options: { readonly stateDir?: string } = {}): StackReport {
  const files = stateFiles(options.stateDir ?? stateDirOf());
  const stack = readStackFile(files.stack);
  if (stack === undefined) return { stateDir: files.stateDir, state: 'down', notes: [], services: [], memoryBytes: 0 };
  const services = serviceNames.flatMap((name) => {
    const status = stack.services[name];
    return status === undefined ? [] : [reportOn(name, status)];
  });
  const isSupervised = isRunning(stack.supervisor);
  // Its children are services already counted, so the supervisor adds only what is left of its tree.
  const counted = services.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
  const whole = isSupervised ? (treeMemory(stack.supervisor.pid) ?? counted) : counted;
  return {
    stateDir: files.stateDir,
    state: stateOf(stack, isSupervised, services),
    notes: stack.notes,
    startedAt: stack.startedAt,
    services,
    memoryBytes: whole,
    ...(stack.error !== undefined && { error: stack.error }),
  };
}

function stateOf(stack: StackFile, isSupervised: boolean, services: readonly ServiceReport[]): StackReport['state'] {
  if (isSupervised || stack.state === 'failed') return stack.state;
  return services.some(({ pid }) => pid !== undefined) ? 'lost' : 'down';
}

function reportOn(name: ServiceName, status: ServiceStatus): ServiceReport {
  const { pid, startTime, ...rest } = status;
  if (pid === undefined || startTime === undefined || !isRunning({ pid, startTime })) {
    const isClaimedToRun = status.state === 'ready' || status.state === 'starting';
    return { name, ...rest, state: isClaimedToRun ? 'stopped' : status.state };
  }
  const memoryBytes = treeMemory(pid);
  return { name, ...rest, pid, startTime, ...(memoryBytes !== undefined && { memoryBytes }) };
}
