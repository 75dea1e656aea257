import { spawnSync } from 'node:child_process';

/** A Python that can make virtual environments. */
export interface FoundPython {
  readonly command: string;
  readonly version: string;
  readonly hasVenv: boolean;
}

const oldest = [3, 10] as const;

/** @returns the first fit Python on the PATH (or FORECASTLE_PYTHON), else undefined */
export function findPython(env: NodeJS.ProcessEnv = process.env): FoundPython | undefined {
  const chosen = env['FORECASTLE_PYTHON'];
  const commands = chosen ? [chosen] : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
  for (const command of commands) {
    const script = 'import sys, importlib.util as u; print(sys.version.split()[0], bool(u.find_spec("venv") and u.find_spec("ensurepip")))';
    const { status, stdout } = spawnSync(command, ['-c', script], { encoding: 'utf8', env });
    if (status !== 0) continue;
    const [version = '', venv] = stdout.trim().split(' ');
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major === oldest[0] && minor >= oldest[1]) return { command, version, hasVenv: venv === 'True' };
  }
  return undefined;
}
