import { CommanderError } from 'commander';

import { loadConfig } from '../config/load.ts';
import { createApiClient } from './api-client.ts';
import { describeError } from './describe-error.ts';
import { createProgram } from './program.ts';
import type { CliDependencies } from './session.ts';
import { stackAddresses } from './stack-addresses.ts';
import { processTerminal } from './terminal.ts';

/**
 * Runs one command line (without node and the script's name).
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage or bad input, 3 refused by a gate or a role, 130 interrupted
 */
async function run(argv: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  let exitCode = 0;
  const dependencies: CliDependencies = {
    terminal,
    env: process.env,
    connect: (actor) => createApiClient({ ...loadConfig().api, actor }),
    addresses: () => stackAddresses(),
    interruption,
    exitWith: (code) => {
      exitCode = code;
    },
  };
  try {
    await createProgram(dependencies).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help or version was printed
    const { code, message, exit } = describeError(error);
    if (argv.includes('--json')) terminal.out(`${JSON.stringify({ error: { code, message } })}\n`);
    else terminal.err(`forecastle: ${message}\n`);
    if (process.env['FORECASTLE_LOG_LEVEL'] === 'debug' && error instanceof Error) terminal.err(`${error.stack ?? ''}\n`);
    return exit;
  }
}

/** The first Ctrl-C or SIGTERM aborts; a second one ends the process at once, as people expect. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

process.exitCode = await run(process.argv.slice(2));
