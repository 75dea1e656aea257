import type { Command } from 'commander';

import { installToolchain } from '../../infra/toolchain/install.ts';
import { createInstallReporter } from '../../infra/toolchain/progress-lines.ts';
import { withExample } from '../example.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addInstallCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('install')
    .description('Install what is missing of the pinned servers, libraries and models.')
    .action(async () => {
      const session = sessionOf(command, dependencies);
      const paths = await installToolchain({
        onProgress: createInstallReporter(process.stderr),
        signal: session.interruption(),
      });
      session.print(paths, () => `installed in ${paths.toolchainDir}`);
    });
  withExample(command, 'npx forecastle install');
}
