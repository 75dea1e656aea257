import type { Command } from 'commander';

import { up } from '../../infra/local/up.ts';
import { withExample } from '../example.ts';
import { addressPairs } from '../render/result.ts';
import { renderProgress } from '../render/stack.ts';
import { renderPairs } from '../render/table.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies, Session } from '../session.ts';

export function addUpCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('up')
    .description('Start the servers, the workers and the API; wait until they are ready.')
    .action(async () => {
      const session = sessionOf(command, dependencies);
      const stack = await up({ onProgress: (progress) => showProgress(session, progress) });
      session.print(stack, () =>
        [...stack.notes, renderPairs(addressPairs(session.addresses()), session.terminal.colors)].join('\n'),
      );
    });
  withExample(command, 'npx forecastle up');
}

/** On the error stream, so that what is piped stays clean. */
export function showProgress(
  { terminal }: Pick<Session, 'terminal'>,
  progress: Parameters<typeof renderProgress>[0],
): void {
  const line = renderProgress(progress, terminal.colors);
  if (line !== undefined) terminal.err(`${line}\n`);
}
