import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
    if (create(file, `${own.pid} ${own.startTime}\n`)) {
      return {
        release() {
          rmSync(file, { force: true });
        },
      };
    }
    const content = readIfThere(file);
    if (content === undefined) continue; // released in between
    const holder = holderIn(content);
    if (holder !== undefined && isRunning(holder)) return { heldBy: holder };
    removeStale(file, content);
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

/** A link appears with its content, so nobody ever reads a lock that is half written. @returns false when there is one already */
function create(file: string, content: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, content);
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Takes the file away and looks again: another process may have replaced the stale lock by its own in between. */
function removeStale(file: string, stale: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return; // another one was faster
    throw error;
  }
  const content = readIfThere(aside);
  if (content !== undefined && content !== stale) create(file, content);
  rmSync(aside, { force: true });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function holderIn(content: string): ProcessIdentity | undefined {
  const [pid, ...startTime] = content.trim().split(' ');
  const number = Number(pid);
  return Number.isInteger(number) && number > 0 ? { pid: number, startTime: startTime.join(' ') } : undefined;
}
