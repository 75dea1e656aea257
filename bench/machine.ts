import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { packageRoot } from '../infra/toolchain/paths.ts';

/** What figures of time depend on. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
  };
}

/** Versions of what does the work, as installed. */
export function describeVersions(packages: readonly string[]): Readonly<Record<string, string>> {
  const resolve = createRequire(import.meta.url).resolve;
  return {
    forecastle: versionIn(join(packageRoot, 'package.json')),
    node: process.versions.node,
    ...Object.fromEntries(packages.map((name) => [name, versionOf(name, resolve.paths(name) ?? [])])),
  };
}

function versionOf(name: string, folders: readonly string[]): string {
  for (const folder of folders) {
    try {
      return versionIn(join(folder, name, 'package.json'));
    } catch {
      // Not in this folder; a package is looked for from the inside out.
    }
  }
  return 'unknown';
}

function versionIn(file: string): string {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const version = typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}
