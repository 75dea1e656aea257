import { setTimeout } from 'node:timers/promises';
import { BadInput } from '../../../../contracts/failure.ts';
import type { FitProgress } from '../../../../contracts/training.ts';

export interface SampleJob {
  readonly act: 'echo' | 'refuse' | 'throw' | 'exit' | 'die' | 'work for ever' | 'hang' | 'environment';
}

/** A job module with every way a training process can end. Reports its process id first. */
export async function execute({ act }: SampleJob, on: { progress(p: FitProgress): void }): Promise<unknown> {
  on.progress({ done: 0, note: String(process.pid) });
  switch (act) {
    case 'echo':
      on.progress({ done: 0.5, note: 'half way' });
      return { pid: process.pid, values: Float32Array.of(1, NaN) };
    case 'environment':
      return { ...process.env };
    case 'refuse':
      throw new BadInput('sales.csv row 3: no');
    case 'throw':
      throw new RangeError('a bug');
    case 'exit':
      process.stderr.write('out of luck\n');
      process.exit(9);
      break;
    case 'die':
      process.stderr.write('last words\n');
      process.kill(process.pid, 'SIGKILL');
      return setTimeout(60_000);
    case 'work for ever':
      for (;;) await setTimeout(5);
    case 'hang':
      // Never gives way, as a native call would.
      for (;;);
  }
  return undefined;
}
