import { readdirSync, readFileSync } from 'node:fs';

export interface Cost {
  readonly seconds: number;
  /** User and system time of this process and of the children that have ended; of this process alone where there is no /proc. */
  readonly cpuSeconds: number;
}

/** Linux counts the time of ended children in hundredths of a second, whatever the kernel's own tick (USER_HZ). */
export const ticksPerSecond = 100;

/** What a piece of work costs, the child processes that it waits for included. */
export async function measured<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly cost: Cost }> {
  const [started, cpu] = [performance.now(), cpuSeconds()];
  const value = await work();
  return { value, cost: { seconds: (performance.now() - started) / 1000, cpuSeconds: cpuSeconds() - cpu } };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + endedChildrenSeconds();
}

function endedChildrenSeconds(): number {
  const stat = readOrEmpty('/proc/self/stat');
  // The second field is the program's name in brackets and may contain spaces; cutime and cstime are the 14th and 15th after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' ? 0 : (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

export interface MemoryWatch {
  /** Most memory (MiB, resident) that this process and its children held at one moment, as far as sampling saw it. */
  readonly peakMiB: () => number;
  stop(): void;
}

const sampleEveryMs = 100;

/** Watches resident memory of this process and its children until stopped. */
export function watchMemory(): MemoryWatch {
  let peak = 0;
  const sample = (): void => {
    const children = childProcesses().reduce((sum, pid) => sum + residentBytes(pid), 0);
    peak = Math.max(peak, process.memoryUsage.rss() + children);
  };
  sample();
  const timer = setInterval(sample, sampleEveryMs);
  timer.unref();
  return { peakMiB: () => Math.round(peak / 2 ** 20), stop: () => clearInterval(timer) };
}

/** Direct children; trainers start no processes of their own. */
function childProcesses(): readonly number[] {
  return tasks().flatMap((task) => readOrEmpty(`/proc/self/task/${task}/children`).split(' ').filter(Boolean).map(Number));
}

function tasks(): readonly string[] {
  try {
    return readdirSync('/proc/self/task');
  } catch {
    // No /proc (macOS): the children's memory is not seen.
    return [];
  }
}

function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readOrEmpty(`/proc/${String(pid)}/status`))?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

/** A process may end between being listed and being read. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
