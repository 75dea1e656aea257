import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { packageRoot } from '../../infra/toolchain/paths.ts';
import { environmentWithoutServers } from './stack.ts';

export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command line as a person would, against the stack in `stateDir`. */
export function forecastle(stateDir: string, ...args: readonly string[]): Promise<Finished> {
  const env = { ...environmentWithoutServers(), FORECASTLE_STATE: stateDir, FORECASTLE_USER: 'ann', NO_COLOR: '1' };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(packageRoot, 'dist', 'cli', 'main.js'), ...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}
