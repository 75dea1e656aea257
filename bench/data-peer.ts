import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { packageRoot, toolchainDirOf, toolchainPaths } from '../infra/toolchain/paths.ts';
import { runCommand } from '../infra/toolchain/run-command.ts';

/** What the peer says of its run. */
export interface PeerAnswer {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rows: number;
  readonly columns: number;
  readonly peakMiB: number;
  readonly polars: string;
}

/** Runs Polars in an environment of its own, which is made on first use. @param out folder for its partitioned Parquet */
export async function runPolars({ sales, out, folder }: { readonly sales: string; readonly out: string; readonly folder: string }): Promise<PeerAnswer> {
  const { venv: tools } = toolchainPaths(toolchainDirOf(process.env));
  const uv = join(tools, 'bin', 'uv');
  const venv = join(folder, 'peer');
  const python = join(venv, 'bin', 'python');
  if (!existsSync(python)) {
    await runCommand(uv, ['venv', '--quiet', '--python', join(tools, 'bin', 'python'), venv]);
    await runCommand(uv, ['pip', 'install', '--quiet', '--python', python, '-r', join(packageRoot, 'bench', 'peers', 'requirements.txt')]);
  }
  const said = await runCommand(python, [join(packageRoot, 'bench', 'peers', 'polars_features.py'), sales, out]);
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as PeerAnswer;
}
