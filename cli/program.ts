import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Command } from 'commander';
import { z } from 'zod';

import { packageRoot } from '../infra/toolchain/paths.ts';
import { exampleOf, withExample } from './example.ts';
import type { CliDependencies } from './session.ts';
import { addApproveCommand, addRejectCommand } from './commands/decide.ts';
import { addAuditCommand } from './commands/audit.ts';
import { addCandidatesCommand } from './commands/candidates.ts';
import { addChampionCommand } from './commands/champion.ts';
import { addDatasetCommand } from './commands/dataset.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addDownCommand } from './commands/down.ts';
import { addForecastCommand } from './commands/forecast.ts';
import { addForecastsCommand } from './commands/forecasts.ts';
import { addInitCommand } from './commands/init.ts';
import { addInstallCommand } from './commands/install.ts';
import { addLineageCommand } from './commands/lineage.ts';
import { addProposalsCommand } from './commands/proposals.ts';
import { addResetCommand } from './commands/reset.ts';
import { addRunCommand } from './commands/run.ts';
import { addRunsCommand } from './commands/runs.ts';
import { addStartCommand } from './commands/start.ts';
import { addStatusCommand } from './commands/status.ts';
import { addUpCommand } from './commands/up.ts';

function packageVersion(): string {
  const file = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(file)).version;
}

/** Adds one command, or a group of them, to the program. */
export type AddCommand = (program: Command, dependencies: CliDependencies) => void;

const inHelpOrder: readonly AddCommand[] = [
  addStartCommand,
  addInstallCommand,
  addUpCommand,
  addDownCommand,
  addStatusCommand,
  addDoctorCommand,
  addResetCommand,
  addInitCommand,
  addRunCommand,
  addRunsCommand,
  addCandidatesCommand,
  addProposalsCommand,
  addApproveCommand,
  addRejectCommand,
  addChampionCommand,
  addForecastCommand,
  addForecastsCommand,
  addLineageCommand,
  addDatasetCommand,
  addAuditCommand,
];

/** The whole command tree. It never ends the process: errors are thrown, exit codes go through `dependencies.exitWith`. */
export function createProgram(dependencies: CliDependencies): Command {
  const program = new Command('forecastle')
    .description('Durable retraining of sales forecasts: from raw orders to an approved, explained, served model.')
    .option('--json', 'print one JSON document instead of text')
    .option('--as <name>', 'who acts (or set FORECASTLE_USER)')
    .version(packageVersion(), '--version', 'print the version')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureHelp({ helpWidth: 80, showGlobalOptions: true })
    .configureOutput({
      writeOut: dependencies.terminal.out,
      writeErr: () => undefined, // the one line comes from `main`, like every other error
    });
  for (const add of inHelpOrder) add(program, dependencies);
  withExample(program, 'npx forecastle run examples/online-retail/pipeline.yaml --as ana --follow');
  for (const command of [program, ...commandsBelow(program)]) {
    // A group is shown by the first thing in it.
    const example = exampleOf(command) ?? commandsBelow(command).map(exampleOf)[0];
    if (example !== undefined) command.addHelpText('after', `\nExample:\n  $ ${example}`);
  }
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 wrong usage or bad input (a server or a port\nincluded), 3 refused by a gate or a role, 130 interrupted.',
  );
  return program;
}

/** Every command of the tree that does something itself or groups others, depth first. */
export function commandsBelow(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...commandsBelow(child)]);
}
