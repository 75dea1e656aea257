import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';

import type { StateFiles } from '../../config/state-folder.ts';
import { makePrivateFolder } from './private-folder.ts';
import { StackError } from './stack-error.ts';

/** True for a folder that `up` claimed, or that a version before the marker left. Only such a folder may be removed. */
export function isStateFolder({ marker, stack, secrets }: StateFiles): boolean {
  return existsSync(marker) || (existsSync(stack) && existsSync(secrets));
}

/**
 * Makes the state folder where there is none and marks it as ours; `reset` removes no folder without the mark.
 * @throws StackError when it is a folder with something else in it, or when its path can't be used
 */
export function claimStateFolder(files: StateFiles): void {
  refusePatternIn(files.stateDir);
  // Passable for the unprivileged user who runs PostgreSQL for root, readable for the owner alone.
  mkdirSync(files.stateDir, { recursive: true, mode: 0o711 });
  const isEmpty = readdirSync(files.stateDir).length === 0;
  if (!isEmpty && !isStateFolder(files)) {
    throw new StackError(
      `${files.stateDir} isn't empty and holds no stack of ours: set FORECASTLE_STATE to a folder that is empty or doesn't exist yet`,
    );
  }
  if (!existsSync(files.marker)) writeFileSync(files.marker, 'The state of a Forecastle stack; `npx forecastle reset` removes this folder and all that is in it.\n');
  for (const folder of [files.logs, files.health, files.scratch]) makePrivateFolder(folder);
}

/** DuckDB takes them for a pattern, and there is no way to escape them. */
export function refusePatternIn(stateDir: string): void {
  if (!/[*?[]/.test(stateDir)) return;
  throw new StackError(`the state folder ${stateDir} holds *, ? or [ in its path, which DuckDB reads as a pattern: set FORECASTLE_STATE to another folder`);
}
