import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './package-root.mjs';
import { run } from './run.mjs';

/** Runs `npm ci` unless node_modules is what the lock file says. */
export async function ensureNpmPackages() {
  if (matchesLock()) return;
  console.error('installing npm packages …');
  // The npm that started us, where one did, so that no other version rewrites anything.
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-progress', '--loglevel=error'];
  const code = npm?.endsWith('.js') ? await run(process.execPath, [npm, ...args]) : await run('npm', args);
  if (code !== 0) {
    console.error('npm ci failed: is the package registry reachable? Run the command again to go on.');
    process.exit(1);
  }
}

/** npm writes its own copy of the lock last, so a half-finished install has none. */
function matchesLock() {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    // Packages for other platforms aren't installed.
    if (installed[path] === undefined) return entry.optional === true || entry.devOptional === true;
    return installed[path].version === entry.version && installed[path].integrity === entry.integrity;
  });
}
