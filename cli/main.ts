import { loadConfig } from '../config/load.ts';
import { createApiClient } from './api-client.ts';
import { runCommandLine } from './run-command-line.ts';
import { stackAddresses } from './stack-addresses.ts';
import { processTerminal } from './terminal.ts';

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

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: processTerminal(),
  env: process.env,
  connect: (actor) => createApiClient({ ...loadConfig().api, actor }),
  addresses: () => stackAddresses(),
  interruption,
});
