import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * The memory of a process and all its descendants in bytes, as proportional set size: a shared page counts once over its users.
 * Where there is no such figure (macOS) it is the resident size. Undefined when it can't be read.
 */
export function treeMemory(pid: number): number | undefined {
  const parents = process.platform === 'linux' ? linuxParents() : psParents();
  const sizes = descendants(pid, parents).map(memoryOf).filter((size) => size !== undefined);
  return sizes.length === 0 ? undefined : sizes.reduce((sum, size) => sum + size, 0);
}

function descendants(root: number, parents: ReadonlyMap<number, number>): number[] {
  const found = [root];
  // Grows while it is walked.
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}

function linuxParents(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      continue; // ended in between
    }
  }
  return parents;
}

function psParents(): Map<number, number> {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = stdout.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(pairs.flatMap(([pid, parent]) => (pid === undefined || parent === undefined ? [] : [[pid, parent]])));
}

function memoryOf(pid: number): number | undefined {
  if (process.platform !== 'linux') {
    const kib = Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim());
    return kib > 0 ? kib * 1024 : undefined;
  }
  try {
    const kib = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined; // ended, or another user's
  }
}
