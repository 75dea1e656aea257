import type { InstallProgress } from './install.ts';

/** Where progress is shown; `process.stderr` is one. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line per part with its seconds; on a terminal the line under work shows what the tool last said. */
export function createInstallReporter(output: ProgressOutput): (progress: InstallProgress) => void {
  const redraw = output.isTTY === true ? '\r\u001b[2K' : '';
  return (progress) => {
    switch (progress.event) {
      case 'waiting':
        output.write(`another install (process ${progress.pid}) is at work here; waiting for it\n`);
        return;
      case 'current':
        output.write(`✓ ${progress.part} (already installed)\n`);
        return;
      case 'started':
        output.write(`… ${progress.part}${redraw === '' ? '\n' : ''}`);
        return;
      case 'line':
        if (redraw !== '') output.write(`${redraw}${`… ${progress.part}: ${progress.line}`.slice(0, (output.columns ?? 80) - 1)}`);
        return;
      case 'done':
        output.write(`${redraw}✓ ${progress.part} ${progress.seconds.toFixed(1)} s\n`);
    }
  };
}
