import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * `lightgbm 4.7.0 cpu`. The C API does not tell its version; the Python wheel the library lies in does, by the name of its
 * `lightgbm-<version>.dist-info`. A library from elsewhere is named without a version.
 */
export function describeEngine(libraryPath: string): string {
  const version = versionBeside(libraryPath);
  return version === undefined ? 'lightgbm cpu' : `lightgbm ${version} cpu`;
}

function versionBeside(libraryPath: string): string | undefined {
  const packageFolder = dirname(dirname(libraryPath));
  if (basename(packageFolder) !== 'lightgbm') return undefined;
  const names = readdirSync(join(packageFolder, '..'));
  return names.map((name) => /^lightgbm-(.+)\.dist-info$/.exec(name)?.[1]).find((version) => version !== undefined);
}
