import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { packageRoot } from '../infra/toolchain/paths.ts';

/** Leaves what was measured in bench/results, to be committed, and says so. */
export async function writeResults(name: string, results: object): Promise<void> {
  const folder = join(packageRoot, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `${JSON.stringify(results, null, 2)}\n`);
  console.log(`\nwritten to bench/results/${name}`);
}

export const round = (value: number, digits = 6): number => Number(value.toFixed(digits));
