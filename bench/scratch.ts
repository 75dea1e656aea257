import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { WithScratch } from '../activities/artifact-store.ts';

/** Scratch folders as workers have them, below a folder of the benchmark's. */
export function scratchIn(folder: string): WithScratch {
  return async (use) => {
    await mkdir(folder, { recursive: true });
    const own = await mkdtemp(join(folder, 'work-'));
    try {
      return await use(own);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  };
}
