import type { Command } from 'commander';

import { withExample } from '../example.ts';
import { installEverything } from '../install-everything.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addInstallCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('install')
    .description('Install what is missing of the pinned servers, libraries and the text model.')
    .action(async () => {
      const session = sessionOf(command, dependencies);
      const paths = await installEverything(session.env, session.interruption());
      session.print(paths, () => `installed in ${paths.toolchainDir}`);
    });
  withExample(command, 'npx forecastle install');
}
