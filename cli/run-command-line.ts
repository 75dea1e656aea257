import { CommanderError } from 'commander';

import { describeError } from './describe-error.ts';
import { createProgram } from './program.ts';
import type { CliDependencies } from './session.ts';

/**
 * Runs one command line (without node and the script's name).
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage or bad input, 3 refused by a gate or a role, 130 interrupted
 */
export async function runCommandLine(
  argv: readonly string[],
  surroundings: Omit<CliDependencies, 'exitWith'>,
): Promise<number> {
  const { terminal, env } = surroundings;
  let exitCode = 0;
  const exitWith = (code: number): void => {
    exitCode = code;
  };
  try {
    await createProgram({ ...surroundings, exitWith }).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help was printed
    const { code, message, exit } = describeError(error);
    if (argv.includes('--json')) terminal.out(`${JSON.stringify({ error: { code, message } })}\n`);
    else terminal.err(`forecastle: ${message}\n`);
    if (env['FORECASTLE_LOG_LEVEL'] === 'debug' && error instanceof Error) terminal.err(`${error.stack ?? ''}\n`);
    return exit;
  }
}
