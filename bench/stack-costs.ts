import { readdirSync, readFileSync } from 'node:fs';

import { stackStatus } from '../infra/local/status.ts';
import { ticksPerSecond } from './process-costs.ts';

export interface StackWatch {
  /** Most memory (MiB, proportional set size) that supervisor, services and their children held at one moment, as far as sampling saw it. */
  readonly peakMiB: () => number;
  /** User and system time of everything the supervisor started and still runs, and of their children that have ended. */
  readonly cpuSeconds: () => number;
  stop(): void;
}

const sampleEveryMs = 1_000;

/** Watches the stack in a state folder until stopped; before it is up there is nothing to see. Linux only. */
export function watchStack(stateDir: string): StackWatch {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, stackStatus({ stateDir }).memoryBytes);
  }, sampleEveryMs);
  timer.unref();
  return {
    peakMiB: () => Math.round(peak / 2 ** 20),
    cpuSeconds: () => {
      const roots = stackStatus({ stateDir }).services.flatMap(({ pid }) => pid ?? []);
      const stats = processStats();
      const inTree = (pid: number): boolean => roots.includes(pid) || (pid > 1 && inTree(stats.get(pid)?.parent ?? 0));
      return [...stats].reduce((sum, [pid, { ticks }]) => sum + (inTree(pid) ? ticks : 0), 0) / ticksPerSecond;
    },
    stop: () => clearInterval(timer),
  };
}

function processStats(): ReadonlyMap<number, { readonly parent: number; readonly ticks: number }> {
  const stats = new Map<number, { parent: number; ticks: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // After the name in brackets: state, parent, … and as 12th to 15th the times of the process and of its ended children.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
      stats.set(Number(name), { parent: fields[1] ?? 0, ticks: fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) });
    } catch {
      continue; // ended in between
    }
  }
  return stats;
}
