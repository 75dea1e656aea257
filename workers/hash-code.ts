import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

import { build } from 'esbuild';

import type { ActivityCode } from './code-versions.ts';
import { lockedPackages, lockedPythonPackages } from './locked-packages.ts';

export interface HashedCode {
  readonly version: string;
  /** Every file of ours that is part of it, relative to `root`. */
  readonly files: readonly string[];
  /** `name@version` of every npm package that is part of it, and the pins of Python packages. */
  readonly packages: readonly string[];
}

/** Temporal decides when something runs and where, never what comes out. */
const isWithoutEffect = (name: string): boolean => name.startsWith('@temporalio/');

/**
 * The version of an activity's code: the digest of its own sources as one bundle, of its other files and of the locked packages behind
 * them, so that comments and unrelated changes keep its results.
 */
export async function hashCode(root: string, { sources, files = [], python = [] }: ActivityCode): Promise<HashedCode> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: sources.map((file) => `import './${file}';`).join('\n'), resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'es2023',
    packages: 'external',
    minifyWhitespace: true,
    legalComments: 'none',
    treeShaking: false,
    logLevel: 'error',
  });
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external === true).map(({ path }) => packageOf(path)));
  const names = [...new Set(imported)].filter((name) => !isBuiltin(name) && !isWithoutEffect(name)).sort();
  const packages = [...lockedPackages(root, names), ...lockedPythonPackages(root, python)];
  const hash = createHash('sha256');
  for (const { contents } of outputFiles) hash.update(contents);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  hash.update(`\0${packages.join('\n')}`);
  const bundled = Object.keys(metafile.inputs).filter((file) => file !== '<stdin>');
  return { version: hash.digest('hex'), files: [...bundled, ...files].sort(), packages };
}

/** `@scope/name` or `name` of an import of it or of a file in it. */
function packageOf(path: string): string {
  return path.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/');
}
