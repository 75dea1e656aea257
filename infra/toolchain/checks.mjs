import { join } from 'node:path';

import { root } from './package-root.mjs';
import { capture } from './run.mjs';

/** @typedef {{ name: string, check: () => Promise<{ code: number, output: string }> }} Step */

/** A program of a dev dependency, run by this Node. */
export function tool(packageName, script, ...args) {
  return () => capture(process.execPath, [join(root, 'node_modules', packageName, script), ...args]);
}

/** What holds for the sources as they lie there. @type {Step[]} */
export const staticChecks = [
  { name: 'lint', check: tool('eslint', 'bin/eslint.js', '.', '--cache', '--cache-location', 'dist/.eslintcache') },
  {
    name: 'arrows',
    check: tool(
      'dependency-cruiser', 'bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs',
      'domain', 'contracts', 'workflows', 'activities', 'adapters', 'config', 'workers', 'api', 'cli', 'infra',
    ),
  },
];

/**
 * Runs one step, prints a line with its verdict, and its output when it fails.
 * @param {Step} step
 * @returns {Promise<boolean>}
 */
export async function runStep({ name, check }) {
  const began = performance.now();
  const { code, output } = await check();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} ${seconds} s`);
  if (code !== 0) console.log(output.trim());
  return code === 0;
}
