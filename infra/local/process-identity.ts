import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import type { ProcessIdentity } from '../../config/stack-file.schema.ts';

/**
 * When the process started, in the operating system's own words; undefined when it is gone or a zombie.
 * Process numbers are reused, so a number alone never says that it is still ours.
 */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout.trim() || undefined;
  }
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // no such process
  }
  // The name in parentheses may hold spaces; the fields start after it: state is the 3rd of all, starttime the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** @throws when the process has already gone */
export function identityOf(pid: number): ProcessIdentity {
  const startTime = startTimeOf(pid);
  if (startTime === undefined) throw new Error(`process ${pid} has already ended`);
  return { pid, startTime };
}

/** True when that very process runs, not merely one with its number. */
export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startTime;
}
