import { createLogUpdate } from 'log-update';
import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/** A region of the screen that is drawn over and over. */
export interface LiveRegion {
  update(text: string): void;
  /** Leaves what was drawn last and goes on below it. */
  done(): void;
}

/** Where a command writes and what that place can show. Tests pass an object literal. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly colors: Colors;
  /** Undefined where nothing can be drawn over: lines are appended there. */
  live(): LiveRegion | undefined;
}

/** Whoever reads our output, such as `head`, may go before we are done: then nobody waits for the rest, and that is no failure. */
function endWithReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

/** Colours only on a terminal and only without NO_COLOR; 80 columns where the width is unknown. */
export function processTerminal(env: Readonly<Record<string, string | undefined>> = process.env): Terminal {
  const isTTY = process.stdout.isTTY === true;
  endWithReader(process.stdout);
  endWithReader(process.stderr);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTTY,
    columns: isTTY ? Math.max(60, process.stdout.columns) : 80,
    colors: pc.createColors(isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'),
    live() {
      if (!isTTY || env['TERM'] === 'dumb') return undefined;
      const region = createLogUpdate(process.stdout, { showCursor: true });
      return { update: (text) => region(text), done: () => region.done() };
    },
  };
}
