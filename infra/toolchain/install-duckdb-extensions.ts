import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { sitePackagesOf } from './paths.ts';
import type { ToolchainPaths } from './paths.ts';
import { CommandFailed } from './run-command.ts';

export const duckdbExtensions = ['postgres_scanner'] as const;

/** Copies the signed extensions out of the Python packages that carry them, to one place with names that don't change. */
export function installDuckdbExtensions({ venv, duckdbExtensionsDir }: ToolchainPaths): void {
  mkdirSync(duckdbExtensionsDir, { recursive: true });
  for (const name of duckdbExtensions) {
    const versions = join(sitePackagesOf(venv), `duckdb_extension_${name}`, 'extensions');
    const [version] = existsSync(versions) ? readdirSync(versions) : [];
    if (version === undefined) throw new CommandFailed(`the package of DuckDB's ${name} extension is empty for ${process.platform}-${process.arch}`);
    const target = join(duckdbExtensionsDir, `${name}.duckdb_extension`);
    copyFileSync(join(versions, version, `${name}.duckdb_extension`), `${target}.part`);
    renameSync(`${target}.part`, target);
  }
}
