import type { Command } from 'commander';

import { down } from '../../infra/local/down.ts';
import { withExample } from '../example.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addDownCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('down')
    .description('Stop everything that runs; the data stay. Running pipelines go on at the next start.')
    .action(async () => {
      const session = sessionOf(command, dependencies);
      const stopped = await down();
      session.print({ stopped }, () => (stopped ? 'the stack is down; its data stay' : 'nothing was running'));
    });
  withExample(command, 'npx forecastle down');
}
