import { CommanderError } from 'commander';

import { exitCodeOf } from '../contracts/failure.ts';

export interface ErrorLine {
  readonly code: string;
  readonly message: string;
  readonly exit: number;
}

/** Beside the failure codes: the environment or the machine has to change first. */
const refusals: ReadonlySet<string> = new Set(['ConfigurationError', 'StackError']);

/** One line and an exit code for anything that was thrown. */
export function describeError(error: unknown): ErrorLine {
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help')
      return { code: 'BadInput', message: 'which command? `npx forecastle --help` lists them', exit: 2 };
    const message = oneLine(error.message.replace(/^error: /, ''));
    return { code: 'BadInput', message: `${message} (\`--help\` shows how)`, exit: 2 };
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return {
      code: error.code,
      message: oneLine(error.message),
      exit: refusals.has(error.code) ? 2 : exitCodeOf(error.code),
    };
  }
  return {
    code: 'Unexpected',
    message: `unexpected: ${oneLine(error instanceof Error ? error.message : String(error))}`,
    exit: 1,
  };
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
