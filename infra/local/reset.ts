import { existsSync, readdirSync, rmSync } from 'node:fs';

import { readStackFile } from '../../config/stack-file.schema.ts';
import { stateDirOf, stateFiles } from '../../config/state-folder.ts';
import { down } from './down.ts';
import { runningProcesses } from './leftovers.ts';
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
  const isOurs = [files.stack, files.secrets, files.ports, files.logs].some((path) => existsSync(path));
  if (!isOurs && readdirSync(files.stateDir).length > 0) {
    throw new StackError(`${files.stateDir} holds no stack of ours and isn't removed: correct FORECASTLE_STATE`);
  }
  if (options.force === true) {
    await down({ stateDir: files.stateDir });
  } else {
    const stack = readStackFile(files.stack);
    if (stack !== undefined && (isRunning(stack.supervisor) || runningProcesses(stack).length > 0)) {
      throw new StackError('the stack is up: run `npx forecastle down` first, or `npx forecastle reset --force`');
    }
  }
  const outside = readPlacement(files)?.outside;
  const folders = outside === undefined ? [files.stateDir] : [outside, files.stateDir];
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  return folders;
}
