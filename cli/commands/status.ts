import type { Command } from 'commander';

import { stackStatus } from '../../infra/local/status.ts';
import { withExample } from '../example.ts';
import { renderStack } from '../render/stack.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addStatusCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('status')
    .description('What runs, where, with how much memory. Exit code 1 when something is not ready.')
    .action(() => {
      const session = sessionOf(command, dependencies);
      const report = stackStatus();
      session.print(report, () => renderStack(report, session.terminal.colors));
      const isReady =
        report.state === 'ready' && report.services.every(({ state }) => state === 'ready' || state === 'external');
      session.exitWith(isReady ? 0 : 1);
    });
  withExample(command, 'npx forecastle status --json');
}
