import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';

import { ConfigurationError } from '../../config/configuration-error.ts';
import { readStackFile } from '../../config/stack-file.schema.ts';
import { stateDirOf, stateFiles } from '../../config/state-folder.ts';
import type { StateFiles } from '../../config/state-folder.ts';
import { isStateFolder } from './claim-state-folder.ts';
import { down, stopSupervisor } from './down.ts';
import { runningProcesses } from './leftovers.ts';
import { tryLock } from './pid-lock.ts';
import { readPlacement } from './postgres-placement.ts';
import { isRunning } from './process-identity.ts';
import { StackError } from './stack-error.ts';

/**
 * Removes the state folder and whatever lies outside it on its account.
 * @returns the folders that were removed
 * @throws StackError while the stack runs, unless `force` stops it first; or when the folder isn't one of ours
 */
export async function reset(options: { readonly stateDir?: string; readonly force?: boolean } = {}): Promise<readonly string[]> {
  const files = stateFiles(options.stateDir ?? stateDirOf());
  if (!existsSync(files.stateDir)) return [];
  if (!statSync(files.stateDir).isDirectory()) throw new StackError(`${files.stateDir} is no folder: correct FORECASTLE_STATE`);
  if (!isStateFolder(files)) {
    if (readdirSync(files.stateDir).length === 0) return [];
    throw new StackError(`${files.stateDir} holds no stack of ours and isn't removed: correct FORECASTLE_STATE`);
  }
  if (options.force === true) {
    await stopWhatRuns(files);
  } else {
    const stack = readStackFile(files.stack);
    if (stack !== undefined && (isRunning(stack.supervisor) || runningProcesses(stack).length > 0)) {
      throw new StackError('the stack is up: run `npx forecastle down` first, or `npx forecastle reset --force`');
    }
  }
  const outside = (options.force === true ? unlessUnreadable(() => readPlacement(files)) : readPlacement(files))?.outside;
  const folders = outside === undefined ? [files.stateDir] : [outside, files.stateDir];
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  return folders;
}

/** A stack.json that can't be read, damaged or of another version, says nothing; then the lock tells which supervisor runs. */
async function stopWhatRuns(files: StateFiles): Promise<void> {
  if (unlessUnreadable(() => readStackFile(files.stack)) !== undefined) {
    await down({ stateDir: files.stateDir });
    return;
  }
  const held = tryLock(files.lock);
  if ('heldBy' in held) await stopSupervisor(held.heldBy);
  else held.release();
}

function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}
