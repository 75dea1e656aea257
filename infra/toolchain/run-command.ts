import { spawn } from 'node:child_process';

/** A tool ended badly; the message carries the last lines it wrote. */
export class CommandFailed extends Error {
  readonly code = 'CommandFailed';
  readonly retryable = true;

  constructor(message: string) {
    super(message);
    this.name = 'CommandFailed';
  }
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly signal?: AbortSignal;
  onLine?(line: string): void;
}

/**
 * Runs a tool to its end.
 * @returns what it wrote to stdout
 * @throws CommandFailed with the last lines of its output, or the abort reason
 */
export function runCommand(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.uid !== undefined && { uid: options.uid }),
      ...(options.gid !== undefined && { gid: options.gid }),
      ...(options.signal !== undefined && { signal: options.signal }),
    });
    let stdout = '';
    let all = '';
    const take = (text: string): void => {
      all = (all + text).slice(-20_000);
      for (const line of text.split(/[\r\n]+/)) if (line.trim() !== '') options.onLine?.(line.trim());
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      take(text);
    });
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', (error) => {
      reject(error.name === 'AbortError' ? error : new CommandFailed(`${file} can't be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new CommandFailed(`${[file, ...args.slice(0, 2)].join(' ')} ended with ${signal ?? `code ${code}`}:\n${lastLines(all, 12)}`));
    });
  });
}

function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join('\n');
}
