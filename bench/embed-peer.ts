import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { packageRoot, toolchainDirOf, toolchainPaths } from '../infra/toolchain/paths.ts';
import { runCommand } from '../infra/toolchain/run-command.ts';

/** What the peer says of its run. */
export interface PeerAnswer {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rows: number;
  readonly peakMiB: number;
  /** Of texts. */
  readonly sentenceTransformers?: string;
  readonly torch?: string;
  /** Of pictures. */
  readonly onnxruntime?: string;
}

/**
 * Runs one of the peer's scripts in an environment of its own, which is made on first use (5 GB with PyTorch).
 * @param venv folder of the environment
 */
export async function runPeer(script: 'text_vectors.py' | 'picture_vectors.py', args: readonly string[], venv: string): Promise<PeerAnswer> {
  const python = join(venv, 'bin', 'python');
  if (!existsSync(python)) {
    const { venv: tools } = toolchainPaths(toolchainDirOf(process.env));
    const uv = join(tools, 'bin', 'uv');
    await runCommand(uv, ['venv', '--quiet', '--python', join(tools, 'bin', 'python'), venv]);
    await runCommand(uv, ['pip', 'install', '--quiet', '--python', python, '-r', join(packageRoot, 'bench', 'peers', 'embed-requirements.txt')]);
  }
  const said = await runCommand(python, [join(packageRoot, 'bench', 'peers', script), ...args]);
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as PeerAnswer;
}
