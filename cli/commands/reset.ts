import type { Command } from 'commander';

import { reset } from '../../infra/local/reset.ts';
import { withExample } from '../example.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addResetCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('reset')
    .description('Remove the state folder: every run, model, decision and artifact of the embedded stack.')
    .option('--force', 'stop the stack first if it is up')
    .action(async (options: { force?: boolean }) => {
      const session = sessionOf(command, dependencies);
      const removed = await reset({ force: options.force === true });
      session.print({ removed }, () =>
        removed.length === 0 ? 'nothing to remove' : removed.map((folder) => `removed ${folder}`).join('\n'),
      );
    });
  withExample(command, 'npx forecastle reset --force');
}
