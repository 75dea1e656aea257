import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import type { ProcessIdentity } from '../../config/stack-file.schema.ts';
import { identityOf, isRunning } from './process-identity.ts';

/** A lock held by a living process; a file left by a killed one doesn't count. */
export interface PidLock {
  release(): void;
}

/** @returns the lock, or who holds it */
export function tryLock(file: string): PidLock | { readonly heldBy: ProcessIdentity } {
  const own = identityOf(process.pid);
  for (;;) {
    try {
      writeFileSync(file, `${own.pid} ${own.startTime}\n`, { flag: 'wx' });
      return {
        release() {
          rmSync(file, { force: true });
        },
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = readHolder(file);
    if (holder !== undefined && isRunning(holder)) return { heldBy: holder };
    rmSync(file, { force: true });
  }
}

/** Waits while another process holds the lock; `onWait` is called once, with its number. */
export async function lock(file: string, options: { onWait(pid: number): void; signal?: AbortSignal }): Promise<PidLock> {
  let told = false;
  for (;;) {
    const result = tryLock(file);
    if ('release' in result) return result;
    if (!told) options.onWait(result.heldBy.pid);
    told = true;
    await delay(200, undefined, options.signal ? { signal: options.signal } : {});
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined; // released in between
  }
  const [pid, ...startTime] = text.trim().split(' ');
  const number = Number(pid);
  return Number.isInteger(number) && number > 0 ? { pid: number, startTime: startTime.join(' ') } : undefined;
}
